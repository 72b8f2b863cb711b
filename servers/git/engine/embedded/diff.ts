import { Refs } from "../../../../shared/git/refs.ts";
import { ancestorsOf } from "./history.ts";
import { Contents, blobHash } from "./contents.ts";
import { readIndex } from "./index.ts";
import { commitHashOf, treeHashOf } from "./revision.ts";
import type { EmbeddedRunIn } from "./run.ts";
import { letterOf } from "./status.ts";
import { isAsked } from "./unknown.ts";
import { walkWorkTree } from "./worktree.ts";
import { exactRenames, type Sided } from "./exact-renames.ts";
import { filePatch, type PatchSide } from "./file-patch.ts";
import { needsGit } from "./needs-git.ts";
import { compareBytes } from "../git/parse-status.ts";
import { personFacts } from "./person-ignore.ts";
import type { DiffAsk, FileDiff, Side } from "../shapes.ts";
import { SUBMODULE } from "./stored.ts";

/** Patches beyond it are not told, only counts: as the program's engine does. */
const PATCH_CHARS = 8 * 1024 * 1024;

/** One side: what each path is. Of a changed file of the working tree the hash is not known before it is read. */
interface Version {
  readonly mode: number;
  readonly hash: string;
  readonly bytes?: Buffer;
}

type Versions = ReadonlyMap<string, Version>;

/** Trees, index and working tree compared by us; a rename is told when the contents are the same. */
export async function diff(at: EmbeddedRunIn, ask: DiffAsk): Promise<FileDiff[]> {
  if (ask.words) throw needsGit("git_diff with words");
  const [before, after] = await sidesOf(at, ask);
  const only = (own: Versions, other: Versions): Sided[] =>
    [...own]
      .filter(([path]) => isAsked(ask, path) && !other.has(path))
      .map(([path, version]) => ({ path, ...version }));
  const [gone, made] = [only(before, after), only(after, before)];
  const renames = exactRenames(gone, made);
  const moved = new Set([...renames.values()].map(({ path }) => path));
  const changed = [...after.keys()].filter((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    return isAsked(ask, path) && old !== undefined && now !== undefined && letterOf(old, now) !== ".";
  });
  const paths = [...changed, ...made.map(({ path }) => path), ...gone.map(({ path }) => path)];
  const files: FileDiff[] = [];
  let room = PATCH_CHARS;
  for (const path of paths.filter((each) => !moved.has(each)).toSorted(compareBytes)) {
    at.signal.throwIfAborted();
    const from = renames.get(path)?.path ?? path;
    const sides = [await side(at, before, from), await side(at, after, path)] as const;
    const file = filePatch(sides, ask.context);
    room -= file.patch?.length ?? 0;
    files.push(ask.stat || room < 0 ? withoutPatch(file) : file);
  }
  return files;
}

function withoutPatch({ patch, ...file }: FileDiff): FileDiff {
  void patch;
  return file;
}

async function side(at: EmbeddedRunIn, versions: Versions, path: string): Promise<PatchSide | undefined> {
  const version = versions.get(path);
  if (version === undefined) return undefined;
  const { mode, hash, bytes } = version;
  if (mode === SUBMODULE) return { path, mode, hash, bytes: Buffer.from(`Subproject commit ${hash}\n`) };
  return { path, mode, hash, bytes: bytes ?? (await at.objects.read(hash)).bytes };
}

async function sidesOf(at: EmbeddedRunIn, ask: DiffAsk): Promise<[Versions, Versions]> {
  const before = await versionsOf(at, ask, ask.mergeBase === true ? await mergeBaseOf(at, ask) : ask.from);
  const after = await versionsOf(at, ask, ask.to);
  return [before, after];
}

async function versionsOf(at: EmbeddedRunIn, ask: DiffAsk, which: Side): Promise<Versions> {
  const { objects, files, repository } = at;
  if (typeof which !== "string") return await objects.flat(await treeHashOf(objects, which.hash));
  const entries = await readIndex(files, repository);
  if (entries.some(({ stage }) => stage !== 0)) throw needsGit("git_diff of an index with conflicts");
  if (which === "index")
    return new Map(entries.filter((entry) => !entry.intentToAdd).map((entry) => [entry.path, entry]));
  const person = personFacts();
  const walkAsk = { paths: ask.paths, untracked: false, ignored: false };
  const { found } = await walkWorkTree(at, entries, { ask: walkAsk, person });
  const contents = new Contents(at, entries, person);
  const versions = new Map<string, Version>();
  for (const [path, { mode, hash, letter }] of found) {
    if (mode === undefined) continue;
    const known = hash !== undefined && (letter === "." || mode === SUBMODULE);
    if (known) versions.set(path, { mode, hash });
    else {
      const bytes = await contents.bytes(path, mode);
      versions.set(path, { mode, hash: blobHash(bytes), bytes });
    }
  }
  return versions;
}

/** Where both sides parted. Throws `unavailable` when that is several commits. */
async function mergeBaseOf({ objects, git, repository, signal }: EmbeddedRunIn, ask: DiffAsk): Promise<Side> {
  if (typeof ask.from === "string") throw new Error("no merge base with what is no commit");
  const { hash: head } = await new Refs(git, repository, signal).head();
  const other = typeof ask.to === "string" ? head : ask.to.hash;
  if (other === undefined) throw needsGit("git_diff with mergeBase and no commit");
  const [ours, theirs] = await Promise.all(
    [ask.from.hash, other].map(async (spec) =>
      ancestorsOf(objects, [await commitHashOf(objects, spec)], signal),
    ),
  );
  const common = [...(ours ?? [])].filter((hash) => theirs?.has(hash));
  const parents = new Set<string>();
  for (const hash of common) for (const parent of (await objects.commit(hash)).parents) parents.add(parent);
  const [base, ...others] = common.filter((hash) => !parents.has(hash));
  if (base === undefined || others.length > 0)
    throw needsGit("git_diff with mergeBase where there is none, or more than one,");
  return { hash: base };
}
