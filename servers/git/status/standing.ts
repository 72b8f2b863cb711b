import { join } from "node:path";
import * as z from "zod";
import { decodeCursor, encodeCursor } from "../../../shared/cursor.ts";
import { ToolError } from "../../../shared/errors.ts";
import type { GitFiles } from "../../../shared/git/git-files.ts";
import type { Head } from "../../../shared/git/refs.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import type { Underway } from "../../../shared/git/state.ts";
import type { GitContext } from "../deps.ts";
import { compareBytes } from "../engine/git/parse-status.ts";
import type { StatusEntry, StatusFacts } from "../engine/shapes.ts";
import { filteredPaths } from "../change/filters.ts";
import { shownPath } from "../text/foreign.ts";
import type { Opened } from "../open.ts";

/** Where a repository stands: what git_status tells. */
export interface Standing {
  readonly repository: Repository;
  readonly head: Head;
  readonly upstream?: NonNullable<StatusFacts["upstream"]>;
  readonly underway?: Underway;
  /** The branch that is rebased. */
  readonly rebased?: string;
  readonly counts: Readonly<Record<Kind, number>>;
  /** Every entry, conflicts first. */
  readonly entries: readonly StatusEntry[];
  /** Which of them are shown, and how to go on behind them. */
  readonly first: number;
  readonly end: number;
  readonly cursor?: string;
  /** Changed files whose filter does not run here, as that of git-lfs: git may take them for changed for that alone. */
  readonly filtered: number;
  /** True when it was answered without the git program. */
  readonly embedded: boolean;
}

type Kind = "conflicts" | "staged" | "changed" | "untracked" | "ignored";

interface Asked {
  readonly untracked: boolean;
  readonly ignored: boolean;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const ORDER = ["unmerged", "changed", "untracked", "ignored"] as const;
/** The kind and path of the last one that was shown. */
const Cursor = z.tuple([z.enum(ORDER), z.string()]);

/** Throws `not_found` for a path that is neither there nor known to git. */
export async function standingOf(
  { repository, paths, refs }: Opened,
  asked: Asked,
  context: GitContext,
): Promise<Standing> {
  const { git, signal, engines } = context;
  const after = asked.cursor === undefined ? undefined : decodeCursor(Cursor, asked.cursor);
  const engine = await engines.pick();
  if (repository.workTree === undefined)
    return { ...NOTHING, repository, head: await refs.head(), embedded: engine.name === "embedded" };
  const { untracked, ignored } = asked;
  const { underway, gitDir } = repository;
  const facts = await engine.status(repository, { paths, untracked, ignored }, signal);
  const rebased =
    underway === "rebase" ? await git.files(signal).text(join(gitDir, "rebase-merge/head-name")) : undefined;
  const entries = inOrder(await withoutOutside(facts.entries, repository, context));
  await expectKnown(entries, { repository, paths }, context);
  return {
    repository,
    head: facts.head,
    ...(facts.upstream === undefined ? {} : { upstream: facts.upstream }),
    ...(underway === undefined ? {} : { underway }),
    ...(rebased === undefined ? {} : { rebased: rebased.trim().replace(/^refs\/heads\//u, "") }),
    counts: countsOf(entries),
    entries,
    ...pageOf(entries, after, asked.limit),
    filtered: await filteredIn(entries, repository, context),
    embedded: engine.name === "embedded",
  };
}

const NOTHING = { counts: countsOf([]), entries: [], first: 0, end: 0, filtered: 0 };

/** Asks git only when the attributes at the top name a filter at all. */
async function filteredIn(
  entries: readonly StatusEntry[],
  repository: Repository,
  context: GitContext,
): Promise<number> {
  const changed = entries.filter(
    ({ kind, tree, submodule }) => kind === "changed" && tree === "M" && !submodule,
  );
  if (repository.trusted || changed.length === 0) return 0;
  const files = context.git.files(context.signal);
  const places = [
    join(repository.workTree ?? "", ".gitattributes"),
    join(repository.commonDir, "info/attributes"),
  ];
  const texts = await Promise.all(places.map((place) => attributesAt(files, place)));
  if (!texts.some((text) => text.includes("filter="))) return 0;
  const paths = changed.map(({ path }) => path);
  return (await filteredPaths(context, repository, paths)).length;
}

/** What is too large for attributes to be read by us is left to git. */
async function attributesAt(files: GitFiles, place: string): Promise<string> {
  const stat = await files.stat(place);
  if (stat?.kind !== "file") return "";
  return stat.size > MAX_ATTRIBUTES ? "filter=" : ((await files.text(place)) ?? "");
}

const MAX_ATTRIBUTES = 1024 * 1024;

function inOrder(entries: readonly StatusEntry[]): StatusEntry[] {
  return ORDER.flatMap((kind) => entries.filter((entry) => entry.kind === kind));
}

function pageOf(
  entries: readonly StatusEntry[],
  after: z.output<typeof Cursor> | undefined,
  limit: number,
): Pick<Standing, "first" | "end" | "cursor"> {
  const behind = after === undefined ? 0 : entries.findIndex((entry) => isBehind(entry, after));
  const first = behind < 0 ? entries.length : behind;
  const end = Math.min(entries.length, first + limit);
  const last = entries[end - 1];
  if (end === entries.length || last === undefined) return { first, end };
  return { first, end, cursor: encodeCursor([last.kind, last.path]) };
}

function isBehind({ kind, path }: StatusEntry, [lastKind, lastPath]: z.output<typeof Cursor>): boolean {
  const far = ORDER.indexOf(kind) - ORDER.indexOf(lastKind);
  return far > 0 || (far === 0 && compareBytes(path, lastPath) > 0);
}

function countsOf(entries: readonly StatusEntry[]): Record<Kind, number> {
  const counts = { conflicts: 0, staged: 0, changed: 0, untracked: 0, ignored: 0 };
  for (const { kind, index, tree } of entries) {
    if (kind === "unmerged") counts.conflicts += 1;
    else if (kind !== "changed") counts[kind] += 1;
    else {
      if (index !== ".") counts.staged += 1;
      if (tree !== ".") counts.changed += 1;
    }
  }
  return counts;
}

/** Of a submodule whose own git folder lies outside the roots, how it differs from there is nobody's to know. */
async function withoutOutside(
  entries: readonly StatusEntry[],
  { workTree = "" }: Repository,
  { git, signal }: GitContext,
): Promise<StatusEntry[]> {
  const kept: StatusEntry[] = [];
  for (const entry of entries) {
    if (!entry.submodule || entry.tree === "." || (await isInside(join(workTree, entry.path))))
      kept.push(entry);
    else if (entry.index !== ".") kept.push({ ...entry, tree: "." });
  }
  return kept;

  async function isInside(path: string): Promise<boolean> {
    try {
      await git.open(path, signal);
      return true;
    } catch (error) {
      if (error instanceof ToolError) return error.code !== "denied";
      throw error;
    }
  }
}

/** A path with a slip in it must not look like one without changes. */
async function expectKnown(
  entries: readonly StatusEntry[],
  { repository, paths }: Pick<Opened, "repository" | "paths">,
  { git, signal }: GitContext,
): Promise<void> {
  const files = git.files(signal);
  for (const path of paths) {
    const below = `${path}/`;
    if (entries.some((entry) => entry.path === path || entry.path.startsWith(below))) continue;
    if ((await files.kindOf(join(repository.workTree ?? "", path))) !== undefined) continue;
    throw new ToolError("not_found", `there is nothing at ${shownPath(repository, path)}, and nothing was`, {
      hint: "Neither the working tree nor the index has it; git_log with this path shows whether it ever was.",
    });
  }
}
