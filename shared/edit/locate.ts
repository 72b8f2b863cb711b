import { indexOf } from "./index-of.ts";
import { breakAt, foldBreaks, MOST_RETURNS } from "./line-breaks.ts";
import { LineCursor } from "./line-cursor.ts";
import { readWindows, type Window } from "./read-windows.ts";
import type { ByteSource } from "./splice.ts";
import { Turns } from "./turns.ts";
import { unitWidth, type Encoding } from "./units.ts";

/** What is looked for. */
export interface Needle {
  /** Units, with each line break as one `\n`. */
  readonly folded: string;
  /** Whether all places are wanted, or one and its line is enough to know of another. */
  readonly all: boolean;
  /** Whether the form of the line breaks at the place is asked for. */
  readonly forms: boolean;
}

export interface Place {
  /** Bytes of the file. */
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
  /** The line breaks in the place, or else the one of the lines around it; empty when nobody asked. */
  readonly breaks: readonly string[];
}

export interface Located {
  /** Up to 1,001, or 100,001 when all are wanted; one that overlaps the one before counts only as the second. */
  readonly count: number;
  /** All, or the first ten. */
  readonly places: readonly Place[];
}

export interface LocateOptions {
  readonly encoding: Encoding;
  readonly bom: number;
  readonly signal: AbortSignal;
  /** Units that are looked at in one go; 1 Mi when not given. */
  readonly window?: number | undefined;
}

const WINDOW = 1024 * 1024;
const NAMED_PLACES = 10;
/** The most places that are counted of a needle that should have one. */
export const COUNTED_PLACES = 1_000;
/** The most places of one needle that are looked for: each is held in memory. */
export const MOST_PLACES = 100_000;

/**
 * Finds all needles in one pass over the text, whatever its size. A line break in a needle is any break of the text,
 * and no place begins or ends inside one.
 */
export async function locate(
  source: ByteSource,
  needles: readonly Needle[],
  options: LocateOptions,
): Promise<readonly Located[]> {
  const { encoding, bom, signal, window: size = WINDOW } = options;
  const width = unitWidth(encoding);
  const searches = needles.map((needle) => new Search(needle, { bom, width }));
  const extent = Math.max(0, ...searches.map((search) => search.extent));
  const plain = needles.every(({ folded }) => !/[\r\n]/u.test(folded));
  const turns = new Turns(signal);
  for await (const window of readWindows(source, { encoding, bom, step: Math.max(size, extent), extent })) {
    // A needle without breaks is the same in both forms.
    const folded = plain ? window.units : foldBreaks(window.units, width);
    for (const search of searches) {
      await turns.take();
      search.scan(window, folded);
    }
  }
  return searches.map((search) => search.located);
}

interface FileFormat {
  readonly bom: number;
  readonly width: 1 | 2;
}

/** One needle on its way through the windows. */
class Search {
  readonly #needle: Needle;
  readonly #file: FileFormat;
  readonly #feeds: number;
  /** Units after the needle's last break. */
  readonly #tail: number;
  readonly #places: Place[] = [];
  #count = 0;
  /** Place in the text where the next one may begin. */
  #free = 0;
  /** The form of a line whose break has not come yet, and a place in it. */
  #open: { readonly forms: string[]; readonly at: number } | undefined;

  constructor(needle: Needle, file: FileFormat) {
    const lines = needle.folded.split("\n");
    this.#needle = needle;
    this.#file = file;
    this.#feeds = lines.length - 1;
    this.#tail = lines.at(-1)?.length ?? 0;
  }

  /** The most units that a place takes. */
  get extent(): number {
    return this.#needle.folded.length + this.#feeds * MOST_RETURNS;
  }

  get located(): Located {
    return { count: this.#count, places: this.#places };
  }

  scan(window: Window, folded: string): void {
    this.#closeLine(window);
    const needle = this.#needle.folded;
    const cursor = new LineCursor(window.units, folded);
    let at = indexOf(folded, needle, this.#firstFree(window, folded));
    while (at !== -1 && !this.#full) {
      const start = cursor.unfold(at);
      if (start >= window.until) return;
      // Only the first units of a window, which were seen before, come in too early.
      const early = start < window.from;
      if (!early) this.#add(window, cursor, start);
      at = indexOf(folded, needle, at + (early || this.#mayOverlap ? 1 : needle.length));
    }
  }

  get #full(): boolean {
    return this.#count > (this.#needle.all ? MOST_PLACES : COUNTED_PLACES);
  }

  /** One that overlaps the only place so far makes it one of two. */
  get #mayOverlap(): boolean {
    return !this.#needle.all && this.#count === 1;
  }

  /** Where to look in the folded window, since a place may reach into the next window. */
  #firstFree({ units, start, from }: Window, folded: string): number {
    const free = this.#free - start;
    if (units === folded) return Math.max(0, free);
    return free <= from ? 0 : foldBreaks(units.slice(0, free), this.#file.width).length;
  }

  #add(window: Window, cursor: LineCursor, start: number): void {
    this.#count += 1;
    const { units } = window;
    const inner: string[] = [];
    let end = start;
    for (let feeds = 0; feeds < this.#feeds; feeds++) {
      const feed = units.indexOf("\n", end);
      if (this.#needle.forms) inner.push(breakAt(units, feed));
      end = feed + 1;
    }
    end += this.#feeds === 0 ? this.#needle.folded.length : this.#tail;
    this.#free = window.start + (this.#mayOverlap ? start + 1 : end);
    if (this.#full || (!this.#needle.all && this.#places.length === NAMED_PLACES)) return;
    const { bom, width } = this.#file;
    this.#places.push({
      start: bom + (window.start + start) * width,
      end: bom + (window.start + end) * width,
      line: window.line + cursor.line + 1,
      breaks: this.#needle.forms && this.#feeds === 0 ? this.#formsAround(window, cursor) : inner,
    });
  }

  /** The break that ends the line, else the one before it, else `\n`. */
  #formsAround(window: Window, cursor: LineCursor): readonly string[] {
    const { units, from, before = "\n" } = window;
    if (cursor.feed !== -1) return [breakAt(units, cursor.feed)];
    const last = cursor.start > from ? breakAt(units, cursor.start - 1) : before;
    this.#open ??= { forms: [last], at: window.start + units.length };
    return this.#open.forms;
  }

  #closeLine({ units, start }: Window): void {
    if (this.#open === undefined) return;
    const feed = units.indexOf("\n", this.#open.at - start);
    if (feed === -1) return;
    this.#open.forms[0] = breakAt(units, feed);
    this.#open = undefined;
  }
}
