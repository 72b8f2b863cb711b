import { countSigned, hunkText, type DiffHunk } from "./hunks.ts";

/** Two names of a file, such as `a/x` and `b/x`, or `/dev/null`. */
export interface DiffNames {
  readonly from: string;
  readonly to: string;
}

/** Kept for the line that says what is left out. */
const LAST_LINE = 80;
/** The least part of a hunk that is worth showing. */
const LEAST_PART = 200;

/** A unified diff that grows hunk by hunk for as long as there is room; what has none is still counted. */
export class DiffText {
  readonly #names: DiffNames;
  #room: number;
  #text = "";
  #cut = false;
  #leftOut = 0;
  /** Whether nothing more is shown. */
  full = false;
  added = 0;
  removed = 0;
  hunks = 0;

  constructor(names: DiffNames, maxChars = Infinity) {
    this.#names = names;
    this.#room = maxChars - LAST_LINE - headerOf(names).length;
  }

  add(hunk: DiffHunk): void {
    const text = hunkText(hunk);
    this.added += countSigned(hunk.lines, "+");
    this.removed += countSigned(hunk.lines, "-");
    this.hunks += 1;
    if (this.full) this.#leftOut += 1;
    else if (text.length <= this.#room) this.#write(text);
    else this.#addPart(hunk);
  }

  /** Counts changes that are not shown, as a hunk of their own or with the one before. */
  leaveOut(hunk: { readonly added: number; readonly removed: number; readonly joined: boolean }): void {
    this.added += hunk.added;
    this.removed += hunk.removed;
    if (hunk.joined) return;
    this.hunks += 1;
    this.#leftOut += 1;
  }

  /** Empty when nothing changed. */
  get text(): string {
    if (this.hunks === 0) return "";
    return headerOf(this.#names) + this.#text + this.#lastLine();
  }

  #write(text: string): void {
    this.#text += text;
    this.#room -= text.length;
  }

  /** The only hunk so far is shown as far as it goes, since without it there is nothing to see. */
  #addPart(hunk: DiffHunk): void {
    let room = this.#text === "" ? this.#room - LEAST_PART : 0;
    const paired = besideEachOther(hunk.lines);
    const lines = paired.slice(
      0,
      paired.findIndex((line) => (room -= line.length) < 0),
    );
    this.full = true;
    this.#cut = lines.some((line) => !line.startsWith(" "));
    if (this.#cut) this.#write(hunkText({ ...hunk, lines }));
    else this.#leftOut += 1;
  }

  #lastLine(): string {
    if (!this.#cut && this.#leftOut === 0) return "";
    const more = `${this.#leftOut} ${this.#leftOut === 1 ? "hunk" : "hunks"}`;
    if (this.#leftOut === 0) return "... the rest of this hunk is left out\n";
    return this.#cut ? `... the rest of this hunk and ${more} more are left out\n` : `... ${more} left out\n`;
  }
}

/** Each removed line beside the one that was added for it, so that a part shows both. */
function besideEachOther(lines: readonly string[]): string[] {
  const paired: string[] = [];
  for (let at = 0; at < lines.length;) {
    const removed = runOf(lines, at, "-");
    const added = runOf(lines, at + removed.length, "+");
    for (let pair = 0; pair < Math.max(removed.length, added.length); pair++)
      paired.push(...removed.slice(pair, pair + 1), ...added.slice(pair, pair + 1));
    at += removed.length + added.length;
    const kept = runOf(lines, at, " ");
    for (const line of kept) paired.push(line);
    at += kept.length;
  }
  return paired;
}

function runOf(lines: readonly string[], from: number, sign: string): readonly string[] {
  let to = from;
  while (lines[to]?.startsWith(sign) === true) to += 1;
  return lines.slice(from, to);
}

function headerOf({ from, to }: DiffNames): string {
  return `--- ${quoted(from)}\n+++ ${quoted(to)}\n`;
}

/** A name as git writes it: quoted when it could be read as more than a name, and ended when it has spaces. */
function quoted(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const safe = name.replaceAll(/["\\\u0000-\u001f\u007f]/gu, escaped);
  if (safe !== name) return `"${safe}"`;
  return name.includes(" ") ? `${name}\t` : name;
}

function escaped(sign: string): string {
  if (sign === '"' || sign === "\\") return `\\${sign}`;
  return `\\${sign.charCodeAt(0).toString(8).padStart(3, "0")}`;
}
