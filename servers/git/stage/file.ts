import { join } from "node:path";
import { pathspec } from "../../../shared/git/paths.ts";
import type { Work } from "../change/work.ts";
import { hasMarks, refuseFiltered, refuseInner, refuseSecrets } from "./refuse.ts";

const MAX_BYTES = 1024 * 1024;

/**
 * Stages one file with a single process, by far the most usual call. Gives whether there was something to stage, or
 * undefined when it takes a longer look: for folders, what is gone, links, large files, conflicts and what git ignores.
 */
export async function stageFile(work: Work, path: string): Promise<boolean | undefined> {
  const { git, signal, repository } = work;
  refuseSecrets(work, [path]);
  await refuseInner(work, [path]);
  if (!(await isPlain(work, path))) return undefined;
  await refuseFiltered(work, [path]);
  const { stdout, exitCode } = await git.run(repository, ["add", "--verbose", "--", pathspec(path)], {
    signal,
    writes: true,
    ok: [0, 1],
  });
  return exitCode === 0 ? stdout.length > 0 : undefined;
}

/** A file that holds no marks of a conflict. */
async function isPlain({ git, signal, repository }: Work, path: string): Promise<boolean> {
  const full = join(repository.workTree, path);
  const files = git.files(signal);
  const found = await files.stat(full);
  if (found?.kind !== "file" || found.size > MAX_BYTES) return false;
  return !hasMarks((await files.bytes(full, MAX_BYTES))?.toString("latin1") ?? "");
}
