import { ByteWriter } from "./bytes.ts";

/** Units that hold one word, ascending, and how much they hold it. */
export interface PostingList {
  readonly units: Uint32Array;
  readonly counts: Uint8Array;
}

/** Writes the list of one word in one segment: how far each unit is from the one before, then its count. */
export class ListWriter {
  readonly #to = new ByteWriter();
  #before = 0;

  /** `first` is the first unit of the segment. */
  begin(first: number): void {
    this.#before = first;
  }

  add(unit: number, count: number): void {
    this.#to.number(unit - this.#before);
    this.#to.byte(count);
    this.#before = unit;
  }

  /** The list; empty when nothing was added. */
  take(): Uint8Array {
    return this.#to.take();
  }
}

/**
 * Reads what `ListWriter` wrote into `into` from place `at`, without units that are not `isIn`; returns the place behind
 * the last one. `into` must have room for half as many as there are bytes.
 */
export function readList(
  bytes: Uint8Array,
  first: number,
  {
    into,
    at,
    isIn,
  }: { readonly into: PostingList; readonly at: number; readonly isIn: (unit: number) => boolean },
): number {
  let unit = first;
  let place = at;
  for (let index = 0; index < bytes.length;) {
    let step = 0;
    let byte = 128;
    for (let shift = 0; byte > 127 && shift < 35; shift += 7) {
      byte = bytes[index++] ?? 0;
      step |= (byte & 127) << shift;
    }
    unit += step;
    const count = bytes[index++] ?? 0;
    if (!isIn(unit)) continue;
    into.units[place] = unit;
    into.counts[place] = count;
    place += 1;
  }
  return place;
}
