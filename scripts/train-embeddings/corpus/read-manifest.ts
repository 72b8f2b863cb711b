import * as z from "zod";
import manifest from "./manifest.json" with { type: "json" };
import { REGISTRIES } from "../../packages/package.ts";
import { LANGUAGES } from "./language-of.ts";

const Manifest = z.array(
  z.strictObject({
    registry: z.enum(REGISTRIES),
    name: z.string().min(1),
    version: z.string().min(1),
    /** An SPDX expression: what holds for the code that is taken. */
    licence: z.string().min(1),
    languages: z.array(z.enum(LANGUAGES)).min(1),
    /** The only folders that are taken; the whole package without it. */
    folders: z.array(z.string().min(1)).optional(),
  }),
);

export type CorpusPackage = z.infer<typeof Manifest>[number];

/** Every package that the table is trained on. Throws when the manifest has another shape. */
export function readManifest(): CorpusPackage[] {
  return Manifest.parse(manifest);
}
