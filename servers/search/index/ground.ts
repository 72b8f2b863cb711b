import { join } from "node:path";
import type { Access } from "../../../shared/access.ts";
import { ToolError } from "../../../shared/errors.ts";
import type { Git } from "../../../shared/git/git.ts";
import type { EntryStat } from "../../../shared/workspace/entry.ts";
import type { Root } from "../../../shared/workspace/root.ts";
import type { SafePath } from "../../../shared/workspace/safe-path.ts";
import type { Workspace } from "../../../shared/workspace/workspace.ts";

/**
 * What package managers read, mostly without a secret, so that tools may open it; but some people's hold a token, and
 * the index is searched by whoever asks anything, and its text is sent where the person has vectors made.
 */
const MAY_HOLD_TOKENS =
  /(?:^|\/)(?:\.npmrc|\.yarnrc(?:\.yml)?|pip\.(?:conf|ini)|nuget\.config|\.bundle\/config|\.m2\/settings\.xml)$/iu;

/** One root, and what looks at it. */
export interface Ground {
  readonly workspace: Workspace;
  readonly git: Git;
  readonly root: Root;
  /** What is read between calls: everything but secrets. */
  readonly access: Access;
}

/** A path below the root. Names may look like something else at the start of a path. */
export function locateIn({ root }: Pick<Ground, "root">, path: string): SafePath {
  return root.locate(path === "" ? "." : `./${path}`);
}

/** The same as an absolute path, for those who look through several roots. */
export function absoluteIn({ root }: Pick<Ground, "root">, path: string): string {
  return join(root.path, path);
}

/** False for a file of secrets or what may hold one, by its path alone. */
export function mayIndex({ access, root }: Ground, path: string): boolean {
  if (MAY_HOLD_TOKENS.test(path)) return false;
  try {
    access.permit({ root: root.path, relative: path }, "read");
    return true;
  } catch (error) {
    if (error instanceof ToolError && error.code === "denied") return false;
    throw error;
  }
}

/** Facts of a regular file; undefined for all else, and for what is reached through a link. */
export async function statFile(ground: Ground, path: string): Promise<EntryStat | undefined> {
  const { workspace, access } = ground;
  const stat = await unlessRefused(() => workspace.stat(locateIn(ground, path), access));
  return stat?.kind === "file" && stat.place.relative === path ? stat : undefined;
}

/** Whether anything is called so that a tool may see. */
export async function isThere(ground: Ground, path: string): Promise<boolean> {
  const { workspace, access } = ground;
  return (await unlessRefused(() => workspace.stat(locateIn(ground, path), access))) !== undefined;
}

/** Undefined when the disk or policy says no. */
export async function unlessRefused<T>(step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof ToolError && error.code !== "cancelled") return undefined;
    throw error;
  }
}
