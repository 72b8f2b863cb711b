import type { View } from "../../../shared/tool.ts";
import type { FilesystemViewContext } from "../deps.ts";
import { underAllNames, whereItLeads, type PathView } from "./all-names.ts";
import type { FilesBelow } from "./files-below.ts";

/** What becomes of a file, as far as that is known without reading it. */
export type Fate = Pick<View, "tool" | "input">;

/** It comes to stand there; with which content is not known. */
export const WRITTEN: Fate = { tool: "Write", input: {} };
/** It goes. */
export const GONE: Fate = { tool: "Edit", input: { old_string: "", new_string: "", replace_all: false } };
/** It is taken over elsewhere, where it could be read. */
export const COPIED: Fate = { tool: "Read", input: {} };

/** A view of each file that lies or will lie below a path, then one of what stands at the path itself. */
export function treeViews(
  fate: Fate,
  { path, found: { paths, more } }: { readonly path: string; readonly found: FilesBelow },
  context: FilesystemViewContext,
): PathView[] {
  const place = whereItLeads(path, "keep", context);
  const start = place?.relative ? `${place.relative}/` : "";
  const files = paths.flatMap((each) =>
    place === undefined
      ? []
      : [{ ...fate, path: context.workspace.show({ ...place, relative: start + each }) }],
  );
  const itself = more === 0 ? fate : { ...fate, input: { ...fate.input, more }, more };
  return [...files, ...underAllNames({ ...itself, path }, "keep", context)];
}

/** Without further views of a place that has one, but for those that speak for other files too. */
export function onePerFile(views: readonly PathView[], context: FilesystemViewContext): PathView[] {
  const seen = new Set<string>();
  return views.filter(({ path, more }) => {
    const { root, relative } = whereItLeads(path, "spelling", context) ?? { root: "", relative: path };
    const key = `${root}\0${relative}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew || more !== undefined;
  });
}
