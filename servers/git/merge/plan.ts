import { ToolError } from "../../../shared/errors.ts";
import type { Head } from "../../../shared/git/refs.ts";
import { commitsOf, hashesOf, readCommits, type NamedCommit, type NamedHash } from "../change/commits-of.ts";
import { plainName } from "../text/foreign.ts";
import { expectCleanIndex } from "../change/clean-index.ts";
import { Recall } from "../change/recall.ts";
import type { Scene } from "../change/scene.ts";
import { simulateMerge, simulatePicks, type Simulated } from "./simulate.ts";
import { refuseUnderway } from "../switch/plan.ts";
import { changesBetween, union } from "../change/tree-changes.ts";

export type Operation = "merge" | "rebase" | "cherry-pick" | "revert";

export interface MergeAsk {
  readonly refs?: readonly string[] | undefined;
  readonly message?: string | undefined;
  readonly ff?: "only" | "never" | undefined;
  readonly squash: boolean;
  readonly commit: boolean;
}

/** What git is to do, in hashes. */
export interface MergePlan {
  readonly operation: Operation;
  readonly args: readonly string[];
  readonly head: Head;
  /** As answers call the branch. */
  readonly ours: string;
  readonly theirs: readonly NamedHash[];
  /** True when the result stays in the index. */
  readonly staged: boolean;
  readonly notes: readonly string[];
  readonly forecast: Simulated;
}

/** More commits than this are no work for one call. */
const MOST_COMMITS = 2_000;

/** Says what an operation would do; changes nothing but for objects that nobody refers to. Throws for what cannot be. */
export async function planMerge(scene: Scene, operation: Operation, ask: MergeAsk): Promise<MergePlan> {
  const texts = checkAsk(operation, ask);
  await refuseUnderway(scene, "begin another");
  const head = await scene.refs.head();
  if (head.hash === undefined && operation !== "merge")
    throw new ToolError("conflict", `${plainName(head.branch ?? "HEAD")} has no commit yet`, {
      hint: "Make the first one with git_commit, or git_merge the other branch.",
    });
  const isPick = operation === "cherry-pick" || operation === "revert";
  const picked = isPick ? await commitsOf(scene, texts) : [];
  const theirs = isPick ? picked : await hashesOf(scene, texts);
  await expectRoom(scene, operation, { ...ask, head });
  const common = { operation, head, ours: plainName(head.branch ?? "HEAD"), theirs };
  if (operation === "merge") return { ...common, ...(await mergeOf(scene, ask, common)) };
  if (operation === "rebase") return { ...common, ...(await rebaseOf(scene, head.hash ?? "", theirs)) };
  return { ...common, ...(await picksOf(scene, ask, { ...common, picked })) };
}

/** Throws `conflict` where it could not be taken back without what is staged already. */
async function expectRoom(
  scene: Scene,
  operation: Operation,
  { head, squash, commit }: MergeAsk & Pick<MergePlan, "head">,
): Promise<void> {
  if (head.hash === undefined || operation === "rebase") return;
  if (operation !== "merge") await expectCleanIndex(scene, `a ${operation}`);
  else if (squash || !commit) await expectCleanIndex(scene, "a merge without a commit");
}

type Rest = Pick<MergePlan, "args" | "staged" | "notes" | "forecast">;
type Common = Pick<MergePlan, "operation" | "head" | "theirs">;

function checkAsk(operation: Operation, ask: MergeAsk): readonly string[] {
  const { refs = [] } = ask;
  const wrong = [...wrongRefs(operation, refs), ...wrongSwitches(operation, ask)];
  const [first] = wrong;
  if (first !== undefined) throw new ToolError("invalid_input", first, { hint: FITTING });
  return refs;
}

const FITTING =
  'refs is a list, such as ["feature"]; message, ff and squash shape a merge, commit all but a rebase.';

function wrongRefs(operation: Operation, refs: readonly string[]): string[] {
  if (refs.length === 0) return [`${operation} needs refs: branches, tags or hashes`];
  return operation === "rebase" && refs.length > 1 ? ["a rebase goes onto one ref, not several"] : [];
}

function wrongSwitches(operation: Operation, { message, ff, squash, commit }: MergeAsk): string[] {
  if (operation === "rebase" && !commit) return ["a rebase always commits"];
  if (operation !== "merge")
    return ff !== undefined || squash || message !== undefined
      ? [`ff, squash and message belong to a merge, not to a ${operation}`]
      : [];
  if (!squash) return [];
  if (ff !== undefined) return ["ff and squash do not go together"];
  return message === undefined ? [] : ["squash commits nothing, so the message goes to git_commit"];
}

async function mergeOf(scene: Scene, ask: MergeAsk, { head, theirs }: Common): Promise<Rest> {
  const { ff, squash, commit } = ask;
  const isUnborn = head.hash === undefined;
  if (isUnborn && (theirs.length > 1 || squash || ff === "never"))
    throw new ToolError("conflict", "the branch has no commit yet: it can only take over one other", {
      hint: "Give one ref, without squash and ff.",
    });
  const hasMessage = !isUnborn && !squash && ff !== "only";
  const [forecast, message] = await Promise.all([
    simulateMerge(scene, head.hash, theirs),
    hasMessage ? (ask.message ?? usualMessage(scene, { head, theirs })) : undefined,
  ]);
  const how = [...(message === undefined ? [] : ["-m", message]), ...switchesOf(ask)];
  return {
    args: ["merge", ...PLAIN, ...how, ...theirs.map(({ hash }) => hash)],
    staged: squash || !commit,
    notes: [],
    forecast,
  };
}

const PLAIN = ["--no-edit", "--no-progress", "--no-stat", "--no-autostash"];

function switchesOf({ ff, squash, commit }: MergeAsk): string[] {
  if (squash) return ["--ff", "--squash"];
  const forward = ff === undefined ? [] : [ff === "only" ? "--ff-only" : "--no-ff"];
  return commit ? forward : [...forward, "--no-commit"];
}

/** What git calls such a merge by itself. */
async function usualMessage(
  { git, repository, signal }: Scene,
  { head, theirs }: Pick<MergePlan, "head" | "theirs">,
): Promise<string> {
  const stdin = theirs.map((commit) => `${commit.hash}\t\t${described(commit)}\n`).join("");
  return await TEXTS.get({ git, repository }, ["fmt-merge-msg", head.branch ?? "", stdin], async () =>
    (await git.text(repository, ["fmt-merge-msg"], { signal, stdin })).trimEnd(),
  );
}

const TEXTS = new Recall<string>();

function described({ name, shown, hash }: NamedHash): string {
  if (name?.startsWith("refs/heads/")) return `branch '${name.slice(11)}' of .`;
  if (name?.startsWith("refs/remotes/")) return `remote-tracking branch '${name.slice(13)}' of .`;
  if (name?.startsWith("refs/tags/")) return `tag '${name.slice(10)}' of .`;
  return `commit '${/^[\w./@^~{}-]+$/u.test(shown) ? shown : hash}'`;
}

async function rebaseOf(scene: Scene, head: string, [onto]: readonly NamedHash[]): Promise<Rest> {
  const { git, repository, signal } = scene;
  const to = onto?.hash ?? "";
  const which = ["--right-only", "--cherry-pick", "--no-merges", `${to}...${head}`];
  const order = ["rev-list", "--reverse", "--topo-order", `--max-count=${MOST_COMMITS + 1}`];
  const args = [...order, ...which, "--"];
  const text = await TEXTS.get({ git, repository }, args, () => git.text(repository, args, { signal }));
  const hashes = text.split("\n").filter((line) => line !== "");
  if (hashes.length > MOST_COMMITS)
    throw new ToolError("too_large", `more than ${MOST_COMMITS} commits would be moved`, {
      hint: "Is it the right ref? Merge instead, or the person rebases in a terminal.",
    });
  const commits = (await readCommits(scene, hashes)).filter((commit) => commit !== undefined);
  const picks = commits.map((commit) => ({ commit, reverse: false }));
  const [there, moved] = [await changesBetween(scene, head, to), await simulatePicks(scene, to, picks)];
  return {
    args: ["rebase", "--no-autostash", "--no-fork-point", to],
    staged: false,
    notes: [],
    forecast: { ...moved, changes: union([there, moved.changes]), trees: [to, ...moved.trees] },
  };
}

async function picksOf(
  scene: Scene,
  { commit }: MergeAsk,
  { operation, head, picked }: Common & { readonly picked: readonly NamedCommit[] },
): Promise<Rest> {
  const merges = picked.filter(({ parents }) => parents.length > 1).map(({ shown }) => shown);
  const picks = picked.map((each) => ({ commit: each, reverse: operation === "revert" }));
  const args = [
    operation,
    ...(operation === "revert" ? ["--no-edit"] : []),
    ...(commit ? [] : ["--no-commit"]),
    ...(merges.length > 0 ? ["-m", "1"] : []),
    ...picked.map(({ hash }) => hash),
  ];
  const notes =
    merges.length === 0 ? [] : [`a merge, taken as what it did to its first parent: ${merges.join(", ")}`];
  return { args, staged: !commit, notes, forecast: await simulatePicks(scene, head.hash ?? "", picks) };
}
