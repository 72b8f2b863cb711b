import type { View } from "../../../shared/tool.ts";
import type { FilesystemViewContext } from "../deps.ts";
import { filesBelow, MOST_FILES, NO_FILES } from "./files-below.ts";
import { COPIED, GONE, onePerFile, treeViews, WRITTEN } from "./tree-views.ts";

interface MoveRequest {
  readonly from: string;
  readonly to: string;
  readonly copy: boolean;
  readonly overwrite: boolean;
}

/** Each file at both ends: what comes to stand there, what goes, what is replaced. */
export async function moveViews(
  { from, to, copy, overwrite }: MoveRequest,
  context: FilesystemViewContext,
): Promise<readonly View[]> {
  const most = Math.floor(MOST_FILES / (overwrite ? 3 : 2));
  const found = await filesBelow(from, most, context);
  const replaced = overwrite ? await filesBelow(to, most, context) : NO_FILES;
  const views = [
    ...treeViews(WRITTEN, { path: to, found }, context),
    ...treeViews(copy ? COPIED : GONE, { path: from, found }, context),
    ...(overwrite ? treeViews(GONE, { path: to, found: replaced }, context) : []),
  ];
  return onePerFile(views, context);
}
