import { isAbsolute, relative, sep } from "node:path";
import { stampFile } from "../../shared/config/file-stamp.ts";
import { ToolError } from "../../shared/errors.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";
import type { ProjectFiles } from "./instruction-files.ts";
import { pathOf } from "./project-ground.ts";

/** What a chain of instructions is asked for. */
interface Asked {
  readonly target: string;
  readonly workspace: Workspace;
  readonly files: ProjectFiles;
  readonly projectRoot?: string;
}

/** A directory between the project's root and the target, both included. */
export interface Step {
  /** Absolute, without links. */
  readonly path: string;
  /** Below the project's root, `/`-separated. */
  readonly dir: string;
  /** It lies in somebody else's code. */
  readonly isVendored: boolean;
}

export interface Project {
  /** Absolute, without links. */
  readonly root: string;
  readonly target: { readonly path: string; readonly isDirectory: boolean };
  /** The directories that are there, the root first. */
  readonly steps: readonly Step[];
  /** The target lies deeper below the root of the workspace than directories are looked into. */
  readonly isCut: boolean;
}

/** Each directory is reached from the root: twice as many take four times as long. */
const MOST_STEPS = 100;
const VENDORED = new Set(["node_modules", "vendor", "third_party"]);

/**
 * The project of a target: the given root, else the nearest directory with a `.git`, else the root of the workspace.
 * Links are followed: what holds is what stands above the target where it really lies. Throws `ToolError`: `denied`
 * outside the roots, `invalid_input` for a project root that does not hold the target.
 */
export async function projectOf({ target, workspace, files, projectRoot }: Asked): Promise<Project> {
  const path = follow(workspace, target);
  const { root, parts } = workspace.locate(path);
  const folders = [root.path, ...parts.map((_, index) => pathOf(placeAt(index + 1)))];
  function placeAt(count: number): { root: string; relative: string } {
    return { root: root.path, relative: parts.slice(0, count).join("/") };
  }
  // a file on the way is the target, or stands where the target would need a directory
  const end = folders.findIndex((folder) => !isDirectory(folder));
  const there = end === -1 ? folders : folders.slice(0, end);
  const present = there.slice(0, MOST_STEPS);
  const start =
    projectRoot === undefined
      ? await nearestRepository(present, files)
      : present.indexOf(follow(workspace, projectRoot));
  if (start === -1)
    throw new ToolError("invalid_input", "the project root is no directory above the target", {
      hint: "Leave the project root out to have it found.",
    });
  const steps = present.slice(start).map((folder, index) => ({
    path: folder,
    dir: parts.slice(start, start + index).join("/"),
    isVendored: isVendored(parts.slice(0, start + index)),
  }));
  return {
    root: folders[start] ?? root.path,
    target: {
      path: parts.slice(start).join("/"),
      isDirectory: end === -1 || (stampFile(path, "keep") === "missing" && /[/\\]$/u.test(target)),
    },
    steps,
    isCut: present.length < there.length,
  };
}

/** True when a directory below a root of the workspace lies in somebody else's code. */
export function isVendored(parts: readonly string[]): boolean {
  return parts.some((name) => VENDORED.has(name.toLowerCase()));
}

function follow(workspace: Workspace, path: string): string {
  return pathOf(workspace.resolve(workspace.locate(path)));
}

function isDirectory(path: string): boolean {
  const stamp = stampFile(path, "keep");
  return typeof stamp !== "string" && stamp.isDirectory();
}

async function nearestRepository(folders: readonly string[], files: ProjectFiles): Promise<number> {
  for (const [index, folder] of [...folders.entries()].toReversed()) {
    // what is wrong with a folder is told when its instructions are looked for
    const found = await files.folder(folder).catch(() => undefined);
    if (found?.names.has(".git") === true) return index;
  }
  return 0;
}

/** A path below a folder, `/`-separated; undefined outside. */
export function below(folder: string, path: string): string | undefined {
  const found = relative(folder, path);
  if (isAbsolute(found) || found.split(sep)[0] === "..") return undefined;
  return sep === "/" ? found : found.replaceAll(sep, "/");
}
