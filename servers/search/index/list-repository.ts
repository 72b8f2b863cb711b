import { setImmediate } from "node:timers/promises";
import type { Repository } from "../../../shared/git/repository.ts";
import { absoluteIn, locateIn, unlessRefused, type Ground } from "./ground.ts";

/** The most that git may say of one repository: some 800,000 files. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Records after which others get their turn. */
const AT_ONCE = 5_000;
const SUBMODULE = "160000";
const REGULAR = "100";

/** What git knows of one repository's work tree; all paths are below the root. */
export interface RepositoryFiles {
  readonly repository: Repository;
  /** Files and the blob id of what the disk holds; undefined where only the disk tells. */
  readonly files: ReadonlyMap<string, string | undefined>;
  /** Folders in it that are repositories of their own, or would be when they were checked out. */
  readonly inner: readonly string[];
  readonly changes: WorkTreeChanges;
  /** Of its index, when it was read. */
  readonly indexStamp: string;
}

/** What differs between index and disk, by paths below the root. */
export interface WorkTreeChanges {
  readonly changed: ReadonlySet<string>;
  /** Neither in the index nor ignored. */
  readonly untracked: ReadonlySet<string>;
  readonly gone: ReadonlySet<string>;
  /** Repositories that the index does not name. */
  readonly inner: readonly string[];
}

/** The repository whose work tree is this very folder; undefined when there is none that we may use. */
export async function repositoryAt(ground: Ground, folder: string): Promise<Repository | undefined> {
  const { git, root, access } = ground;
  const repository = await unlessRefused(() => git.open(absoluteIn(ground, folder), access.signal));
  const isThere =
    repository?.workTree !== undefined && repository.root === root && repository.prefix === folder;
  return isThere ? repository : undefined;
}

/** Asks git for the files of a work tree. Throws what git's failures throw. */
export async function listRepository(ground: Ground, repository: Repository): Promise<RepositoryFiles> {
  // before it is read: a change in between shows the next time
  const indexStamp = await stampOfIndex(ground, repository);
  const [tracked, changes] = await Promise.all([
    ask(ground, repository, ["ls-files", "-v", "--stage", "-z"]),
    listChanges(ground, repository),
  ]);
  const files = new Map<string, string | undefined>();
  const inner = [...changes.inner];
  for await (const record of recordsOf(tracked)) {
    const { path, mode, id } = readTracked(repository, record);
    if (mode === SUBMODULE) inner.push(path);
    if (mode.startsWith(REGULAR)) files.set(path, changes.changed.has(path) ? undefined : id);
  }
  for (const path of changes.untracked) files.set(path, undefined);
  for (const path of changes.gone) files.delete(path);
  return { repository, files, inner, changes, indexStamp };
}

/** `id` is missing where git was told not to look whether the disk holds it, and in a conflict. */
function readTracked(
  repository: Repository,
  record: string,
): { readonly path: string; readonly mode: string; readonly id: string | undefined } {
  const [, tag, mode = "", id, stage, path = ""] = /^(.) (\d+) ([0-9a-f]+) (\d)\t(.*)$/su.exec(record) ?? [];
  const isKnown = tag === "H" && stage === "0";
  return { path: pathBelowRoot(repository, path), mode, id: isKnown ? id : undefined };
}

/** Far cheaper than the whole list, and enough while the index is the same. */
export async function listChanges(ground: Ground, repository: Repository): Promise<WorkTreeChanges> {
  const args = ["ls-files", "-t", "-z", "--modified", "--deleted", "--others", "--exclude-standard"];
  const changed = new Set<string>();
  const untracked = new Set<string>();
  const gone = new Set<string>();
  const inner: string[] = [];
  for await (const record of recordsOf(await ask(ground, repository, args))) {
    const path = pathBelowRoot(repository, record.slice(2));
    if (record.startsWith("R")) gone.add(path);
    else if (path.endsWith("/")) inner.push(path.slice(0, -1));
    else if (record.startsWith("?")) untracked.add(path);
    else changed.add(path);
  }
  // git names them in both ways
  for (const path of gone) changed.delete(path);
  return { changed, untracked, gone, inner };
}

/** Another one when the index is another. */
export async function stampOfIndex({ git, access }: Ground, { gitDir }: Repository): Promise<string> {
  const stat = await git.files(access.signal).stat(`${gitDir}/index`);
  return stat === undefined ? "-" : `${stat.identity} ${stat.size} ${stat.mtimeMs}`;
}

/** When git last saw each file change, in seconds since 1970: which ones somebody works on. */
export async function timesInIndex(ground: Ground, repository: Repository): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  let path: string | undefined;
  // behind the NUL of one path stand its facts, and then the next path
  for await (const record of recordsOf(await ask(ground, repository, ["ls-files", "--debug", "-z"]))) {
    const [, seconds, next = record] = /mtime: (\d+):.*?flags: [0-9a-f]+\n(.*)$/su.exec(record) ?? [];
    if (path !== undefined && seconds !== undefined)
      times.set(pathBelowRoot(repository, path), Number(seconds));
    path = next;
  }
  return times;
}

async function ask(
  { git, access }: Ground,
  repository: Repository,
  args: readonly string[],
): Promise<Buffer> {
  const { stdout, cut } = await git.run(repository, args, { signal: access.signal, maxBytes: MAX_BYTES });
  if (cut) throw new RangeError("git named more files than can be held");
  return stdout;
}

async function* recordsOf(output: Buffer): AsyncGenerator<string> {
  let count = 0;
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(0, at);
    if (end === -1) return;
    yield output.toString("utf8", at, end);
    at = end + 1;
    count += 1;
    if (count % AT_ONCE === 0) await setImmediate();
  }
}

function pathBelowRoot({ prefix }: Repository, path: string): string {
  return prefix === "" ? path : `${prefix}/${path}`;
}

/** True when a folder begins a repository of its own, checked out. */
export async function isRepository(ground: Ground, folder: string): Promise<boolean> {
  const { workspace, access } = ground;
  const stat = await unlessRefused(() => workspace.stat(locateIn(ground, `${folder}/.git`), access));
  return stat !== undefined;
}
