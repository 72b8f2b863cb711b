import { pathspec } from "../../../../shared/git/paths.ts";
import { ToolError } from "../../../../shared/errors.ts";
import type { GitRunIn } from "./run.ts";
import { COMMIT_FORMAT, parseCommits } from "./parse-commits.ts";
import type { CommitFacts, LogAsk } from "../shapes.ts";

const MAX_BYTES = 64 * 1024 * 1024;

/** One process. */
export async function log(
  { git, repository, signal }: GitRunIn,
  ask: LogAsk,
): Promise<readonly CommitFacts[]> {
  if (ask.revisions.length === 0) return [];
  const args = ["log", ...FORM, ...filtersOf(ask), "--end-of-options", ...ask.revisions];
  const text = await git.text(repository, [...args, "--", ...ask.paths.map(pathspec)], {
    signal,
    maxBytes: MAX_BYTES,
  });
  return parseCommits(text).map(({ commit, files }) => (withFiles(ask) ? { ...commit, files } : commit));
}

/** Throws `not_found` when git knows no such commit. */
export async function commit(at: GitRunIn, hash: string): Promise<CommitFacts> {
  const [found] = await log(at, { revisions: [hash], paths: [], follow: false, skip: 0, limit: 1 });
  if (found !== undefined) return found;
  throw new ToolError("not_found", "git knows no such commit", { hint: "git_log shows hashes." });
}

function withFiles({ pickaxe, files = false }: LogAsk): boolean {
  return files || pickaxe !== undefined;
}

/** Nothing of the configuration changes how it looks; signatures and converters run programs. */
const FORM = [
  "-z",
  `--format=tformat:${COMMIT_FORMAT}`,
  "--date=raw",
  "--decorate=full",
  "--no-color",
  "--no-show-signature",
  "--no-notes",
  // names as they are in the commits, also for finding them by author
  "--no-mailmap",
  "--no-ext-diff",
  "--no-textconv",
];

function filtersOf(ask: LogAsk): string[] {
  const given = ([name, value]: readonly [string, string | number | undefined]): string[] =>
    value === undefined ? [] : [`--${name}=${value}`];
  const pairs = [
    ["skip", ask.skip],
    ["max-count", ask.limit],
    ["since", ask.since],
    ["until", ask.until],
    ["author", ask.author],
    ["grep", ask.grep],
  ] as const;
  const searches = ask.author !== undefined || ask.grep !== undefined;
  return [
    ...pairs.flatMap(given),
    ...(searches ? ["--fixed-strings", "--regexp-ignore-case"] : []),
    ...(ask.pickaxe === undefined ? [] : [`-S${ask.pickaxe}`]),
    // without renames a text that only the old name held is not told by the new one
    ...(withFiles(ask) ? ["--name-only", "--no-renames"] : []),
    ...(ask.follow ? ["--follow"] : ["--no-follow"]),
  ];
}
