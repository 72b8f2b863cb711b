import * as z from "zod";
import { person } from "../../shared/config/key-rules.ts";

/** What a person can choose about code search. */
export const searchOptions = z.strictObject({
  maxFileKb: z.int().min(1).max(100_000).default(1_024).describe("larger files are not indexed"),
  // a repository must not choose what program or address the person's code is given to
  embedder: person(
    z
      .enum(["table", "gguf", "endpoint", "none"])
      .default("table")
      .describe("where vectors come from: the built-in table, a GGUF file, an OpenAI-compatible endpoint"),
  ),
  ggufFile: person(z.string().default("").describe("absolute path of an embedding model, for embedder gguf")),
  endpointUrl: person(
    z.string().default("").describe("base URL of an OpenAI-compatible API, for embedder endpoint"),
  ),
  endpointModel: person(z.string().default("").describe("the endpoint's model")),
  endpointKeyVariable: person(
    z.string().default("").describe("environment variable that holds the endpoint's key"),
  ),
});

export type SearchOptions = z.output<typeof searchOptions>;
