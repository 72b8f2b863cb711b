import type { Access, Place } from "../access.ts";
import { ToolError } from "../errors.ts";
import { rootOf, type Workspace } from "./workspace.ts";

/** True when a repository begins between the root and the directory; one above the root is none of ours. */
export async function isInRepository(
  directory: Place,
  { workspace, access }: { readonly workspace: Workspace; readonly access: Access },
): Promise<boolean> {
  const root = rootOf(workspace.roots, directory);
  const names = directory.relative.split("/");
  for (let depth = directory.relative === "" ? 0 : names.length; depth >= 0; depth--) {
    const git = root.locate(["."].concat(names.slice(0, depth), ".git").join("/"));
    try {
      await workspace.stat(git, access);
      return true;
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
    }
  }
  return false;
}
