import * as z from "zod";
import { budgetField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { type Answered, loadedText, shorterForms } from "../loaded-lines.ts";
import { tokensFor } from "../tokens-for.ts";

export default tool({
  name: "load_instructions",
  title: "Load instructions",
  description:
    "The project's instructions (AGENTS.md, CLAUDE.md, rules) for exactly this file or folder, nearest last, each with its reason. Call it before the first change there.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    target: z.string().describe("File or folder to work on; need not exist."),
    query: z.string().max(2_000).optional().describe("The task, for rules by keyword."),
    ids: z.array(z.string().max(64)).max(50).optional().describe("Also these, that were left out."),
    budget: budgetField,
  }),
  touches: ({ target }) => ({ paths: [target] }),

  async run({ target, query, ids, budget }, { instructions, signal }): Promise<Answered> {
    const loaded = await instructions.load({
      target,
      budgetTokens: tokensFor(budget),
      signal,
      ...(query === undefined ? {} : { query }),
      ...(ids === undefined ? {} : { ids }),
    });
    return { target, loaded };
  },

  render: loadedText,
  shorter: shorterForms,
});
