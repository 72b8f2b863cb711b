import type { HunkLine } from "./patch.ts";

const VERSION = /^\d+\.\d+/u;
const NUMBERED = /^@@ -(\d{1,15})(?:,(\d{1,15}))? \+(\d{1,15})(?:,(\d{1,15}))?(?: @@|$)/u;
const ENDS_FILE = /^(?:diff |```|Index: |From [0-9a-f]{7,64} )/u;
const KINDS: Readonly<Record<string, HunkLine["kind"]>> = { " ": "context", "+": "add", "-": "remove" };

/** What the header of a hunk says; lines that it does not count are 1. */
export interface HunkHeader {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
}

/** The lines of a patch, without their line breaks. */
export function patchLines(patch: string): string[] {
  const lines = (patch.startsWith("\ufeff") ? patch.slice(1) : patch).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map(withoutReturns);
}

// A pattern would take quadratic time on a line full of carriage returns
function withoutReturns(line: string): string {
  let end = line.length;
  while (end > 0 && line.codePointAt(end - 1) === 13) end -= 1;
  return line.slice(0, end);
}

/** What a line is inside a hunk; an empty line is context that lost its space. `undefined`: it cannot be inside one. */
export function kindOfLine(line: string): HunkLine["kind"] | "marker" | undefined {
  if (line === "") return "context";
  return line.startsWith("\\ ") ? "marker" : KINDS[line.charAt(0)];
}

/** Whether it begins a hunk, with or without line numbers. */
export function beginsHunk(line: string): boolean {
  return line === "@@" || line.startsWith("@@ ");
}

/** The numbers in a hunk's header; `undefined` when it has none that can be read. */
export function readNumbers(line: string): HunkHeader | undefined {
  const match = NUMBERED.exec(line);
  if (match === null) return undefined;
  const [, oldStart, oldCount = "1", newStart, newCount = "1"] = match;
  return {
    oldStart: Number(oldStart),
    oldCount: Number(oldCount),
    newStart: Number(newStart),
    newCount: Number(newCount),
  };
}

/** Whether the two lines that name a file stand here. Inside a hunk they may as well be a removed and an added line. */
export function namesFile(lines: readonly string[], at: number): boolean {
  return lines[at]?.startsWith("--- ") === true && lines[at + 1]?.startsWith("+++ ") === true;
}

/** Whether a mail's signature begins here: dashes, then the version of git. */
export function isSignature(lines: readonly string[], at: number): boolean {
  const line = lines[at];
  return (line === "-- " || line === "--") && VERSION.test(lines[at + 1] ?? "");
}

/** Whether the part of the patch about one file ends before this line, which belongs to no hunk. */
export function endsFile(lines: readonly string[], at: number): boolean {
  return ENDS_FILE.test(lines[at] ?? "") || isSignature(lines, at);
}
