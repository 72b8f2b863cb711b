import { parseStatus } from "../engine/git/parse-status.ts";
import type { GitRunIn } from "../engine/git/run.ts";
import type { StatusEntry } from "../engine/shapes.ts";
import { counted } from "./forecast.ts";

const MAX_BYTES = 128 * 1024 * 1024;

/** What the next commit would hold, and what is left beside it. */
export interface IndexState {
  readonly files: number;
  /** Lines. */
  readonly added: number;
  readonly deleted: number;
  /** Not staged: changed files, those in conflict, files and folders that git does not track. */
  readonly changed: number;
  readonly conflicts: number;
  readonly untracked: number;
}

/** Looks at the whole repository; two processes at once. */
export async function indexState({ git, repository, signal }: GitRunIn): Promise<IndexState> {
  const numbers = ["diff", "--cached", "--numstat", "-z", "--no-renames", "--no-ext-diff", "--no-textconv"];
  const [counts, entries] = await Promise.all([
    git.text(repository, [...numbers, "--ignore-submodules=dirty", "--"], { signal, maxBytes: MAX_BYTES }),
    statusEntries({ git, repository, signal }, { untracked: "normal" }),
  ]);
  const lines = counts.split("\0").filter((line) => line !== "");
  const sum = (at: number): number =>
    lines.reduce((total, line) => total + (Number(line.split("\t")[at]) || 0), 0);
  const of = (kind: StatusEntry["kind"]): StatusEntry[] => entries.filter((entry) => entry.kind === kind);
  return {
    files: lines.length,
    added: sum(0),
    deleted: sum(1),
    changed: of("changed").filter(({ tree }) => tree !== ".").length,
    conflicts: of("unmerged").length,
    untracked: of("untracked").length,
  };
}

/** What differs from HEAD and from the index below the paths, renames taken apart. */
export async function statusEntries(
  { git, repository, signal }: GitRunIn,
  ask: { readonly pathspecs?: readonly string[]; readonly untracked: "all" | "normal" | "no" },
): Promise<readonly StatusEntry[]> {
  const args = ["status", "--porcelain=v2", "-z", "--no-renames", "--ignore-submodules=dirty"];
  const rest = [`--untracked-files=${ask.untracked}`, "--", ...(ask.pathspecs ?? [])];
  const text = await git.text(repository, [...args, ...rest], { signal, maxBytes: MAX_BYTES });
  return parseStatus(text).entries;
}

/** As in `3 files: +10 -2; left: 1 changed, 2 untracked`. */
export function stateText(state: IndexState): string {
  const { files, added, deleted } = state;
  const lines = files === 0 ? "" : `: +${added} -${deleted}`;
  return `${counted(files, "file")}${lines}${leftText(state)}`;
}

function leftText({ changed, conflicts, untracked }: IndexState): string {
  const left = [
    ...(changed === 0 ? [] : [`${changed} changed`]),
    ...(conflicts === 0 ? [] : [`${conflicts} in conflict`]),
    ...(untracked === 0 ? [] : [`${untracked} untracked`]),
  ];
  return left.length === 0 ? "; nothing left" : `; left: ${left.join(", ")}`;
}
