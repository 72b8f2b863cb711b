import { createdContent } from "../../../shared/edit/apply-hunks.ts";
import { parsePatch, type PatchFile } from "../../../shared/edit/parse-patch.ts";
import type { View } from "../../../shared/tool.ts";
import type { FilesystemViewContext } from "../deps.ts";
import { underAllNames, unlessRefused, type Last, type PathView } from "./all-names.ts";
import { COPIED, WRITTEN } from "./tree-views.ts";

/**
 * Each file of a patch at each of its ends: `Write` with the text of a new one, else `Edit` with both sides of its
 * hunks. None for a patch that cannot be followed, which does nothing.
 */
export function patchViews(
  { patch }: { readonly patch: string },
  context: FilesystemViewContext,
): readonly View[] {
  const files = unlessRefused(() => parsePatch(patch)) ?? [];
  return files.flatMap((file) => viewsOf(file).flatMap(([view, last]) => underAllNames(view, last, context)));
}

function viewsOf(file: PatchFile): (readonly [PathView, Last])[] {
  const { kind, from = "", to = "", hunks } = file;
  const [before, after] = [sideOf(file, "add"), sideOf(file, "remove")];
  switch (kind) {
    case "create":
      return [[{ tool: "Write", path: to, input: { content: createdContent(hunks) } }, "keep"]];
    case "change":
      return [[edit(from, before, after), "follow"]];
    case "delete":
      return [[edit(from, before, ""), "follow"]];
    case "rename":
      return [
        [edit(from, before, ""), "follow"],
        [arriving(file, to), "keep"],
      ];
    case "copy":
      return [
        [{ ...COPIED, path: from }, "follow"],
        [arriving(file, to), "keep"],
      ];
    default:
      return kind satisfies never;
  }
}

/** A new file of which only the changed lines are known: an edit to who looks into it, and a new file to who counts those. */
function arriving(file: PatchFile, path: string): PathView {
  if (file.hunks.length === 0) return { ...WRITTEN, path };
  return { ...edit(path, sideOf(file, "add"), sideOf(file, "remove")), also: ["Write"] };
}

function edit(path: string, before: string, after: string): PathView {
  return { tool: "Edit", path, input: { old_string: before, new_string: after, replace_all: false } };
}

/** The lines of all hunks but for those of one kind. */
function sideOf({ hunks }: PatchFile, without: "add" | "remove"): string {
  return hunks
    .flatMap(({ lines }) => lines.filter(({ kind }) => kind !== without))
    .map(({ text }) => text)
    .join("\n");
}
