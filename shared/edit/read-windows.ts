import { breakAt, countFeeds, MOST_RETURNS } from "./line-breaks.ts";
import type { ByteSource } from "./splice.ts";
import { unitsOf, unitWidth, type Encoding } from "./units.ts";

/** A part of a text. What begins from `from` to `until` is this window's; the rest is there to be seen whole. */
export interface Window {
  readonly units: string;
  /** Place in the text of the first of the units. */
  readonly start: number;
  /** Line feeds before it. */
  readonly line: number;
  /** Places in `units`. */
  readonly from: number;
  readonly until: number;
  /** The last line break before `from`, when there is one. */
  readonly before: string | undefined;
}

export interface WindowOptions {
  readonly encoding: Encoding;
  /** Bytes before the text begins. */
  readonly bom: number;
  /** Units in a window. */
  readonly step: number;
  /** The most units that something takes which begins in a window. */
  readonly extent: number;
}

/** Units that a window shows of its neighbours, so that no break is seen in part. */
const MARGIN = MOST_RETURNS + 1;

/** The whole text in order, in windows. A small text is one. */
export async function* readWindows(source: ByteSource, options: WindowOptions): AsyncGenerator<Window> {
  const { encoding, bom, step, extent } = options;
  const width = unitWidth(encoding);
  let line = 0;
  let before: string | undefined;
  for (let start = 0; ; start += step) {
    const position = bom + start * width;
    const wanted = (step + MARGIN + extent + MARGIN) * width;
    const bytes = await source.read(position, Math.min(wanted, Math.max(0, source.size - position)));
    const units = unitsOf(bytes, encoding);
    // A file that shrinks under us ends where it ends now.
    const last = bytes.length < wanted || position + wanted >= source.size;
    const until = last ? Infinity : step + MARGIN;
    yield { units, start, line, from: start === 0 ? 0 : MARGIN, until, before };
    if (last) return;
    line += countFeeds(units, 0, step);
    const feed = units.lastIndexOf("\n", until - 1);
    if (feed >= (start === 0 ? 0 : MARGIN)) before = breakAt(units, feed);
  }
}
