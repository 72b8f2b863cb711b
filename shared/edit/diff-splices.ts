import { DiffText, type DiffNames } from "./diff-text.ts";
import { hunksBetween, type DiffHunk, type LinedTexts } from "./hunks.ts";
import { countFeeds } from "./line-breaks.ts";
import { SpliceCounter, type UnitSplice } from "./splice-counter.ts";
import type { ByteSource, Splice } from "./splice.ts";
import { splitLines } from "./split-lines.ts";
import { TextAround } from "./text-around.ts";
import { Turns } from "./turns.ts";
import type { Diff } from "./unified-diff.ts";
import { shownText, unitsOf, type Encoding } from "./units.ts";

/** A replacement and where it is. */
export interface LinedSplice extends Splice {
  /** The line of the text in which it begins, from 1. */
  readonly line: number;
}

export interface SpliceDiffOptions extends DiffNames {
  readonly encoding: Encoding;
  /** Bytes before the text begins; they are not shown. */
  readonly bom: number;
  /** Unchanged lines around each change; 3 when not given. */
  readonly context?: number;
  /** The most characters; what has no room is counted, and a last line says that it is left out. */
  readonly maxChars?: number | undefined;
  readonly signal?: AbortSignal;
}

/** Splices whose lines, with those around them, touch. */
interface Area {
  readonly splices: UnitSplice[];
  from: number;
  to: number;
  /** Set when its lines are too long to be read. */
  long: boolean;
}

/** Units of an area beyond which it has no room in any case. */
const MOST_AREA = 64 * 1024;

/**
 * The unified diff of replacing bytes, which are sorted and do not overlap; reads only what is near them, so it
 * works for any size of file. It says the same as `unifiedDiff` of the texts before and after. With `maxChars` the
 * work is bounded too: what has no room is only counted, each replacement by itself.
 */
export async function diffSplices(
  source: ByteSource,
  splices: readonly LinedSplice[],
  options: SpliceDiffOptions,
): Promise<Diff> {
  const differ = new SpliceDiffer(source, options);
  const turns = new Turns(options.signal);
  for (const splice of splices) {
    await turns.take();
    await differ.add(splice);
  }
  return differ.finish();
}

class SpliceDiffer {
  readonly #around: TextAround;
  readonly #encoding: Encoding;
  readonly #context: number;
  /** Units that are read at most for one area. */
  readonly #most: number;
  readonly #text: DiffText;
  readonly #counter: SpliceCounter;
  #area: Area | undefined;
  /** Lines that the new text has more than the old one, so far. */
  #more = 0;

  constructor(source: ByteSource, options: SpliceDiffOptions) {
    const { encoding, maxChars, context = 3 } = options;
    this.#around = new TextAround(source, options);
    this.#encoding = encoding;
    this.#context = context;
    this.#most = maxChars === undefined ? Infinity : Math.max(maxChars, MOST_AREA);
    this.#text = new DiffText(options, maxChars);
    this.#counter = new SpliceCounter(this.#around, { text: this.#text, context });
  }

  async add({ start, end, insert, line }: LinedSplice): Promise<void> {
    const splice = {
      start: this.#around.placeOf(start),
      end: this.#around.placeOf(end),
      insert: unitsOf(insert, this.#encoding),
      line,
    };
    const area = this.#area;
    if (this.#text.full) await this.#counter.count(splice);
    else if (area?.long === false && area.to - area.from > this.#most) await this.#overflow(area, splice);
    else await this.#place(splice);
  }

  async finish(): Promise<Diff> {
    await this.#flush();
    const { text, added, removed, hunks } = this.#text;
    return { text, added, removed, hunks };
  }

  /** Adds a splice to the area that it touches, or begins a new one. */
  async #place(splice: UnitSplice): Promise<void> {
    const from = await this.#around.startOfLine(splice.start, this.#context, this.#most);
    const to = await this.#around.endOfLine(splice.end, this.#context, this.#most);
    const long = from === undefined || to === undefined;
    const area = this.#area;
    if (area !== undefined && (splice.start <= area.to || (from ?? splice.start) <= area.to)) {
      area.splices.push(splice);
      area.to = Math.max(area.to, to ?? splice.end);
      area.long ||= long;
      return;
    }
    await this.#flush();
    this.#area = { splices: [splice], from: from ?? splice.start, to: to ?? splice.end, long };
  }

  /** The area has no room, nor has what comes after it: it ends with the line of its last splice. */
  async #overflow(area: Area, splice: UnitSplice): Promise<void> {
    const to = await this.#around.endOfLine(area.splices.at(-1)?.end ?? 0, 0, this.#most);
    area.long ||= to === undefined || splice.start < to;
    area.to = to ?? area.to;
    await this.#flush();
    this.#text.full = true;
    await this.#counter.count(splice);
  }

  async #flush(): Promise<void> {
    const area = this.#area;
    this.#area = undefined;
    if (area === undefined) return;
    if (area.long) for (const splice of area.splices) this.#more += await this.#counter.count(splice);
    else
      for (const hunk of hunksBetween(await this.#linesOf(area), this.#context))
        this.#text.add(this.#shown(hunk));
  }

  async #linesOf({ splices, from, to }: Area): Promise<LinedTexts> {
    const units = await this.#around.units(from, to);
    let changed = "";
    let at = from;
    for (const { start, end, insert } of splices) {
      changed += units.slice(at - from, start - from) + insert;
      at = end;
    }
    changed += units.slice(at - from);
    const oldLines = splitLines(units);
    const newLines = splitLines(changed);
    const above = countFeeds(units, 0, (splices[0]?.start ?? from) - from);
    const below = splitLines(units.slice(at - from)).length - 1;
    const oldBefore = (splices[0]?.line ?? 1) - 1 - above;
    const newBefore = oldBefore + this.#more;
    this.#more += countFeeds(changed, 0, Infinity) - countFeeds(units, 0, Infinity);
    return { oldLines, newLines, oldBefore, newBefore, above, below: Math.max(0, below) };
  }

  #shown(hunk: DiffHunk): DiffHunk {
    return { ...hunk, lines: hunk.lines.map((line) => shownText(line, this.#encoding)) };
  }
}
