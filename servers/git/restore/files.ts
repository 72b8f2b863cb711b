import { ToolError } from "../../../shared/errors.ts";
import { pathspec } from "../../../shared/git/paths.ts";
import { keepContents, keptLines, type Kept } from "../change/keep-contents.ts";
import { unstopped, type Work } from "../change/work.ts";
import { permitForecast } from "../change/forecast.ts";
import type { RestorePlan } from "./plan.ts";

/** Does what was planned, after it kept what is there. A run that fails midway is taken back from there. */
export async function restoreFiles(
  work: Work,
  paths: readonly string[],
  { changes, held, commit }: RestorePlan,
): Promise<Kept | undefined> {
  await permitForecast(work.context, work.repository, {
    changes,
    trees: commit === undefined ? [] : [commit],
  });
  if (changes.length === 0) return undefined;
  const begun = unstopped(work);
  const kept = await keepContents(begun, held);
  try {
    await runRestore(begun, paths, commit);
  } catch (error) {
    throw await takenBack(begun, paths, { kept, error });
  }
  return kept;
}

async function runRestore(
  { git, signal, repository }: Work,
  paths: readonly string[],
  commit: string | undefined,
): Promise<void> {
  const source = commit === undefined ? [] : [`--source=${commit}`];
  const args = ["restore", "--worktree", "--quiet", "--no-recurse-submodules", ...source];
  const stdin = paths.map((path) => `${pathspec(path)}\0`).join("");
  await git.run(repository, [...args, "--pathspec-from-file=-", "--pathspec-file-nul"], {
    signal,
    writes: true,
    stdin,
  });
}

async function takenBack(
  work: Work,
  paths: readonly string[],
  { kept, error }: { readonly kept: Kept | undefined; readonly error: unknown },
): Promise<unknown> {
  if (!(error instanceof ToolError) || kept === undefined) return error;
  if (kept.kind === "commit") {
    try {
      await runRestore(work, paths, kept.hash);
    } catch (again) {
      if (!(again instanceof ToolError)) throw again;
    }
  }
  const { code, message, details } = error;
  const hint = [error.hint ?? "", ...keptLines(work, kept)].join(" ").trim();
  return new ToolError(code, message, { hint, cause: error, ...(details === undefined ? {} : { details }) });
}
