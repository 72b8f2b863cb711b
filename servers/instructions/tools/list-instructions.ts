import * as z from "zod";
import type { Listed } from "../../../instructions/engine.ts";
import { tool } from "../deps.ts";
import { listedLines } from "../loaded-lines.ts";

export default tool({
  name: "list_instructions",
  title: "List instructions",
  description:
    "Every instruction file of the project: where it holds, when it is loaded, its size in tokens.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    path: z.string().default(".").describe("Only at or below this folder."),
  }),
  touches: ({ path }) => ({ paths: [path] }),

  async run({ path }, { instructions, signal }): Promise<readonly Listed[]> {
    return await instructions.list(path, signal);
  },

  render: (files) => listedLines(files).join("\n"),
});
