import type { Span } from "./find-passages.ts";

/** A part of a passage that is no prose. `target`: where a link leads and its title, an address, a tag. */
export interface NoProse extends Span {
  readonly kind: "code" | "comment" | "target";
}

const ADDRESS = /<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+)>/uy;
const TAG =
  /<(?:\/[A-Za-z][A-Za-z0-9-]*\s*|[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:@#][\w.:-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*\s*\/?)>/uy;

const DESTINATION = String.raw`(?:<(?:[^<>\n\\]|\\.)*>|(?!<)(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*\))*)`;
const TITLE = String.raw`(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\((?:[^()\\]|\\[^])*\))`;
/** What follows the text of a link: `(target "title")`. */
const LINK = new RegExp(String.raw`\]\([ \t]*\n?[ \t]*${DESTINATION}(?:\s+${TITLE})?\s*\)`, "uy");
/** `[label]: target "title"` at the beginning of a paragraph. */
const DEFINITION = new RegExp(
  String.raw`\[(?:[^[\]\\]|\\.){1,999}\]:[ \t]*\n?[ \t]*${DESTINATION}(?:[ \t]*\n?[ \t]*(?<=\s)${TITLE})?[ \t]*(?:\n|$)`,
  "uy",
);

/**
 * Code spans, comments, link targets, addresses and tags in a passage of Markdown, in order. Linear: nothing is looked
 * for that was not found before.
 */
export function findCode(text: string): readonly NoProse[] {
  return new Inlines(text).find();
}

class Inlines {
  readonly #text: string;
  readonly #found: NoProse[] = [];
  #runs: Map<number, number[]> | undefined;
  #noComment = false;
  /** Brackets that are open. */
  #open = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  find(): readonly NoProse[] {
    while (this.#take("target", DEFINITION));
    const telling = /[\\`<[\]]/gu;
    for (;;) {
      telling.lastIndex = this.#at;
      const sign = telling.exec(this.#text);
      if (sign === null) return this.#found;
      this.#at = sign.index;
      this.#step(sign[0]);
    }
  }

  #step(sign: string): void {
    if (sign === "`") return this.#code();
    if (sign === "<") return this.#angle();
    if (sign === "]" && this.#open > 0) {
      this.#open -= 1;
      if (this.#take("target", LINK)) return;
    }
    if (sign === "[") this.#open += 1;
    this.#at += sign === "\\" ? 2 : 1;
  }

  /** From a run of backticks to the next that is as long; without one it is text. */
  #code(): void {
    const length = runAt(this.#text, this.#at);
    this.#runs ??= runsOf(this.#text, this.#at);
    const starts = this.#runs.get(length) ?? [];
    // the starts are in falling order: the next one is the last
    while ((starts.at(-1) ?? Infinity) <= this.#at) starts.pop();
    const close = starts.at(-1);
    if (close === undefined) this.#at += length;
    else this.#add("code", close + length);
  }

  #angle(): void {
    if (this.#text.startsWith("<!--", this.#at)) return this.#comment();
    if (!this.#take("target", ADDRESS) && !this.#take("target", TAG)) this.#at += 1;
  }

  #comment(): void {
    const close = this.#noComment ? -1 : this.#text.indexOf("-->", this.#at + 2);
    this.#noComment = close === -1;
    if (close === -1) this.#at += 1;
    else this.#add("comment", close + 3);
  }

  #take(kind: NoProse["kind"], pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#add(kind, pattern.lastIndex);
    return true;
  }

  #add(kind: NoProse["kind"], end: number): void {
    this.#found.push({ kind, start: this.#at, end });
    this.#at = end;
  }
}

function runAt(text: string, at: number): number {
  let end = at;
  while (text[end] === "`") end += 1;
  return end - at;
}

/** Where runs of backticks start, by their length, the last one first. */
function runsOf(text: string, from: number): Map<number, number[]> {
  const runs = new Map<number, number[]>();
  for (let at = text.indexOf("`", from); at !== -1; at = text.indexOf("`", at)) {
    const length = runAt(text, at);
    const starts = runs.get(length) ?? [];
    runs.set(length, starts);
    starts.push(at);
    at += length;
  }
  for (const starts of runs.values()) starts.reverse();
  return runs;
}
