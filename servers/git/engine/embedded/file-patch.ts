import { isUtf8 } from "node:buffer";
import { countSigned, hunksBetween, hunkText, type DiffHunk } from "../../../../shared/edit/hunks.ts";
import { splitLines } from "../../../../shared/edit/split-lines.ts";
import { quotedPath } from "../../text/quoted-path.ts";
import { letterOf } from "./status.ts";
import type { FileDiff } from "../shapes.ts";
import { kindBits } from "./stored.ts";

/** Where git looks for a NUL, which makes contents binary. */
const LOOKED_AT = 8_000;
const MAX_HEADING = 80;

/** A path as it was or is, with its contents. */
export interface PatchSide {
  readonly path: string;
  readonly mode: number;
  readonly hash: string;
  readonly bytes: Buffer;
}

type Sides = readonly [PatchSide | undefined, PatchSide | undefined];

/** One file as git tells it, without the `index` line. At least one side is there. */
export function filePatch(sides: Sides, context: number): FileDiff {
  const [before, after] = sides;
  const status = statusOf(sides);
  const about = { status, path: (after ?? before)?.path ?? "" };
  if (status === "T") return { ...about, ...retyped(sides, context) };
  const from = status === "R" ? { from: before?.path ?? "" } : {};
  if (isBinary(sides)) return { ...about, ...from, added: 0, deleted: 0, binary: true };
  const hunks = hunksOf(sides, context);
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return {
    ...about,
    ...from,
    added: countSigned(lines, "+"),
    deleted: countSigned(lines, "-"),
    binary: false,
    patch: headerOf(sides, hunks.length > 0) + shownHunks(sides, hunks),
  };
}

/** A file that became a link, or the like: it goes, and comes again. */
function retyped([before, after]: Sides, context: number): Omit<FileDiff, "status" | "path"> {
  const gone = filePatch([before, undefined], context);
  const made = filePatch([undefined, after], context);
  const counts = { added: made.added, deleted: gone.deleted, binary: gone.binary || made.binary };
  return counts.binary ? counts : { ...counts, patch: (gone.patch ?? "") + (made.patch ?? "") };
}

function isBinary([before, after]: Sides): boolean {
  return before?.hash !== after?.hash && (looksBinary(before) || looksBinary(after));
}

function statusOf([before, after]: Sides): string {
  if (before === undefined) return "A";
  if (after === undefined) return "D";
  return before.path === after.path ? letterOf(before, after) : "R";
}

function headerOf([before, after]: Sides, hasHunks: boolean): string {
  const [from, to] = [before?.path ?? after?.path ?? "", after?.path ?? before?.path ?? ""];
  const lines = [
    `diff --git ${quotedPath(`a/${from}`)} ${quotedPath(`b/${to}`)}`,
    ...modesOf([before, after]),
    ...(from === to
      ? []
      : ["similarity index 100%", `rename from ${quotedPath(from)}`, `rename to ${quotedPath(to)}`]),
    ...(hasHunks ? [`--- ${nameOf("a", before)}`, `+++ ${nameOf("b", after)}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function modesOf([before, after]: Sides): string[] {
  if (before === undefined) return [`new file mode ${octal(after)}`];
  if (after === undefined) return [`deleted file mode ${octal(before)}`];
  return before.mode === after.mode ? [] : [`old mode ${octal(before)}`, `new mode ${octal(after)}`];
}

/** A tab ends a name with a space in it, so that other programs find its end. */
function nameOf(side: string, file: PatchSide | undefined): string {
  if (file === undefined) return "/dev/null";
  return quotedPath(`${side}/${file.path}`) + (file.path.includes(" ") ? "\t" : "");
}

function octal(side: PatchSide | undefined): string {
  return (side?.mode ?? 0).toString(8).padStart(6, "0");
}

/** Byte by byte, so that contents in no known encoding are told apart. */
function hunksOf([before, after]: Sides, context: number): DiffHunk[] {
  if (before?.hash === after?.hash) return [];
  const linesOf = (side: PatchSide | undefined): string[] => splitLines(side?.bytes.toString("latin1") ?? "");
  const texts = { oldLines: linesOf(before), newLines: linesOf(after), oldBefore: 0, newBefore: 0 };
  return hunksBetween(texts, context);
}

function shownHunks([before]: Sides, hunks: readonly DiffHunk[]): string {
  const old = splitLines(before?.bytes.toString("latin1") ?? "");
  const text = hunks
    .map((hunk) => hunkText(hunk).replace(" @@\n", () => ` @@${headingOf(old, hunk.oldBefore)}\n`))
    .join("");
  const bytes = Buffer.from(text, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : text;
}

/** The line above a hunk that looks like the start of something. */
function headingOf(lines: readonly string[], before: number): string {
  const line = lines.slice(0, before).findLast((each) => /^[A-Za-z_$]/u.test(each));
  return line === undefined ? "" : ` ${line.slice(0, MAX_HEADING).trimEnd()}`;
}

function looksBinary(side: PatchSide | undefined): boolean {
  if (side === undefined || kindBits(side.mode) !== 0o100000) return false;
  return side.bytes.subarray(0, LOOKED_AT).includes(0);
}
