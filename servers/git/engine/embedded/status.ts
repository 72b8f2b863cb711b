import { Refs, type Head } from "../../../../shared/git/refs.ts";
import { aheadAndBehind } from "./history.ts";
import { readIndex, type IndexEntry } from "./index.ts";
import { allReferences, shortName, upstreamOf } from "./references.ts";
import type { EmbeddedRunIn } from "./run.ts";
import { isAsked } from "./unknown.ts";
import { walkWorkTree, type Walked } from "./worktree.ts";
import { exactRenames } from "./exact-renames.ts";
import { compareBytes } from "../git/parse-status.ts";
import { personFacts } from "./person-ignore.ts";
import type { StatusAsk, StatusEntry, StatusFacts } from "../shapes.ts";
import { kindBits, SUBMODULE, type TreeEntry } from "./stored.ts";

/** As git's, but renames are only told when the contents are the same, and only staged ones. */
export async function status(at: EmbeddedRunIn, ask: StatusAsk): Promise<StatusFacts> {
  const { git, repository, objects, files, signal } = at;
  const head = await new Refs(git, repository, signal).head();
  const entries = await readIndex(files, repository);
  const committed =
    head.hash === undefined
      ? new Map<string, TreeEntry>()
      : await objects.flat((await objects.commit(head.hash)).tree);
  const walked = await walkWorkTree(at, entries, { ask, person: personFacts() });
  const asked = {
    committed: new Map([...committed].filter(([path]) => isAsked(ask, path))),
    entries: entries.filter(({ path }) => isAsked(ask, path)),
  };
  const upstream = await upstreamFacts(at, head);
  const told = (kind: "untracked" | "ignored", paths: readonly string[]): StatusEntry[] =>
    paths.toSorted(compareBytes).map((path) => ({ kind, path, index: ".", tree: ".", submodule: false }));
  return {
    head,
    ...(upstream === undefined ? {} : { upstream }),
    entries: [
      ...changesOf(asked, walked).toSorted((a, b) => compareBytes(a.path, b.path)),
      ...conflictsOf(asked.entries),
      ...told("untracked", walked.untracked),
      ...told("ignored", walked.ignored),
    ],
  };
}

interface Versions {
  readonly committed: ReadonlyMap<string, TreeEntry>;
  readonly entries: readonly IndexEntry[];
}

function changesOf({ committed, entries }: Versions, walked: Walked): StatusEntry[] {
  const plain = new Map(entries.filter(({ stage }) => stage === 0).map((entry) => [entry.path, entry]));
  const staged = new Map([...plain].filter(([, { intentToAdd }]) => !intentToAdd));
  const conflicts = new Set(entries.filter(({ stage }) => stage !== 0).map(({ path }) => path));
  const gone = [...committed]
    .filter(([path]) => !staged.has(path) && !conflicts.has(path))
    .map(([path, { mode, hash }]) => ({ path, mode, hash }));
  const renames = exactRenames(
    gone,
    [...staged.values()].filter(({ path }) => !committed.has(path)),
  );
  const moved = new Set([...renames.values()].map(({ path }) => path));
  const paths = [...plain.keys(), ...gone.map(({ path }) => path).filter((path) => !plain.has(path))];
  return paths
    .filter((path) => plain.has(path) || !moved.has(path))
    .map((path): StatusEntry => {
      const [old, now, found] = [committed.get(path), staged.get(path), walked.found.get(path)];
      const from = renames.get(path)?.path;
      return {
        kind: "changed",
        path,
        ...(from === undefined ? {} : { from }),
        index: from === undefined ? stagedLetter(old, now) : "R",
        tree: found?.letter ?? ".",
        submodule: [old, now, found].some((each) => kindBits(each?.mode ?? 0) === SUBMODULE),
      };
    })
    .filter(({ index, tree }) => index !== "." || tree !== ".");
}

function stagedLetter(old: TreeEntry | undefined, now: IndexEntry | undefined): string {
  if (old === undefined) return now === undefined ? "." : "A";
  return now === undefined ? "D" : letterOf(old, now);
}

/** How one version of a path differs from another one. */
export function letterOf(
  before: Pick<TreeEntry, "mode" | "hash">,
  after: Pick<TreeEntry, "mode" | "hash">,
): string {
  if (kindBits(before.mode) !== kindBits(after.mode)) return "T";
  return before.mode === after.mode && before.hash === after.hash ? "." : "M";
}

/** By which of the three stages there are, the lowest bit for where both came from. */
const CONFLICTS = ["", "DD", "AU", "UD", "UA", "DU", "AA", "UU"];

function conflictsOf(entries: readonly IndexEntry[]): StatusEntry[] {
  const stages = new Map<string, { bits: number; submodule: boolean }>();
  for (const { path, stage, mode } of entries) {
    if (stage === 0) continue;
    const { bits = 0, submodule = false } = stages.get(path) ?? {};
    stages.set(path, {
      bits: bits | (1 << (stage - 1)),
      submodule: submodule || kindBits(mode) === SUBMODULE,
    });
  }
  return [...stages].map(([path, { bits, submodule }]) => {
    const [index = "U", tree = "U"] = CONFLICTS[bits] ?? "UU";
    return { kind: "unmerged", path, index, tree, submodule };
  });
}

async function upstreamFacts(
  { files, objects, repository, signal }: EmbeddedRunIn,
  { branch, hash }: Head,
): Promise<StatusFacts["upstream"]> {
  const upstream = branch === undefined ? undefined : upstreamOf(repository, branch);
  if (upstream === undefined) return undefined;
  const references = await allReferences(files, repository);
  const name = shortName(references, upstream);
  const theirs = references.get(upstream);
  if (theirs === undefined || hash === undefined) return { name };
  return { name, ...(await aheadAndBehind(objects, [hash, theirs], signal)) };
}
