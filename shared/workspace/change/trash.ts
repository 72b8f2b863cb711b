import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { isErrno, ToolError } from "../../errors.ts";
import type { Containment, Held } from "../contain.ts";
import type { Root } from "../root.ts";
import { Folder } from "./folder.ts";
import { wordedWrite } from "./write-errors.ts";

const IGNORE = `# What Plumbline's tools replaced and deleted: "plumbline undo" brings it back. May be deleted at any time.
*
`;

/**
 * Opens `.plumbline/trash` in a root, or in the mount below it that `mount` leads to; makes it when it is missing.
 * Git does not see it, and no tool reads or writes it. Throws `unavailable` when it cannot be had.
 */
export function openTrash(containment: Containment, root: Root, mount: readonly string[]): Folder {
  const top = containment.reach(root, mount, "keep");
  try {
    const own = enter(top, ".plumbline", 0o777);
    try {
      const trash = enter(own, "trash", 0o700);
      hideFromGit(trash.at(".gitignore"));
      return Folder.of(trash);
    } finally {
      own.close();
    }
  } catch (error) {
    if (isErrno(error, "EACCES", "EPERM", "EEXIST", "ENOTDIR", "ENOENT")) throw unusable(error);
    throw wordedWrite(".plumbline/trash", error);
  } finally {
    top.close();
  }
}

function enter(parent: Held, name: string, mode: number): Held {
  const there = parent.enter(name);
  if (there !== undefined) return there;
  make(parent.at(name), mode);
  const made = parent.enter(name);
  if (made === undefined) throw unusable();
  return made;
}

/** Nothing when another process made it just now, or something else is in the way. */
function make(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
}

function unusable(cause?: unknown): ToolError {
  return new ToolError("unavailable", "nothing was changed: .plumbline/trash cannot keep the old version", {
    hint: "It must be a folder, in the root, that this user can write to; a person has to see to that.",
    ...(cause instanceof Error ? { details: cause.message, cause } : {}),
  });
}

/** Each time, since a crash or a full disk may have come in between the first time. */
function hideFromGit(path: string): void {
  if (existsSync(path)) return;
  try {
    writeFileSync(path, IGNORE, { flag: "wx" });
  } catch (error) {
    // another process made it just now, or a link is in the way
    if (isErrno(error, "EEXIST")) return;
    rmSync(path, { force: true });
    throw error;
  }
}
