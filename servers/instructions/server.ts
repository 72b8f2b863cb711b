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
    "Before you first change something in a folder, call load_instructions with the file: AGENTS.md, CLAUDE.md and rules in one text, the most specific last. They are the project's wishes; what the person tells you counts more. A line [instructions] in an answer names some that you were not given yet. Search before you read: search_text, find_files; then read_file by lines. Change parts by edit_file or apply_patch; undo_change takes any change back. Answers begin with what was left out, in brackets.",
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
  async open(chosen, host) {
    return { instructions: openInstructions({ ...host, ...chosen }), prompts: openPrompts(host) };
  },
});
