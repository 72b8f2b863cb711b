import * as z from "zod";
import { ToolError } from "../../../shared/errors.ts";
import { flag, limit, text } from "../../../shared/fields.ts";
import { cursorField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { impactAnswer, type ImpactAnswer } from "../graph/impact/impact-answer.ts";
import { impactText } from "../graph/impact/impact-text.ts";

export default tool({
  name: "impact",
  title: "Impact",
  description: "What depends on a symbol, or on what you changed, step by step; and the tests to run.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    symbol: text("Name, Class.method or path:line.").optional(),
    changes: flag("Of the working tree, against HEAD."),
    from: text("Against this revision.").optional(),
    depth: z.int().min(1).max(5).default(3).meta({ description: undefined }),
    limit: limit(100, 2_000),
    cursor: cursorField,
  }),
  touches: ({ symbol }) => ({ paths: placeOf(symbol) }),

  async run({ changes, ...question }, context): Promise<ImpactAnswer> {
    const ofChanges = changes || question.from !== undefined;
    if (ofChanges === (question.symbol !== undefined))
      throw new ToolError("invalid_input", "expected either symbol or changes", {
        hint: "symbol: what depends on it; changes: what your edits reach; from: against a revision.",
      });
    return await impactAnswer(question, context);
  },

  render: impactText,
});

/** The path of `path:line`. */
function placeOf(symbol = ""): string[] {
  const path = /^(.+):\d{1,7}$/su.exec(symbol.trim())?.[1];
  return path === undefined ? [] : [path];
}
