import * as z from "zod";
import type { Listing } from "../../../instructions/engine.ts";
import { budgetField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { countedText, listedText } from "../loaded-lines.ts";

export default tool({
  name: "list_instructions",
  title: "List instructions",
  description:
    "Every instruction file of the project: where it holds, when it is loaded, its size in tokens, what is wrong with it.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    path: z.string().default(".").describe("Only at or below this folder."),
    budget: budgetField,
  }),
  touches: ({ path }) => ({ paths: [path] }),

  async run({ path }, { instructions, signal }): Promise<Listing> {
    return await instructions.list(path, signal);
  },

  render: listedText,
  shorter: [countedText],
});
