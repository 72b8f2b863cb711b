import { ToolError } from "../errors.ts";
import { closest, type Closest } from "./closest.ts";
import { diffLines } from "./diff-lines.ts";
import type { FoldedEdit } from "./form-breaks.ts";
import { foldBreaks } from "./line-breaks.ts";
import { locate } from "./locate.ts";
import { plainText, withoutSpace } from "./plain-text.ts";
import type { ByteSource } from "./splice.ts";
import { shownText, unitsOf, unitWidth, type Encoding } from "./units.ts";

/** As much of a file is searched for a text like the wanted one. */
const HEAD_BYTES = 1024 * 1024;
const SHOWN_LINES = 12;
const SHOWN_WIDTH = 160;
/** A shorter text stands in too many files to say that an edit was made before. */
const TELLING = 5;

interface MissingOptions {
  readonly encoding: Encoding;
  readonly bom: number;
  readonly shown: string;
  readonly signal: AbortSignal;
  /** Added to the hint. */
  readonly also: string;
}

/** Why the old text of an edit, in units, is not in a file: the closest place, and what differs there. */
export async function explainMissing(
  source: ByteSource,
  edit: FoldedEdit & { readonly name: string },
  options: MissingOptions,
): Promise<ToolError> {
  const { encoding, shown, also } = options;
  const wanted = shownText(edit.oldText, encoding);
  const near = closest(await readHead(source, options), wanted);
  const missing = `${edit.name}oldText is not in ${shown}`;
  const done = await lineOf(source, edit.newText, options);
  const before =
    done === undefined ? "" : `; newText is already at line ${done}: perhaps the edit was made before`;
  if (near === undefined)
    return new ToolError("not_found", `${missing}, nor anything like it${before}`, {
      hint: (hasLineNumbers(wanted) ?? "Read the file again, and take oldText from it.") + also,
    });
  const last = near.line + near.lines.length - 1;
  const place = last === near.line ? `line ${last}` : `lines ${near.line} to ${last}`;
  return new ToolError("not_found", `${missing}; the closest is ${place} (- oldText, + the file)${before}`, {
    hint: (hasLineNumbers(wanted) ?? hintFor(wanted, near)) + also,
    details: showDifference(wanted, near),
  });
}

async function readHead(source: ByteSource, { encoding, bom }: MissingOptions): Promise<string> {
  const bytes = await source.read(bom, Math.min(HEAD_BYTES, Math.max(0, source.size - bom)));
  return shownText(foldBreaks(unitsOf(bytes, encoding), unitWidth(encoding)), encoding);
}

/** The one line where the new text stands already. */
async function lineOf(
  source: ByteSource,
  text: string,
  options: MissingOptions,
): Promise<number | undefined> {
  if (text.trim().length < TELLING) return undefined;
  const [found] = await locate(source, [{ folded: text, all: false, forms: false }], options);
  return found?.count === 1 ? found.places[0]?.line : undefined;
}

/** What a text and its like may differ in: each makes texts the same that differ in nothing else. */
const DIFFERENCES: readonly { readonly word: string; readonly level: (text: string) => string }[] = [
  { word: "white space or indentation", level: withoutSpace },
  { word: "the case of letters", level: (text) => text.toLowerCase() },
  { word: "white space and the case of letters", level: (text) => withoutSpace(text).toLowerCase() },
  { word: "characters that look alike (quotes, dashes, accents, spaces)", level: plainText },
];

function hintFor(wanted: string, { lines }: Closest): string {
  const there = lines.join("\n");
  const only = DIFFERENCES.find(({ level }) => level(there).includes(level(wanted)));
  return only === undefined
    ? "Take oldText from the file as it is now."
    : `It differs only in ${only.word}: take oldText from the file exactly.`;
}

/** Models copy the numbers of lines from answers that show them. */
function hasLineNumbers(text: string): string | undefined {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.length > 1 && lines.every((line) => /^\s{0,8}\d{1,7}[:|\t\u2192]/u.test(line))
    ? "oldText seems to have numbers of lines in it: leave them out."
    : undefined;
}

function showDifference(wanted: string, { lines }: Closest): string {
  const wantedLines = wanted.split("\n");
  const shown: string[] = [];
  let from = 0;
  for (const { oldStart, oldEnd, newStart, newEnd } of diffLines(wantedLines, lines)) {
    // One line before each change says where it is.
    if (oldStart > from) shown.push(` ${cut(wantedLines[oldStart - 1])}`);
    for (const line of wantedLines.slice(oldStart, oldEnd)) shown.push(`-${cut(line)}`);
    for (const line of lines.slice(newStart, newEnd)) shown.push(`+${cut(line)}`);
    from = oldEnd;
  }
  return shown.length <= SHOWN_LINES
    ? shown.join("\n")
    : [...shown.slice(0, SHOWN_LINES - 1), "..."].join("\n");
}

function cut(line = ""): string {
  return line.length <= SHOWN_WIDTH ? line : `${line.slice(0, SHOWN_WIDTH)}...`;
}
