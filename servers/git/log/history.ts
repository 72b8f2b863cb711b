import { join } from "node:path";
import * as z from "zod";
import { decodeCursor, encodeCursor } from "../../../shared/cursor.ts";
import { ToolError } from "../../../shared/errors.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import { commitLine } from "../text/commit.ts";
import type { GitContext } from "../deps.ts";
import type { CommitFacts, LogAsk } from "../engine/shapes.ts";
import { gitDate } from "./date.ts";
import { mayShow, type Opened } from "../open.ts";
import { resolveRange } from "./range.ts";

/** Commits as git_log tells them. */
export interface History {
  readonly commits: readonly CommitFacts[];
  /** How many came before, on other pages. */
  readonly skipped: number;
  readonly cursor?: string;
  /** The branch that has no commit yet; then there are none. */
  readonly unborn?: string;
  /** True when a shallow clone ends the history. */
  readonly shallow: boolean;
  /** True when it was answered without the git program. */
  readonly embedded: boolean;
}

interface Asked {
  readonly range?: string | undefined;
  readonly follow: boolean;
  readonly author?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly grep?: string | undefined;
  readonly pickaxe?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Characters for the lines of one page. */
const ROOM = 19_000;
/** No pattern of names: what git gets is hashes, also from a cursor that somebody wrote. */
const SPEC =
  /^\^?[0-9a-f]{4,64}(?:[~^]\d*|\^\{[a-z]*\})*(?:\.\.\.[0-9a-f]{4,64}(?:[~^]\d*|\^\{[a-z]*\})*)?$/u;
/** How many were shown, and the range as it was at the first page. */
const Cursor = z.tuple([z.int().min(1).max(1e9), z.array(z.string().max(300).regex(SPEC)).min(1).max(2)]);

/** Newest first. Throws `invalid_input` for what cannot be asked, `not_found` for an unknown revision. */
export async function historyOf(opened: Opened, asked: Asked, context: GitContext): Promise<History> {
  const { repository, refs, paths } = opened;
  const given = filtersOf(asked);
  if (asked.follow && paths.length !== 1)
    throw new ToolError("invalid_input", "follow needs exactly one path", {
      hint: "It follows one file through its renames; leave follow out for several paths.",
    });
  const [skipped, revisions] =
    asked.cursor === undefined
      ? ([0, await resolveRange(refs, asked.range)] as const)
      : decodeCursor(Cursor, asked.cursor);
  if (revisions.length === 0) {
    const { branch = "HEAD" } = await refs.head();
    return { commits: [], skipped: 0, unborn: branch, shallow: false, embedded: false };
  }
  const ask = { ...given, revisions, paths, skip: skipped, limit: asked.limit + 1 };
  const found = await (asked.pickaxe === undefined
    ? logOf(repository, ask, context)
    : pickaxe(repository, ask, context));
  const commits = fitting(found.slice(0, asked.limit));
  const more = found.length > commits.length;
  const files = context.git.files(context.signal);
  return {
    commits,
    skipped,
    ...(more ? { cursor: encodeCursor([skipped + commits.length, revisions]) } : {}),
    shallow: !more && (await files.kindOf(join(repository.commonDir, "shallow"))) !== undefined,
    embedded: (await context.engines.pick()).name === "embedded",
  };
}

function filtersOf(asked: Asked): Pick<LogAsk, "follow" | "author" | "since" | "until" | "grep" | "pickaxe"> {
  const { follow, author, since, until, grep, pickaxe } = asked;
  for (const [name, text] of Object.entries({ author, grep }))
    if (text !== undefined && /[\n\0]/u.test(text))
      throw new ToolError("invalid_input", `${name} is one line`, { hint: "Give a part of one line." });
  if (pickaxe?.includes("\0") === true)
    throw new ToolError("invalid_input", "no text holds NUL", { hint: "Give a text of the file." });
  return {
    follow,
    ...(author === undefined ? {} : { author }),
    ...(since === undefined ? {} : { since: gitDate(since, "since") }),
    ...(until === undefined ? {} : { until: gitDate(until, "until") }),
    ...(grep === undefined ? {} : { grep }),
    ...(pickaxe === undefined ? {} : { pickaxe }),
  };
}

async function logOf(
  repository: Repository,
  ask: LogAsk,
  { engines, signal }: GitContext,
): Promise<readonly CommitFacts[]> {
  return await (await engines.pick()).log(repository, ask, signal);
}

/**
 * Commits by a text that they add or take away, in files that may be shown: whether a secret holds a text must not be
 * told, so what only such a file has does not count, not even for where the next page begins.
 */
async function pickaxe(repository: Repository, ask: LogAsk, context: GitContext): Promise<CommitFacts[]> {
  const wanted = ask.skip + ask.limit;
  for (let limit = wanted; ; limit *= 4) {
    const all = await logOf(repository, { ...ask, skip: 0, limit }, context);
    const shown = all.filter(({ files = [] }) => files.some((file) => mayShow(context, repository, file)));
    if (shown.length >= wanted || all.length < limit) return shown.slice(ask.skip, wanted);
  }
}

/** As many as have room in one answer, at least one. */
function fitting(commits: readonly CommitFacts[]): readonly CommitFacts[] {
  let left = ROOM;
  const end = commits.findIndex((commit) => (left -= commitLine(commit).length + 1) < 0);
  return end < 0 ? commits : commits.slice(0, Math.max(1, end));
}
