import { ToolError } from "../../../shared/errors.ts";
import type { RunResult } from "../../../shared/process/run.ts";
import { underwayIn, type Underway } from "../../../shared/git/state.ts";
import type { Head } from "../../../shared/git/refs.ts";
import { unstopped, type Work } from "../change/work.ts";
import { checkAsk, commitArguments, type CommitAsk } from "./ask.ts";
import { explainRefusal, explainStopped } from "./explain.ts";
import { watchHooks, type HookChanges } from "./hook-watch.ts";
import { allChanges } from "./stage-all.ts";

/** A commit that was made. */
export interface Made {
  readonly head: Head;
  /** Where HEAD was before. */
  readonly was: Head;
  /** Of the change that it holds; a merge has none. */
  readonly stat: { readonly files: number; readonly added: number; readonly deleted: number } | undefined;
  /** What was under way and is concluded by it, and what still is. */
  readonly underway: Underway | undefined;
  readonly still: Underway | undefined;
  /** True when the commit that it replaces is known to the remote side. */
  readonly wasPublished: boolean;
  /** Not taken by `all` since they may hold secrets. */
  readonly secrets: readonly string[];
  readonly hooks: HookChanges | undefined;
}

// git would make up an address from the machine's name
const NO_GUESS = [{ key: "user.useconfigonly", value: "true" }];
const MAX_BYTES = 64 * 1024 * 1024;

/** To be called alone. Throws `conflict` and others with nothing committed and the index as it was. */
export async function makeCommit(work: Work, ask: CommitAsk): Promise<Made> {
  const { git, signal, repository, refs } = work;
  const files = git.files(signal);
  const [was, underway] = await Promise.all([refs.head(), underwayIn(files, repository)]);
  checkAsk(ask, { head: was, underway });
  const { args, secrets } = ask.all ? await allChanges(work) : { args: [], secrets: [] };
  const look = await watchHooks(work, ask.all);
  const [result, wasPublished] = await Promise.all([
    runCommit(work, ask, { args, was }),
    ask.amend && isPublished(work, was),
  ]);
  if (result.exitCode !== 0) throw await explainRefusal(work, ask, { stderr: result.stderr, secrets });
  const [head, still, hooks] = await Promise.all([refs.head(), underwayIn(files, repository), look?.()]);
  const stat = statIn(result.stdout.toString("utf8"));
  return { head, was, wasPublished, secrets, stat, underway, still, hooks };
}

async function runCommit(
  work: Work,
  ask: CommitAsk,
  { args, was }: { readonly args: readonly string[]; readonly was: Head },
): Promise<RunResult> {
  const { git, signal, repository } = work;
  const { message } = ask;
  const stdin = message === undefined || message.endsWith("\n") ? message : `${message}\n`;
  const options = {
    signal,
    writes: true,
    ok: [0, 1],
    settings: NO_GUESS,
    maxBytes: MAX_BYTES,
    ...(stdin === undefined ? {} : { stdin }),
  };
  try {
    return await git.run(repository, [...commitArguments(ask), ...args], options);
  } catch (error) {
    const wasEnded = signal.aborted || (error instanceof ToolError && error.code === "timeout");
    const isMade = wasEnded && (await finishIfMade(work, ask, was));
    if (isMade && !signal.aborted) throw madeButLate(error);
    throw (await explainStopped(work, error)) ?? error;
  }
}

/**
 * True when a run that was ended had moved HEAD. Git puts the index in place after that, and held it locked until
 * then: ended in between, it leaves the commit's changes staged backwards, for the next commit to take them back.
 */
async function finishIfMade(work: Work, ask: CommitAsk, was: Head): Promise<boolean> {
  const { git, signal, repository, refs } = unstopped(work);
  if ((await refs.head()).hash === was.hash) return false;
  if (ask.all) await git.run(repository, ["reset", "--quiet", "--mixed"], { signal, writes: true });
  return true;
}

function madeButLate(cause: unknown): ToolError {
  return new ToolError("timeout", "the commit is made, but what git or a hook does after it took too long", {
    hint: "git_log shows it. Tell the person which hook hangs.",
    cause,
  });
}

/** Whether the branch on the remote side has this commit, as far as is known here. */
async function isPublished({ git, signal, repository }: Work, { branch, hash }: Head): Promise<boolean> {
  const follows = repository.settings.some(({ key }) => key === `branch.${branch}.merge`);
  if (hash === undefined || !follows) return false;
  const args = ["merge-base", "--is-ancestor", hash, "@{upstream}"];
  const { exitCode } = await git.run(repository, args, { signal, ok: [0, 1, 128] });
  return exitCode === 0;
}

/** Git's own summary, on a line that begins with a space, as no name and no subject there does. */
function statIn(text: string): Made["stat"] {
  const [, files, added = "0", deleted = "0"] =
    /^ (\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?$/mu.exec(text) ?? [];
  if (files === undefined) return undefined;
  return { files: Number(files), added: Number(added), deleted: Number(deleted) };
}
