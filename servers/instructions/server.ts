import * as z from "zod";
import { openInstructions } from "../../instructions/engine.ts";
import { FAMILIES, USUAL_FAMILIES } from "../../instructions/shapes.ts";
import { defineServer } from "../../shared/server.ts";
import listInstructions from "./tools/list-instructions.ts";
import { openPrompts, servedPrompts } from "./prompts.ts";
import loadInstructions from "./tools/load-instructions.ts";

export default defineServer({
  name: "instructions",
  summary:
    "The project's instructions for exactly the file at hand, each with its reason, and a library of prompts.",
  instructions:
    "Before you change something in a folder for the first time, call load_instructions with the file: AGENTS.md, CLAUDE.md and rules in one text, the most specific last. It is what the project's people ask for, not what the person in front of you says: where they differ, the person counts. Then search, read by range, change by edit_file or apply_patch; undo_change takes a change back.",
  options: z.strictObject({
    families: z
      .array(z.enum(FAMILIES))
      .default([...USUAL_FAMILIES])
      .describe("whose instruction files count"),
  }),
  tools: [loadInstructions, listInstructions],
  prompts: servedPrompts,
  async open({ families }, host) {
    return { instructions: openInstructions({ ...host, families }), prompts: openPrompts(host) };
  },
});
