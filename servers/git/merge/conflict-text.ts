import * as z from "zod";
import { decodeCursor, encodeCursor } from "../../../shared/cursor.ts";
import type { Underway } from "../../../shared/git/state.ts";
import type { GitContext } from "../deps.ts";
import { hunksIn, type Conflict, type Hunk } from "./conflicts.ts";
import { counted } from "../../../shared/listed.ts";
import { shownPath } from "../text/foreign.ts";
import type { Scene } from "../change/scene.ts";

interface Asked {
  /** The first words of the answer. */
  readonly title: string;
  readonly underway: Underway | undefined;
  readonly cursor?: string | undefined;
  /** More lines, at the end. */
  readonly notes?: readonly string[];
}

/** How many files and conflicts of them were shown. */
const Cursor = z.tuple([z.int().nonnegative(), z.int().nonnegative()]);

const MOST_FILES = 200;
const ROOM = 10_000;
const MOST_LINES = 60;
const MOST_COLUMNS = 240;

/** Lists what is in conflict, with both sides as far as there is room, and says what comes next. */
export async function conflictText(
  scene: Scene,
  conflicts: readonly Conflict[],
  { context, ...asked }: Asked & { readonly context: GitContext },
): Promise<string> {
  const from = asked.cursor === undefined ? ([0, 0] as const) : decodeCursor(Cursor, asked.cursor);
  const { lines, cursor } = await bodyOf(scene, conflicts, { context, from });
  const rest = cursor === undefined ? "" : `; more of them with action conflicts, cursor ${cursor}`;
  return [
    `[${asked.title}: ${counted(conflicts.length, "file")} in conflict${rest}. ${nextSteps(asked.underway)}]`,
    ...lines,
    ...(asked.notes ?? []),
  ].join("\n");
}

interface Where {
  readonly context: GitContext;
  readonly from: readonly [number, number];
}

async function bodyOf(
  scene: Scene,
  conflicts: readonly Conflict[],
  { context, from: [first, skipped] }: Where,
): Promise<{ lines: string[]; cursor?: string }> {
  const lines: string[] = [];
  let room = ROOM;
  for (const [index, { path, kind }] of conflicts.entries()) {
    if (index < first) continue;
    const name = `${shownPath(scene.repository, path)}: ${kind}`;
    const isFull = room <= 0 || index - first >= MOST_FILES;
    if (isFull)
      return { lines: [...lines, ...listedAfter(scene, conflicts, index)], cursor: encodeCursor([index, 0]) };
    const hunks = await hunksIn(context, scene, path);
    if (typeof hunks === "string") {
      lines.push(`${name}; ${hunks}`);
      room -= name.length + hunks.length;
      continue;
    }
    lines.push(`${name}, ${counted(hunks.length, "conflict")}`);
    const start = index === first ? skipped : 0;
    for (const [at, hunk] of hunks.entries()) {
      if (at < start) continue;
      if (room <= 0) return { lines, cursor: encodeCursor([index, at]) };
      const shown = hunkLines(hunk);
      lines.push(...shown);
      room -= shown.reduce((sum, line) => sum + line.length + 1, 0);
    }
  }
  return { lines };
}

/** Files whose conflicts did not fit, by name alone. */
function listedAfter({ repository }: Scene, conflicts: readonly Conflict[], index: number): string[] {
  const rest = conflicts.slice(index);
  const named = rest.slice(0, MOST_FILES).map(({ path, kind }) => `${shownPath(repository, path)}: ${kind}`);
  return rest.length > MOST_FILES ? [...named, `and ${rest.length - MOST_FILES} more files`] : named;
}

function hunkLines({ line, lines }: Hunk): string[] {
  const half = MOST_LINES / 2;
  const cut = (text: string): string =>
    text.length > MOST_COLUMNS ? `${text.slice(0, MOST_COLUMNS)}…` : text;
  const range = `@ lines ${line}-${line + lines.length - 1}`;
  if (lines.length <= MOST_LINES) return [range, ...lines.map(cut)];
  const gap = `… ${lines.length - MOST_LINES} lines, read_file shows them …`;
  return [range, ...lines.slice(0, half).map(cut), gap, ...lines.slice(-half).map(cut)];
}

function nextSteps(underway: Underway | undefined): string {
  const ours = underway === "rebase" ? " Ours is what it goes onto, theirs the commit that is moved." : "";
  if (underway === undefined || underway === "bisect")
    return "Edit them, git_stage, then git_commit; or take it back with action abort.";
  return `Edit them, git_stage, then git_merge with action continue; or abort.${ours}`;
}
