import { join } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import { pathspec } from "../../../shared/git/paths.ts";
import { underwayIn, type Underway } from "../../../shared/git/state.ts";
import { conflictText } from "./conflict-text.ts";
import { conflictsOf } from "./conflicts.ts";
import type { GitContext } from "../deps.ts";
import { plainName, shownPath } from "../text/foreign.ts";
import { MERGING, notesOn, permitForecast, type Forecast } from "../change/forecast.ts";
import { counted, listed } from "../../../shared/listed.ts";
import { explainStop } from "../change/in-the-way.ts";
import type { Operation } from "./plan.ts";
import { commitsSince } from "./text.ts";
import { settle, step, STOPPED } from "./run.ts";
import type { Scene } from "../change/scene.ts";
import { remainingPicks, startOf } from "./sequence-state.ts";
import { simulatePicks, type Simulated } from "./simulate.ts";
import { changesBetween, changesToRestore, type TreeChange } from "../change/tree-changes.ts";
import { movedHere, waitForLock } from "../change/wait-for-lock.ts";
import { shortHash } from "../text/commit.ts";

const SHOWN = 20;
/** More paths than this are no arguments for a program. */
const MOST_NOTED = 500;

/** What going on would change. Throws `conflict` while something is in its way. */
export async function planContinue(
  scene: Scene,
): Promise<{ operation: Operation; forecast: Simulated; before: string }> {
  const { git, repository, signal } = scene;
  const operation = await operationHere(scene);
  const open = (await conflictsOf(scene)).map(({ path }) => shownPath(repository, path));
  if (open.length > 0)
    throw new ToolError("conflict", `still in conflict: ${listed(open)}`, {
      hint: "Action conflicts shows both sides; edit, git_stage, then continue.",
    });
  const marked = await leftMarkers(scene);
  if (marked.length > 0)
    throw new ToolError("conflict", `conflict markers are left in what is staged: ${listed(marked)}`, {
      hint: "Edit them out and git_stage again.",
    });
  const picks = await remainingPicks(scene, operation);
  const { hash: before = "" } = await scene.refs.head();
  if (picks.length === 0)
    return { operation, before, forecast: { changes: [], trees: [], settings: [], tried: true } };
  const tree = (await git.text(repository, ["write-tree"], { signal })).trim();
  return { operation, before, forecast: await simulatePicks(scene, tree, picks) };
}

/** Commits what was resolved, and goes on with what is left. */
export async function continueMerge(
  scene: Scene,
  message: string | undefined,
  context: GitContext,
): Promise<string> {
  const { operation, forecast, before } = await planContinue(scene);
  if (message !== undefined && operation === "rebase")
    throw new ToolError("invalid_input", "a rebase keeps the messages of its commits", {
      hint: "Leave message out.",
    });
  await permitForecast(context, scene.repository, forecast);
  await waitForLock(scene, await movedHere(scene));
  if (message !== undefined) await commitAs(scene, message);
  const isOver =
    message !== undefined &&
    (await underwayIn(scene.git.files(scene.signal), scene.repository)) === undefined;
  const { conflicts, empty } = isOver
    ? { conflicts: [], empty: [] }
    : await goOn(scene, operation, forecast.settings);
  const title = `going on with the ${operation}`;
  if (conflicts.length > 0)
    return await conflictText(scene, conflicts, { context, title, underway: operation });
  const head = await scene.refs.head();
  const made = await commitsSince(scene, before);
  const changes = await changesBetween(scene, before, head.hash ?? before);
  const now = `${plainName(head.branch ?? "HEAD")} is at ${shortHash(head.hash ?? "")}`;
  const skipped =
    empty.length === 0 ? [] : [`left out, since its changes are there already: ${listed(empty)}`];
  return [
    `[${operation} finished: ${now}, ${counted(made.length, "new commit")}; ${counted(changes.length, "file")} changed]`,
    ...skipped,
    ...notesOn(scene.repository, changes, MERGING),
  ].join("\n");
}

/** A failure here is no reason to throw away what somebody resolved by hand: it is only told. */
async function goOn(
  scene: Scene,
  operation: Operation,
  settings: Simulated["settings"],
): ReturnType<typeof settle> {
  const first = (): ReturnType<typeof step> => step(scene, [operation, "--continue"], settings);
  return await settle(scene, operation, { first, staged: false, keep: true });
}

async function commitAs({ git, repository }: Scene, message: string): Promise<void> {
  const { signal } = new AbortController();
  const args = ["commit", "--quiet", "--cleanup=whitespace", "-F", "-"];
  const result = await git.run(repository, args, { signal, writes: true, ok: STOPPED, stdin: message });
  if (result.exitCode !== 0) throw explainStop(repository, result, "git commit");
}

/** Those that are not finished and that we can finish. */
async function operationHere({ git, repository, signal }: Scene): Promise<Operation> {
  const underway = await underwayIn(git.files(signal), repository);
  if (underway === undefined)
    throw new ToolError("conflict", "nothing is under way that could go on", {
      hint: "After a squash or a stash pop: git_stage, then git_commit.",
    });
  if (underway === "am" || underway === "bisect")
    throw new ToolError("conflict", `a git ${underway} is under way, which goes on in a terminal only`, {
      hint: "Leave it to the person.",
    });
  return underway;
}

/** Staged files with lines that open or close a conflict: of those that were in conflict, where git noted them. */
async function leftMarkers(scene: Scene): Promise<string[]> {
  const { git, repository, signal } = scene;
  const noted = await notedConflicts(scene);
  const args = ["grep", "--cached", "-l", "-z", "-I", "-E", "-e", "^(<{7,}|>{7,})( |$)", "--"];
  const where = noted.size > 0 && noted.size <= MOST_NOTED ? [...noted].map(pathspec) : [];
  const { stdout } = await git.run(repository, [...args, ...where], { signal, ok: [0, 1] });
  const found = stdout
    .toString("utf8")
    .split("\0")
    .filter((path) => path !== "");
  if (found.length === 0) return [];
  const changed = noted.size > 0 ? noted : await stagedPaths(scene);
  return found.filter((path) => changed.has(path)).map((path) => shownPath(repository, path));
}

async function stagedPaths(scene: Scene): Promise<Set<string>> {
  const changes = await changesToRestore(scene, { tree: "HEAD", staged: true });
  return new Set(changes.map(({ path }) => path));
}

async function notedConflicts({ git, repository, signal }: Scene): Promise<Set<string>> {
  const files = git.files(signal);
  const names = ["MERGE_MSG", "rebase-merge/message"];
  const texts = await Promise.all(names.map((name) => files.text(join(repository.gitDir, name))));
  const noted = texts.flatMap((text) => [...(text ?? "").matchAll(/^#\t(.+)$/gmu)]);
  return new Set(noted.map(([, path = ""]) => path));
}

/** What an abort would put back, and to where. */
export async function planAbort(
  scene: Scene,
): Promise<{ underway: Underway | undefined; target: string; forecast: Forecast }> {
  const underway = await underwayIn(scene.git.files(scene.signal), scene.repository);
  const isOpen = underway === undefined && (await conflictsOf(scene)).length > 0;
  if (underway === undefined && !isOpen)
    throw new ToolError("conflict", "nothing is under way that could be aborted", {
      hint: "git_status shows where the repository stands.",
    });
  if (underway === "am" || underway === "bisect")
    throw new ToolError("conflict", `a git ${underway} is under way, which ends in a terminal only`, {
      hint: "Leave it to the person.",
    });
  const target = await startOf(scene, underway);
  const changes = await changesToRestore(scene, { tree: target, staged: underway !== "rebase" });
  return { underway, target, forecast: { changes, trees: [target] } };
}

/** Puts everything back to where it was before; what was done to resolve it is lost. */
export async function abortMerge(scene: Scene, context: GitContext): Promise<string> {
  const { underway, target, forecast } = await planAbort(scene);
  await permitForecast(context, scene.repository, forecast);
  await waitForLock(scene, await movedHere(scene));
  const args = underway === undefined ? ["reset", "--quiet", "--merge", target] : [underway, "--abort"];
  const result = await step(scene, args);
  if (result.exitCode !== 0) throw explainStop(scene.repository, result, `git ${args.slice(0, 2).join(" ")}`);
  const { branch, hash = "" } = await scene.refs.head();
  const what = underway === undefined ? "taken back" : `${underway} aborted`;
  return [
    `[${what}: ${plainName(branch ?? "HEAD")} is at ${shortHash(hash)}; ${putBack(scene, forecast.changes)}]`,
    ...notesOn(scene.repository, forecast.changes),
  ].join("\n");
}

function putBack({ repository }: Scene, changes: readonly TreeChange[]): string {
  if (changes.length === 0) return "no file had to be put back";
  const names = changes.map(({ path }) => shownPath(repository, path));
  return `${counted(changes.length, "file")} put back: ${listed(names, SHOWN)}`;
}
