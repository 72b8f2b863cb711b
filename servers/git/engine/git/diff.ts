import { PLAIN_DIFF } from "../../../../shared/git/plain-diff.ts";
import { join } from "node:path";
import { ToolError } from "../../../../shared/errors.ts";
import { pathspec } from "../../../../shared/git/paths.ts";
import type { GitRunIn } from "./run.ts";
import { fileOf, isSubmodule, parseDiff, type DiffEntry, type Sections } from "./parse-diff.ts";
import type { DiffAsk, FileDiff } from "../shapes.ts";

/** Patches beyond it are not held: what they would show is more than any answer. */
const PATCH_BYTES = 8 * 1024 * 1024;
const STAT_BYTES = 32 * 1024 * 1024;

/** How every difference is asked for. */
export const DIFF_FORM = ["-z", "--raw", ...PLAIN_DIFF, "--ignore-submodules=dirty"];

/** How a difference is told. */
export type DiffForm = Pick<DiffAsk, "stat" | "context" | "words">;

/**
 * One process, two when there is more than 8 MiB to show: then the files that come last have only counts. A
 * submodule whose repository lies outside the roots is told as `X`, without its commit.
 */
export async function diff(at: GitRunIn, ask: DiffAsk): Promise<readonly FileDiff[]> {
  const paths = ["--", ...ask.paths.map(pathspec)];
  const sides = sidesOf(ask);
  const { entries, sections } = await gather(at, ask, {
    command: (content) => ["diff", ...DIFF_FORM, ...content, ...sides, ...paths],
  });
  const outside = ask.to === "tree" ? await outsideOf(at, entries) : new Set<DiffEntry>();
  return entries.map((entry) =>
    outside.has(entry)
      ? { status: "X", path: entry.path, added: 0, deleted: 0, binary: false }
      : fileOf(entry, sections.get(entry), ask.words),
  );
}

export interface Gathering {
  /** The arguments, given those that say what is printed of each file. */
  readonly command: (content: readonly string[]) => readonly string[];
  /** Where the difference begins, behind what else was printed. */
  readonly after?: (bytes: Buffer) => number;
}

export interface Gathered {
  readonly entries: readonly DiffEntry[];
  readonly sections: Sections;
  /** What stands before the difference. */
  readonly head: Buffer;
}

/** Runs git for entries and patches. Throws `too_large` when there are more files than can be told. */
export async function gather(at: GitRunIn, form: DiffForm, gathering: Gathering): Promise<Gathered> {
  if (form.stat) return await counted(at, gathering);
  const { bytes, cut, from } = await printed(at, gathering, {
    content: patchContent(form),
    maxBytes: PATCH_BYTES,
  });
  const { entries, sections } = parseDiff(bytes.subarray(from), cut);
  // without a patch nothing was changed but times: git looks at those first
  if (!cut)
    return {
      entries: entries.filter((entry) => entry.status === "U" || sections.has(entry)),
      sections,
      head: bytes.subarray(0, from),
    };
  const all = await counted(at, gathering);
  const byPath = new Map(entries.map((entry) => [entry.path, sections.get(entry)]));
  const known = all.entries.flatMap((entry) => {
    const own = byPath.get(entry.path);
    return own === undefined ? [] : [[entry, own] as const];
  });
  return { ...all, sections: new Map(known) };
}

async function counted(at: GitRunIn, gathering: Gathering): Promise<Gathered> {
  const content = ["--numstat"];
  const { bytes, cut, from } = await printed(at, gathering, { content, maxBytes: STAT_BYTES });
  if (cut)
    throw new ToolError("too_large", "there are more changed files than can be told", {
      hint: "Give paths: a folder, or the files that matter.",
    });
  const { entries, sections } = parseDiff(bytes.subarray(from), false);
  return { entries, sections, head: bytes.subarray(0, from) };
}

async function printed(
  { git, repository, signal }: GitRunIn,
  { command, after = () => 0 }: Gathering,
  { content, maxBytes }: { readonly content: readonly string[]; readonly maxBytes: number },
): Promise<{ bytes: Buffer; cut: boolean; from: number }> {
  const { stdout: bytes, cut } = await git.run(repository, command(content), { signal, maxBytes });
  return { bytes, cut, from: after(bytes) };
}

function patchContent({ context, words }: DiffForm): string[] {
  const patch = ["--patch", `--unified=${context}`];
  // marked words are not lines that could be counted
  return words ? [...patch, "--word-diff=porcelain", "--numstat"] : patch;
}

function sidesOf({ from, to, mergeBase = false }: DiffAsk): string[] {
  const base = mergeBase ? ["--merge-base"] : [];
  // of a file with a conflict our side is compared, so that each file has one patch of the usual kind
  if (from === "index" && to === "tree") return ["--ours"];
  if (typeof from === "string") throw new Error(`no difference from the ${from} to the other side`);
  if (to === "tree") return [...base, from.hash];
  return to === "index" ? ["--cached", ...base, from.hash] : [...base, from.hash, to.hash];
}

/** Submodules whose commit git took from a place outside the roots. */
async function outsideOf(
  { git, repository: { workTree }, signal }: GitRunIn,
  entries: readonly DiffEntry[],
): Promise<ReadonlySet<DiffEntry>> {
  const outside = new Set<DiffEntry>();
  for (const entry of entries.filter(isSubmodule)) {
    try {
      await git.open(join(workTree ?? "", entry.path), signal);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      outside.add(entry);
    }
  }
  return outside;
}
