import { join } from "node:path";
import type { ToolFacts, View, ViewTool } from "../shared/tool.ts";
import type { Workspace } from "../shared/workspace/workspace.ts";
import type { SeenView } from "./match/select.ts";

/** A view with its place written out, as scripts get it. */
export interface PlacedView extends SeenView {
  readonly view: View;
}

/** Absolute paths under the name that the tool uses for them. Throws what the call itself would for a path outside. */
export async function viewsOf(
  tool: ToolFacts,
  input: unknown,
  { workspace, signal }: { readonly workspace: Workspace; readonly signal: AbortSignal },
): Promise<readonly PlacedView[]> {
  const views = await tool.views.of(input, { signal });
  return views.map((view) => ({ ...placed(view, workspace), view }));
}

function placed({ tool, also = [], path, input }: View, workspace: Workspace): SeenView {
  if (path === undefined) return { tool, also, input };
  const { root, parts } = workspace.locate(path);
  return { tool, also, input: { [pathKey(tool)]: join(root.path, ...parts), ...input } };
}

function pathKey(tool: ViewTool): string {
  return tool === "Grep" || tool === "Glob" ? "path" : "file_path";
}
