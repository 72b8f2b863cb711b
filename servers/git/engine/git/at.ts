import { ToolError } from "../../../../shared/errors.ts";
import { nearest } from "../../../../shared/nearest.ts";
import { shownPath } from "../../text/foreign.ts";
import { readObjects, type GitObject } from "./object.ts";
import type { GitRunIn } from "./run.ts";
import type { AtRevision } from "../shapes.ts";

const SUBMODULE = "160000";
const DIRECTORY = "40000";

/**
 * What is at a path of a revision, `""` for all of it: one process, which also reads the directory around it, since
 * only that tells what kind of file it is. Throws `not_found` with a near name, `too_large` beyond 32 MiB.
 */
export async function at(asked: GitRunIn, hash: string, path: string): Promise<AtRevision> {
  if (path === "") {
    const [top] = await readObjects(asked, [`${hash}:`]);
    if (top === undefined) throw missing(asked, path, []);
    return directoryOf(entriesOf(top));
  }
  const looked = path.includes("\n") ? undefined : await look(asked, hash, path);
  const { around, entry, found } = looked ?? (await walk(asked, hash, path));
  if (entry === undefined) throw missing(asked, path, around);
  if (entry.mode === SUBMODULE) return { kind: "submodule", hash: entry.hash };
  if (found === undefined)
    throw new ToolError("unavailable", "git does not have the contents of this file", {
      hint: "The repository is partial or damaged; the person can run git fetch, or git fsck.",
    });
  if (found.kind === "tree") return directoryOf(entriesOf(found));
  return { kind: "file", mode: entry.mode, hash: found.hash, bytes: found.bytes };
}

interface Looked {
  readonly around: readonly TreeEntry[];
  readonly entry: TreeEntry | undefined;
  readonly found: GitObject | undefined;
}

/**
 * By name. Undefined when that is not what git found: even behind `<hash>:` it takes some names, such as `@{-1}` and
 * `v1-g<hash>`, for those of commits.
 */
async function look(asked: GitRunIn, hash: string, path: string): Promise<Looked | undefined> {
  const slash = path.lastIndexOf("/");
  const names = [path.slice(0, Math.max(0, slash)), path];
  const [parent, found] = await readObjects(
    asked,
    names.map((name) => `${hash}:${name}`),
  );
  if (parent === undefined) return { around: [], entry: undefined, found: undefined };
  if (parent.kind !== "tree") return undefined;
  const around = entriesOf(parent);
  const entry = around.find(({ name }) => name === path.slice(slash + 1));
  const isOther = found !== undefined && found.hash !== entry?.hash;
  return isOther ? undefined : { around, entry, found };
}

/** Directory by directory, each by its hash. */
async function walk(asked: GitRunIn, hash: string, path: string): Promise<Looked> {
  let [found] = await readObjects(asked, [`${hash}:`]);
  let around: readonly TreeEntry[] = [];
  let entry: TreeEntry | undefined;
  for (const name of path.split("/")) {
    around = found === undefined ? [] : entriesOf(found);
    entry = around.find((each) => each.name === name);
    if (entry === undefined) return { around, entry, found: undefined };
    [found] = entry.mode === SUBMODULE ? [] : await readObjects(asked, [entry.hash]);
  }
  return { around, entry, found };
}

interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly hash: string;
}

/** `<mode> <name>`, NUL, and the hash as bytes. */
function entriesOf({ kind, hash, bytes }: GitObject): TreeEntry[] {
  const entries: TreeEntry[] = [];
  const width = hash.length / 2;
  if (kind !== "tree") return entries;
  for (let from = 0; from < bytes.length;) {
    const space = bytes.indexOf(0x20, from);
    const end = bytes.indexOf(0, space);
    if (space === -1 || end === -1) break;
    entries.push({
      mode: bytes.toString("latin1", from, space),
      name: bytes.toString("utf8", space + 1, end),
      hash: bytes.toString("hex", end + 1, end + 1 + width),
    });
    from = end + 1 + width;
  }
  return entries;
}

function directoryOf(entries: readonly TreeEntry[]): AtRevision {
  return {
    kind: "directory",
    names: entries.map(({ mode, name }) => (mode === DIRECTORY ? `${name}/` : name)),
  };
}

function missing({ repository }: GitRunIn, path: string, around: readonly TreeEntry[]): ToolError {
  const slash = path.lastIndexOf("/");
  const near = nearest(
    path.slice(slash + 1),
    around.map(({ name }) => name),
  );
  const meant = near === undefined ? undefined : shownPath(repository, path.slice(0, slash + 1) + near);
  return new ToolError("not_found", `${shownPath(repository, path)} is not in this revision`, {
    hint:
      meant === undefined
        ? "git_show with a directory as path lists its names; git_log with follow tells renames."
        : `Did you mean ${meant}?`,
  });
}
