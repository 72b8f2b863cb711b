import { ToolError } from "../../../shared/errors.ts";
import { explainRemoteFailure } from "../../../shared/git/failures.ts";
import type { RunResult } from "../../../shared/process/run.ts";
import type { GitContext } from "../deps.ts";
import type { Remote } from "./open.ts";

const REPORT_MS = 2_000;
/** Git itself died, a signal it gave, or something was refused: all are explained here. */
const ANY = [0, 1, 2, 128, 129, 141];

/**
 * Runs git against a remote until it ends or its time is over; says every two seconds that it still waits. An exit
 * code that is not in `ok` is thrown, with the remote named, as is `timeout`.
 */
export async function reach(
  { git, signal, report, options: { networkSeconds } }: GitContext,
  remote: Remote,
  { args, ok }: { readonly args: readonly string[]; readonly ok: readonly number[] },
): Promise<RunResult> {
  const started = Date.now();
  const timer = setInterval(() => {
    const done = Math.round((Date.now() - started) / 1_000);
    report({ done, message: `${args[0] ?? ""} ${remote.name}, ${done} s` });
  }, REPORT_MS);
  const doing = `git ${args[0] ?? ""}`;
  const { protocols: network, settings, env } = remote;
  const deadlineMs = networkSeconds * 1_000;
  try {
    // what the log of a reference says; by itself git puts all its arguments there
    const said = { ...env, GIT_REFLOG_ACTION: `${args[0] ?? ""} ${remote.name}` };
    const options = { signal, writes: true, ok: ANY, network, settings, env: said, deadlineMs };
    const result = await git.run(remote.repository, args, options);
    if (ok.includes(result.exitCode ?? -1)) return result;
    throw explainRemoteFailure(result.stderr, result.exitCode, doing);
  } catch (error) {
    throw error instanceof ToolError ? ofRemote(error, remote, networkSeconds) : error;
  } finally {
    clearInterval(timer);
  }
}

/** The same failure with the remote named. */
export function ofRemote(error: ToolError, { name, shown }: Remote, seconds: number): ToolError {
  if (error.code === "cancelled") return error;
  const where = `${name} (${shown})`;
  if (error.code === "timeout")
    return new ToolError("timeout", `${where} did not answer to the end within ${seconds} s`, {
      hint: "Try again later; the person can allow more time with git.networkSeconds.",
      cause: error,
    });
  return new ToolError(error.code, `${where}: ${error.message}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { details: error.details }),
    cause: error,
  });
}
