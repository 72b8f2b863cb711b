import * as z from "zod";
import { flag, limit, paths, text } from "../../../shared/fields.ts";
import { cursorField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { symbolsAnswer, type SymbolsAnswer } from "../outline/symbols-answer.ts";
import { symbolsText } from "../outline/symbols-text.ts";
import type { DefinitionKind } from "../parse/shapes.ts";

const KINDS = [
  "function",
  "method",
  "class",
  "interface",
  "type",
  "enum",
  "constant",
  "module",
  "macro",
] as const satisfies readonly DefinitionKind[];

export default tool({
  name: "find_symbol",
  title: "Find symbol",
  description: "Where something is defined, by its name or a part of it. By what it does: search_code.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    name: text("open, Store.open, a beginning or letters."),
    kinds: z.array(z.enum(KINDS)).max(KINDS.length).meta({ maxItems: undefined }).optional(),
    paths: paths("Files or folders.").optional(),
    body: flag("Show its code."),
    limit: limit(30, 1_000),
    cursor: cursorField,
  }),
  touches: ({ paths: asked = [] }) => ({ paths: asked }),

  async run(input, context): Promise<SymbolsAnswer> {
    return await symbolsAnswer(input, context);
  },

  render: symbolsText,
});
