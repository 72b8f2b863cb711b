import { join } from "node:path";
import { statusEntries } from "../change/status-entries.ts";
import type { Work } from "../change/work.ts";
import type { StatusEntry } from "../engine/shapes.ts";

const HOOKS = new Set(["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-rewrite"]);

/** What hooks of a trusted repository changed while a commit was made. */
export interface HookChanges {
  /** Files of the working tree that differ now and did not before. */
  readonly files: readonly string[];
  /** True when the commit holds something else than what was staged. */
  readonly commit: boolean;
}

/** Looks before a commit; the returned function looks again and compares. Nothing where no hook runs. */
export async function watchHooks(
  work: Work,
  all: boolean,
): Promise<(() => Promise<HookChanges>) | undefined> {
  if (!(await hasHooks(work))) return undefined;
  const before = new Set((await openEntries(work)).map(keyOf));
  const tree = all ? undefined : await treeOf(work, ["write-tree"]);
  return async () => {
    const after = (await openEntries(work)).filter((entry) => !before.has(keyOf(entry)));
    const made = tree === undefined ? undefined : await treeOf(work, ["rev-parse", "HEAD^{tree}"]);
    return { files: after.map(({ path }) => path), commit: tree !== made };
  };
}

async function hasHooks({ git, signal, repository }: Work): Promise<boolean> {
  if (!repository.trusted) return false;
  if (repository.settings.some(({ key }) => key === "core.hookspath")) return true;
  const names = (await git.files(signal).entries(join(repository.commonDir, "hooks"))) ?? [];
  return names.some(({ name }) => HOOKS.has(name));
}

async function openEntries(work: Work): Promise<StatusEntry[]> {
  const entries = await statusEntries(work, { untracked: "normal" });
  return entries.filter(({ kind, tree }) => kind !== "changed" || tree !== ".");
}

function keyOf({ tree, path }: StatusEntry): string {
  return `${tree} ${path}`;
}

/** Nothing while there are conflicts. */
async function treeOf(
  { git, signal, repository }: Work,
  args: readonly string[],
): Promise<string | undefined> {
  const { stdout, exitCode } = await git.run(repository, args, { signal, writes: true, ok: [0, 128] });
  return exitCode === 0 ? stdout.toString("utf8").trim() : undefined;
}
