import * as z from "zod";
import { limit, paths, text } from "../../../shared/fields.ts";
import { cursorField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { referencesAnswer, type ReferencesAnswer } from "../graph/references-answer.ts";
import { referencesText, walkText } from "../graph/references-text.ts";
import { walkAnswer, type WalkAnswer } from "../graph/walk-answer.ts";

type Answer =
  | { readonly kind: "references"; readonly found: ReferencesAnswer }
  | { readonly kind: "walk"; readonly found: WalkAnswer };

export default tool({
  name: "find_references",
  title: "Find references",
  description: "Uses of a definition; its callers or callees over several steps. ? marks the unsure.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    symbol: text("Name, Class.method or path:line."),
    direction: z.enum(["references", "callers", "callees"]).default("references"),
    depth: z.int().min(1).max(5).default(1).meta({ description: "Steps of calls." }),
    paths: paths("Only there.").optional(),
    limit: limit(100, 2_000),
    cursor: cursorField,
  }),
  touches: ({ symbol, paths: named = [] }) => ({ paths: [...placeOf(symbol), ...named] }),

  async run({ direction, ...question }, context): Promise<Answer> {
    if (direction === "references")
      return { kind: "references", found: await referencesAnswer(question, context) };
    return { kind: "walk", found: await walkAnswer({ ...question, direction }, context) };
  },

  render: (answer) => (answer.kind === "references" ? referencesText(answer.found) : walkText(answer.found)),
});

/** The path of `path:line`. */
function placeOf(symbol: string | undefined): string[] {
  const path = /^(.+):\d{1,7}$/su.exec(symbol?.trim() ?? "")?.[1];
  return path === undefined ? [] : [path];
}
