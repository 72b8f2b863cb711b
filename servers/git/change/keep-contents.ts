import { join } from "node:path";
import { shortHash } from "../text/commit.ts";
import type { Work } from "./work.ts";
import { writeBlob } from "./blobs.ts";
import { shownPath } from "../text/foreign.ts";

/** What files held before a call replaced them: nothing of it is lost until git clears away what no name leads to. */
export type Kept =
  | { readonly kind: "commit"; readonly hash: string }
  | { readonly kind: "blobs"; readonly blobs: readonly { readonly path: string; readonly hash: string }[] };

/**
 * Keeps what these tracked files of the working tree hold: as a commit of all that is tracked, or each by itself where
 * git makes none, before the first commit and while files are in conflict. Nothing for no files.
 */
export async function keepContents(work: Work, paths: readonly string[]): Promise<Kept | undefined> {
  if (paths.length === 0) return undefined;
  const { git, signal, repository } = work;
  const args = ["stash", "create", "before git_restore"];
  const { stdout, exitCode } = await git.run(repository, args, { signal, writes: true, ok: [0, 1, 128] });
  const hash = stdout.toString("utf8").trim();
  // nothing to keep: all of it is in HEAD
  const kept = exitCode === 0 ? hash || (await work.refs.head()).hash : undefined;
  if (kept !== undefined) return { kind: "commit", hash: kept };
  const files = git.files(signal);
  const blobs: { path: string; hash: string }[] = [];
  for (const path of paths) {
    const full = join(repository.workTree, path);
    if ((await files.kindOf(full)) !== "file") continue;
    const bytes = await files.bytes(full, Number.MAX_SAFE_INTEGER);
    if (bytes !== undefined) blobs.push({ path, hash: await writeBlob(work, bytes) });
  }
  return { kind: "blobs", blobs };
}

/** Lines that say how to get it back. */
export function keptLines({ repository }: Pick<Work, "repository">, kept: Kept | undefined): string[] {
  if (kept === undefined) return [];
  if (kept.kind === "commit")
    return [`what was there is kept: brought back by git_restore with ref ${shortHash(kept.hash)}`];
  return kept.blobs.map(
    ({ path, hash }) =>
      `what ${shownPath(repository, path)} held is kept as blob ${hash}: the person gets it by git cat-file blob`,
  );
}
