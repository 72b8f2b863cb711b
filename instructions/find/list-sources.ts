import { dirname } from "node:path";
import { ToolError } from "../../shared/errors.ts";
import type { WalkResult } from "../../shared/workspace/walk-request.ts";
import type { Warning } from "../shapes.ts";
import { firstNames } from "./families.ts";
import { chainOf, spotsOf, type Chain, type FindAbout } from "./find-sources.ts";
import { isVendored, projectOf, type Step } from "./project-of.ts";

const MOST_SOURCES = 2_000;
/** Directories with instructions of their own, and a few names in each. */
const MOST_NAMES = 10_000;

/**
 * All instruction files of the project that holds a directory (left out, the first root), but for directories that
 * ignore files name and for `node_modules`; at most 2,000. Throws `ToolError` as `findSources` does, and `timeout`.
 */
export async function listSources(
  about: Omit<FindAbout, "target"> & { readonly target?: string; readonly signal?: AbortSignal },
): Promise<Chain> {
  const { workspace, families, signal = new AbortController().signal } = about;
  const { root } = await projectOf({ ...about, target: about.projectRoot ?? about.target ?? "." });
  const located = workspace.locate(root);
  const access = { signal, permit: onlyLists };
  await using directory = await workspace.openDirectory(located, access);
  const globs = [...firstNames(spotsOf(families)), "!node_modules"];
  const walked = await workspace.walk(directory, { globs, limit: MOST_NAMES }, signal);
  const steps = foldersOf(walked).map((dir): Step => {
    const parts = dir === "" ? [] : dir.split("/");
    const path = [root, ...parts].join("/");
    return { path, dir, isVendored: isVendored([...located.parts, ...parts]) };
  });
  const chain = await chainOf({ root, target: { path: "", isDirectory: true } }, steps, about);
  const problems = [...chain.problems, ...cutShort(walked, chain.sources.length)];
  return { ...chain, sources: chain.sources.slice(0, MOST_SOURCES), problems };
}

/** Directories in which a name was found, the root always: what ignore files name may be in it all the same. */
function foldersOf({ entries }: WalkResult): readonly string[] {
  const folders = entries.map(({ path }) => dirname(path)).map((dir) => (dir === "." ? "" : dir));
  return [...new Set(["", ...folders])];
}

function cutShort({ partial, cursor }: WalkResult, count: number): Warning[] {
  if (partial === undefined && cursor === undefined && count <= MOST_SOURCES) return [];
  const message =
    "the project is too large to be looked through: some of its instruction files are not listed";
  return [{ level: "warning", code: "not_all_listed", message, path: "." }];
}

function onlyLists(_place: unknown, intent: string): void {
  if (intent !== "list") throw new ToolError("denied", "files are only listed");
}
