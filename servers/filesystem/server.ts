import * as z from "zod";
import { defineServer } from "../../shared/server.ts";
import { Watch } from "../../shared/workspace/watch.ts";
import { pathOf, readResource } from "./read-resource.ts";
import applyPatch from "./tools/apply-patch.ts";
import deletePath from "./tools/delete-path.ts";
import editFile from "./tools/edit-file.ts";
import findFiles from "./tools/find-files.ts";
import listDirectory from "./tools/list-directory.ts";
import movePath from "./tools/move-path.ts";
import readFile from "./tools/read-file.ts";
import readFiles from "./tools/read-files.ts";
import searchText from "./tools/search-text.ts";
import statPath from "./tools/stat-path.ts";
import undoChange from "./tools/undo-change.ts";
import writeFile from "./tools/write-file.ts";

export default defineServer({
  name: "filesystem",
  summary: "Read, search and change files below the roots; every change can be undone.",
  instructions:
    "Paths are relative to the root or absolute below it. Answers begin with a line in brackets: what is shown, what is left out, and the cursor that goes on. Search before you read: search_text, find_files; then read_file by startLine and endLine. Change parts by edit_file, several files by apply_patch; all of a call or nothing is written, and undo_change takes any change back. What git ignores is left out unless ignored is true.",
  options: z.strictObject({}),
  tools: [
    readFile,
    readFiles,
    listDirectory,
    findFiles,
    searchText,
    statPath,
    writeFile,
    editFile,
    applyPatch,
    movePath,
    deletePath,
    undoChange,
  ],
  resources: {
    templates: [
      {
        uriTemplate: "file:///{+path}",
        name: "file",
        description: "A file below a root, by its absolute path.",
      },
    ],
    owns: (uri) => uri.startsWith("file:///"),
    read: readResource,
    watch: (uri, { workspace, watch }, changed) => watch.add(workspace.locate(pathOf(uri)), changed),
  },
  async open(_options, { workspace, scope }) {
    const watch = new Watch(workspace);
    scope.defer(() => watch.close());
    return { workspace, watch };
  },
});
