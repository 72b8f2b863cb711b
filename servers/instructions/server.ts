import { openInstructions } from "../../instructions/engine.ts";
import { defineServer } from "../../shared/server.ts";
import listInstructions from "./tools/list-instructions.ts";
import { instructionsOptions } from "./options.ts";
import { openPrompts, servedPrompts } from "./prompts.ts";
import { isInstructionsUri, readResource, targetOf } from "./read-resource.ts";
import loadInstructions from "./tools/load-instructions.ts";

export default defineServer({
  name: "instructions",
  summary:
    "The project's instructions for exactly the file at hand, each with its reason, and a library of prompts.",
  instructions:
    "Before you change something in a folder for the first time, call load_instructions with the file: AGENTS.md, CLAUDE.md and rules in one text, the most specific last. It is what the project's people ask for, not what the person in front of you says: where they differ, the person counts. Then search, read by range, change by edit_file or apply_patch; undo_change takes a change back.",
  options: instructionsOptions,
  tools: [loadInstructions, listInstructions],
  prompts: servedPrompts,
  resources: {
    templates: [
      {
        uriTemplate: "instructions:///{+path}",
        name: "instructions",
        description: "The project's instructions for a file or folder, relative to the root, in one text.",
      },
    ],
    owns: isInstructionsUri,
    read: readResource,
    watch: (uri, { instructions }, changed) => instructions.watch(targetOf(uri), changed),
  },
  async open({ families }, host) {
    return { instructions: openInstructions({ ...host, families }), prompts: openPrompts(host) };
  },
});
