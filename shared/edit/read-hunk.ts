import { beginsHunk, endsFile, isSignature, kindOfLine, namesFile, readNumbers } from "./patch-line.ts";
import type { HunkHeader } from "./patch-line.ts";
import { type Hunk, type HunkLine, patchError, type PatchFile } from "./patch.ts";

interface ReadHunk {
  readonly hunk: Hunk;
  /** The first line of the patch after it. */
  readonly next: number;
}

/**
 * Reads the hunk whose header is at index `at`. Counts that agree with the body are followed literally; else the body
 * ends where the next hunk, the next file or the patch's end leaves no doubt. A created file has only added lines, a
 * deleted one only removed lines.
 */
export function readHunk(lines: readonly string[], at: number, kind: PatchFile["kind"]): ReadHunk {
  const numbers = readHeader(lines[at] ?? "", at + 1);
  const stated = numbers === undefined ? undefined : endByCounts(lines, at + 1, numbers);
  const next = stated ?? endByBody(lines, at + 1);
  const body = readBody(lines, at + 1, next);
  refuseOtherSide(body, kind);
  const { oldStart, newStart, oldCount } = numbers ?? { oldStart: 0, newStart: 0, oldCount: 1 };
  const hunk = { line: at + 1, oldStart, newStart, lines: body.map(({ line }) => line) };
  refuseUnchanged(hunk);
  if (stated === undefined && kind !== "create" && oldCount > 0) refuseUnplaced(hunk);
  return { hunk, next };
}

function readHeader(header: string, line: number): HunkHeader | undefined {
  const numbers = readNumbers(header);
  if (numbers !== undefined || !/^@@ [-+]\d/u.test(header)) return numbers;
  throw patchError(line, "the line numbers of the hunk cannot be read", "Write them as @@ -12,3 +12,4 @@.");
}

// How many lines of the old and of the new side a line of the body is
const TAKES = { context: [1, 1], add: [0, 1], remove: [1, 0], marker: [0, 0] } as const;

/** The index after the body when as many lines as the header counts are followed by something else. */
function endByCounts(lines: readonly string[], from: number, counts: HunkHeader): number | undefined {
  let { oldCount, newCount } = counts;
  let at = from;
  for (; oldCount > 0 || newCount > 0; at += 1) {
    const kind = at < lines.length && !isSignature(lines, at) ? kindOfLine(lines[at] ?? "") : undefined;
    if (kind === undefined) return undefined;
    oldCount -= TAKES[kind][0];
    newCount -= TAKES[kind][1];
  }
  if (kindOfLine(lines[at] ?? "") === "marker") at += 1;
  return oldCount < 0 || newCount < 0 || bodyGoesOn(lines, at) ? undefined : at;
}

/** Whether, after empty lines, more lines follow that only a hunk can hold: then the counts were too small. */
function bodyGoesOn(lines: readonly string[], from: number): boolean {
  let at = from;
  while (lines[at] === "") at += 1;
  const line = lines[at];
  if (line === undefined || kindOfLine(line) === undefined) return false;
  return !namesFile(lines, at) && !isSignature(lines, at);
}

function endByBody(lines: readonly string[], from: number): number {
  let at = from;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.startsWith("@@") || endsFile(lines, at)) break;
    if (namesFile(lines, at) && beginsHunk(lines[at + 2] ?? "")) break;
    if (kindOfLine(line) === undefined)
      throw patchError(
        at + 1,
        "it is in a hunk whose counts are wrong or missing, and begins with neither a space nor + nor -",
        "Begin each line of context with a space; correct the counts in the @@ line if the hunk ends before it.",
      );
  }
  while (at > from && lines[at - 1] === "") at -= 1;
  return at;
}

interface BodyLine {
  readonly line: HunkLine;
  /** Its index in the patch. */
  readonly at: number;
}

function readBody(lines: readonly string[], from: number, end: number): BodyLine[] {
  const body: BodyLine[] = [];
  const ended = { old: false, new: false };
  for (let at = from; at < end; at += 1) {
    const text = lines[at] ?? "";
    const kind = kindOfLine(text) ?? "marker";
    if (kind === "marker") {
      const marked = markLast(body, at);
      ended.old ||= marked !== "add";
      ended.new ||= marked !== "remove";
      continue;
    }
    if ((ended.old && kind !== "add") || (ended.new && kind !== "remove"))
      throw patchError(
        at + 1,
        "a line follows the one that was marked as the end of the file",
        'Put "\\ No newline at end of file" only after the last line of the file.',
      );
    body.push({ at, line: { kind, text: text.slice(1) } });
  }
  return body;
}

function markLast(body: BodyLine[], at: number): HunkLine["kind"] {
  const last = body.pop();
  if (last === undefined)
    throw patchError(
      at + 1,
      "no line of the file comes before this marker",
      "Take the line out of the patch.",
    );
  body.push({ at: last.at, line: { ...last.line, noNewline: true } });
  return last.line.kind;
}

function refuseOtherSide(body: readonly BodyLine[], kind: PatchFile["kind"]): void {
  if (kind !== "create" && kind !== "delete") return;
  const only = kind === "create" ? "add" : "remove";
  const other = body.find(({ line }) => line.kind !== only);
  if (other === undefined) return;
  const [state, sign] = kind === "create" ? ["new", "+"] : ["deleted", "-"];
  throw patchError(
    other.at + 1,
    `every line of a ${state} file begins with ${sign}`,
    `Write all lines of it with ${sign}.`,
  );
}

/** The context with the removed lines is the old side, with the added ones the new side. */
function sideOf(lines: readonly HunkLine[], kind: "add" | "remove"): HunkLine[] {
  return lines.filter((line) => line.kind === "context" || line.kind === kind);
}

function refuseUnchanged(hunk: Hunk): void {
  const before = sideOf(hunk.lines, "remove");
  const after = sideOf(hunk.lines, "add");
  const same = (line: HunkLine, index: number): boolean =>
    line.text === after[index]?.text && line.noNewline === after[index].noNewline;
  if (before.length !== after.length || !before.every(same)) return;
  throw patchError(
    hunk.line,
    "the hunk changes nothing",
    "Mark lines with - and +, or leave the hunk out. Line ends are not compared and stay as the file has them.",
  );
}

/** Without old lines only a header that counts none tells where to insert. */
function refuseUnplaced({ line, lines }: Hunk): void {
  if (lines.some(({ kind }) => kind !== "add")) return;
  throw patchError(
    line,
    "it is not certain where the hunk inserts",
    "Add lines of context, or write -N,0 to insert after line N.",
  );
}
