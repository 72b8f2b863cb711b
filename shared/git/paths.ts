import type { Place } from "../access.ts";
import { ToolError } from "../errors.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Repository } from "./repository.ts";

/** A path of a call, as the repository calls it: `/`-separated below its top, `""` for the top itself. Throws `denied`. */
export function pathInRepository(workspace: Workspace, { root, prefix }: Repository, path: string): string {
  const located = workspace.locate(path);
  const top = prefix === "" ? [] : prefix.split("/");
  const isBelow = located.root === root && top.every((name, index) => name === located.parts[index]);
  if (!isBelow)
    throw new ToolError("denied", `${located.shown} lies outside the repository`, {
      hint: "Paths are relative to the root, not to the repository; repo names another repository.",
    });
  const parts = located.parts.slice(top.length);
  if (parts.includes(".git"))
    throw new ToolError("denied", `${located.shown} is part of git's own folder`, {
      hint: "The git tools change it; its files are nobody's to name.",
    });
  return parts.join("/");
}

/** What git takes for exactly this path and what lies below it, no pattern. */
export function pathspec(path: string): string {
  return path === "" ? ":(top)" : `:(top,literal)${path}`;
}

/** Where a path of the repository lies, for rules: by its spelling, whether or not it is there now. */
export function placeInRepository({ root, prefix }: Repository, path: string): Place {
  return { root: root.path, relative: [prefix, path].filter((part) => part !== "").join("/") };
}

/** A path of the repository as answers show it. */
export function showInRepository(repository: Repository, path: string): string {
  return repository.root.show(placeInRepository(repository, path).relative);
}
