import { MERGING, notesOn } from "../change/forecast.ts";
import { counted, listed } from "../../../shared/listed.ts";
import type { MergePlan } from "./plan.ts";
import type { Scene } from "../change/scene.ts";
import { changesBetween, type TreeChange } from "../change/tree-changes.ts";
import { emptyTree } from "../engine/empty-tree.ts";
import { shortHash } from "../text/commit.ts";

/** What was done, in the answer's words. */
export async function doneText(scene: Scene, plan: MergePlan, empty: readonly string[]): Promise<string> {
  const now = (await scene.refs.head()).hash ?? "";
  const before = plan.head.hash;
  const moved = now !== before;
  const changes =
    moved && !isAsForeseen(scene, plan)
      ? await changesBetween(scene, before ?? emptyTree(scene.repository), now)
      : plan.forecast.changes;
  const skipped =
    empty.length === 0 ? [] : [`left out, since its changes are there already: ${listed(empty)}`];
  const done = moved || (plan.staged && changes.length > 0);
  const title = done ? await didText(scene, plan, { now, moved, changes }) : nothingText(plan);
  return [
    `[${title}]`,
    ...plan.notes,
    ...skipped,
    ...(done ? notesOn(scene.repository, changes, MERGING) : []),
  ].join("\n");
}

/** True for one commit that was tried out whole, where no hook has a part in it. */
function isAsForeseen({ repository }: Scene, { operation, theirs, forecast }: MergePlan): boolean {
  return !repository.trusted && operation !== "rebase" && theirs.length === 1 && forecast.tried;
}

/** What was going on when conflicts stopped it. */
export function stoppedTitle({ operation, ours, theirs }: MergePlan): string {
  const names = namesOf(theirs);
  if (operation === "merge") return `merging ${names} into ${ours}`;
  if (operation === "rebase") return `rebasing ${ours} onto ${names}`;
  return `${operation === "revert" ? "reverting" : "picking"} ${names} on ${ours}`;
}

function namesOf(theirs: MergePlan["theirs"]): string {
  return listed(theirs.map(({ shown }) => shown));
}

function nothingText({ operation, ours, theirs }: MergePlan): string {
  const names = namesOf(theirs);
  if (operation === "merge") return `already up to date: ${ours} contains ${names}; nothing was done`;
  if (operation === "rebase") return `already up to date: ${ours} stands on ${names}; nothing was done`;
  return `nothing to do: what ${names} would change is there already`;
}

interface Done {
  readonly now: string;
  readonly moved: boolean;
  readonly changes: readonly TreeChange[];
}

async function didText(scene: Scene, plan: MergePlan, done: Done): Promise<string> {
  const { operation } = plan;
  const many = `${counted(done.changes.length, "file")} changed`;
  if (operation === "merge") return `${mergedText(plan, done)}; ${many}`;
  if (operation === "rebase") return `${await rebasedText(scene, plan, done)}; ${many}`;
  return `${await pickedText(scene, plan, done.now)}; ${many}`;
}

function mergedText({ ours, theirs, args, head }: MergePlan, { now, moved }: Done): string {
  const names = namesOf(theirs);
  const short = shortHash(now);
  if (moved && theirs.length === 1 && now === theirs[0]?.hash) {
    const was = head.hash === undefined ? "" : `${shortHash(head.hash)} to `;
    return `fast-forwarded ${ours} to ${names}: ${was}${short}`;
  }
  if (moved) return `merged ${names} into ${ours}: ${short}`;
  const next = args.includes("--squash")
    ? "git_commit makes one commit of it"
    : "git_merge continue commits it, abort takes it back";
  return `merged ${names} into ${ours}, staged and not committed: ${next}`;
}

async function rebasedText(scene: Scene, { ours, theirs, head }: MergePlan, { now }: Done): Promise<string> {
  const names = namesOf(theirs);
  const short = shortHash(now);
  const back = `was ${shortHash(head.hash ?? "")}: git_switch with create and that ref has it back`;
  const onto = theirs[0]?.hash ?? "";
  if (now === onto) return `${ours} now stands at ${names}, ${short} (${back})`;
  const own = await commitsSince(scene, onto);
  return `rebased ${ours} onto ${names}: ${counted(own.length, "commit")}, now ${short} (${back})`;
}

async function pickedText(
  scene: Scene,
  { operation, ours, theirs, staged, head }: MergePlan,
  now: string,
): Promise<string> {
  const what = `${operation === "revert" ? "reverted" : "picked"} ${namesOf(theirs)} on ${ours}`;
  if (staged) return `${what}, staged and not committed: git_commit commits it`;
  const made = theirs.length === 1 ? [now] : await commitsSince(scene, head.hash ?? "");
  return `${what}: ${listed(made.map(shortHash))}`;
}

/** Oldest first. */
export async function commitsSince({ git, repository, signal }: Scene, hash: string): Promise<string[]> {
  const args = ["rev-list", "--reverse", "--max-count=10000", `${hash}..HEAD`, "--"];
  const text = await git.text(repository, args, { signal });
  return text.split("\n").filter((line) => line !== "");
}
