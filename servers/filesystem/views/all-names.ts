import type { Place } from "../../../shared/access.ts";
import { ToolError } from "../../../shared/errors.ts";
import type { View } from "../../../shared/tool.ts";
import type { FilesystemViewContext } from "../deps.ts";

/** A view of one file or directory, without a way to rewrite it yet. */
export type PathView = Omit<View, "rewrite"> & { readonly path: string };

/** Whether a link in the last place is followed, as for a file's content, or meant itself, as by a move. */
export type Last = "follow" | "keep";

/**
 * A view under the path as it was written and, where that leads elsewhere by a link, once more under the real path,
 * since a guard of that path must not be passed by another name.
 */
export function underAllNames(view: PathView, last: Last, context: FilesystemViewContext): PathView[] {
  const { workspace } = context;
  const spelled = whereItLeads(view.path, "spelling", context);
  const real = whereItLeads(view.path, last, context);
  if (real === undefined || isSame(real, spelled)) return [view];
  return [view, { ...view, path: workspace.show(real) }];
}

/** Where a path leads, by its links or by its spelling only; nothing for one that no tool follows. */
export function whereItLeads(
  path: string,
  by: Last | "spelling",
  { workspace }: FilesystemViewContext,
): Place | undefined {
  return unlessRefused(() => {
    const located = workspace.locate(path);
    const { root, parts } = located;
    return by === "spelling"
      ? { root: root.path, relative: parts.join("/") }
      : workspace.resolve(located, by);
  });
}

/** Nothing for what the call itself will be refused for, with words that fit it. */
export function unlessRefused<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

/** True for the same place under the same root. */
export function isSame(one: Place, other: Place | undefined): boolean {
  return one.root === other?.root && one.relative === other.relative;
}
