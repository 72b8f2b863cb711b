import { ToolError } from "../../../shared/errors.ts";
import { explainFailure } from "../../../shared/git/failures.ts";
import type { NamedCommit, NamedHash } from "../change/commits-of.ts";
import type { Forecast } from "../change/forecast.ts";
import { Recall } from "../change/recall.ts";
import type { Scene } from "../change/scene.ts";
import { changesAcross, changesBetween, union, type TreeChange } from "../change/tree-changes.ts";
import { emptyTree } from "../engine/empty-tree.ts";

/** A forecast, and the settings with which the operation must run for it to hold. */
export interface Simulated extends Forecast {
  readonly settings: readonly { readonly key: string; readonly value: string }[];
  /** True when it was done for trial; else what could change at most. */
  readonly tried: boolean;
}

/** One commit that is applied to what is there, or taken back. */
export interface Pick {
  readonly commit: Omit<NamedCommit, "shown" | "name">;
  readonly reverse: boolean;
}

/** Beyond this many, what they change is told by their own paths, and renames are not followed. */
const MOST_SIMULATED = 200;
/** Without these a merge only touches paths that one of the sides touched. */
const NO_MOVED_FOLDERS = [{ key: "merge.directoryrenames", value: "false" }];
const NO_RENAMES = [...NO_MOVED_FOLDERS, { key: "merge.renames", value: "false" }];
/** Of commits that nobody keeps. */
const NOBODY = Object.fromEntries(
  ["AUTHOR", "COMMITTER"].flatMap((who) => [
    [`GIT_${who}_NAME`, "plumbline"],
    [`GIT_${who}_EMAIL`, "plumbline"],
    [`GIT_${who}_DATE`, "@0 +0000"],
  ]),
);

type Ground = Omit<Scene, "refs">;

interface Trial {
  readonly hash: string;
  readonly conflicts: boolean;
}

const TRIALS = new Recall<Trial>();

/**
 * What a merge of these commits into `ours` would change in the working tree, conflicts with their markers included:
 * merged for trial without touching index and tree. Throws for histories that have nothing in common.
 */
export async function simulateMerge(
  scene: Ground,
  ours: string | undefined,
  theirs: readonly NamedHash[],
): Promise<Simulated> {
  const trees = theirs.map(({ hash }) => hash);
  const [only, ...others] = trees;
  if (only === undefined) return { changes: [], trees, settings: [], tried: true };
  if (ours === undefined)
    return {
      changes: await changesBetween(scene, emptyTree(scene.repository), only),
      trees,
      settings: [],
      tried: true,
    };
  if (others.length === 0 && (await canSimulate(scene))) {
    const { hash: tree } = await mergeTrees(scene, ours, only);
    return { changes: await changesBetween(scene, ours, tree), trees: [tree], settings: [], tried: true };
  }
  // a merge cannot change what is the same on both sides
  const lists = await Promise.all(trees.map((tree) => changesBetween(scene, ours, tree)));
  return { changes: union(lists), trees, settings: NO_MOVED_FOLDERS, tried: false };
}

/** What applying these commits one after the other to a commit would change, up to the first conflict. */
export async function simulatePicks(scene: Ground, from: string, picks: readonly Pick[]): Promise<Simulated> {
  if (picks.length > MOST_SIMULATED || !(await canSimulate(scene))) return await byTheirPaths(scene, picks);
  const trees: string[] = [];
  for (const pick of picks) {
    const next = await applyToTree(scene, trees.at(-1) ?? from, pick);
    trees.push(next.hash);
    if (next.conflicts) break;
  }
  const [first = from] = trees;
  const [began, then] = [await changesBetween(scene, from, first), await changesAcross(scene, trees)];
  return { changes: union([began, then]), trees: [trees.at(-1) ?? from], settings: [], tried: true };
}

async function byTheirPaths(scene: Ground, picks: readonly Pick[]): Promise<Simulated> {
  const lists: (readonly TreeChange[])[] = [];
  for (const { commit, reverse } of picks) {
    const [before, after] = [commit.parents[0] ?? emptyTree(scene.repository), commit.hash];
    lists.push(await (reverse ? changesBetween(scene, after, before) : changesBetween(scene, before, after)));
  }
  return {
    changes: union(lists),
    trees: picks.map(({ commit }) => commit.hash),
    settings: NO_RENAMES,
    tried: false,
  };
}

/** A merge has the commit's parent as its base (or the commit itself, to take it back), which trial commits arrange. */
async function applyToTree(scene: Ground, tree: string, { commit, reverse }: Pick): Promise<Trial> {
  const empty = emptyTree(scene.repository);
  const [parent] = commit.parents;
  if (reverse) {
    const ours = await trialCommit(scene, tree, commit.hash);
    const before = parent === undefined ? empty : `${parent}^{tree}`;
    return await mergeTrees(scene, ours, await trialCommit(scene, before, commit.hash));
  }
  const base = parent ?? (await trialCommit(scene, empty, undefined));
  const ours = await trialCommit(scene, tree, base);
  const theirs = parent === undefined ? await trialCommit(scene, commit.tree, base) : commit.hash;
  return await mergeTrees(scene, ours, theirs);
}

/** `tree`: of a commit its tree is taken. */
async function trialCommit(
  { git, repository, signal }: Ground,
  tree: string,
  parent: string | undefined,
): Promise<string> {
  const spec = tree.includes("^") ? tree : `${tree}^{tree}`;
  const args = [
    "commit-tree",
    "--no-gpg-sign",
    spec,
    ...(parent === undefined ? [] : ["-p", parent]),
    "-m",
    "trial",
  ];
  const { hash } = await TRIALS.get({ git, repository }, args, async () => ({
    hash: (await git.text(repository, args, { signal, env: NOBODY })).trim(),
    conflicts: false,
  }));
  return hash;
}

async function mergeTrees({ git, repository, signal }: Ground, ours: string, theirs: string): Promise<Trial> {
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", ours, theirs];
  return await TRIALS.get({ git, repository }, args, async () => {
    const { stdout, stderr, exitCode } = await git.run(repository, args, { signal, ok: [0, 1, 128] });
    const [tree = ""] = stdout.toString("utf8").split("\0", 1);
    if ((exitCode === 0 || exitCode === 1) && tree !== "") return { hash: tree, conflicts: exitCode === 1 };
    if (/unrelated histories/u.test(stderr)) throw unrelated();
    throw explainFailure(stderr, exitCode, "git merge-tree");
  });
}

/** Nobody merges two projects by accident. */
export function unrelated(): ToolError {
  return new ToolError("conflict", "the two histories have no commit in common, so they are not merged", {
    hint: "Is it the right branch? The person can merge them: git merge --allow-unrelated-histories",
  });
}

/** Merging without an index came with git 2.38. */
async function canSimulate({ git }: Ground): Promise<boolean> {
  const [major = 0, minor = 0] = ((await git.version()) ?? "").split(".").map(Number);
  return major * 1_000 + minor >= 2_038;
}
