import type { View } from "../../../shared/tool.ts";
import type { FilesystemViewContext } from "../deps.ts";
import { filesBelow, MOST_FILES } from "./files-below.ts";
import { GONE, treeViews } from "./tree-views.ts";

/** Each file that goes, and the directory itself. */
export async function deleteViews(
  { path }: { readonly path: string },
  context: FilesystemViewContext,
): Promise<readonly View[]> {
  const found = await filesBelow(path, MOST_FILES, context);
  return treeViews(GONE, { path, found }, context);
}
