import type { ByteSource } from "./splice.ts";
import { unitsOf, unitWidth, type Encoding } from "./units.ts";

const BLOCK = 64 * 1024;
const FIRST_LOOK = 512;

/** The text near places in a file: only what is asked for is read. Places are in units of the text. */
export class TextAround {
  readonly #source: ByteSource;
  readonly #encoding: Encoding;
  readonly #bom: number;
  /** The last bytes that were read, since places are near each other. */
  #block: { readonly position: number; readonly bytes: Buffer } = { position: 0, bytes: Buffer.alloc(0) };
  /** Units in the text. */
  readonly size: number;

  constructor(source: ByteSource, { encoding, bom }: { readonly encoding: Encoding; readonly bom: number }) {
    this.#source = source;
    this.#encoding = encoding;
    this.#bom = bom;
    this.size = this.placeOf(source.size);
  }

  /** The place of a byte. */
  placeOf(position: number): number {
    return Math.floor(Math.max(0, position - this.#bom) / unitWidth(this.#encoding));
  }

  async units(from: number, to: number): Promise<string> {
    const width = unitWidth(this.#encoding);
    return unitsOf(await this.#bytes(this.#bom + from * width, this.#bom + to * width), this.#encoding);
  }

  /** Where the line begins that is `lines` above that of `place`; `undefined` when it is more than `most` away. */
  async startOfLine(place: number, lines: number, most: number): Promise<number | undefined> {
    let left = lines + 1;
    let to = place;
    for (let look = FIRST_LOOK; to > 0; look *= 2) {
      const from = Math.max(0, to - look);
      const units = await this.units(from, to);
      for (let at = units.length; at > 0; left--) {
        at = units.lastIndexOf("\n", at - 1);
        if (at === -1) break;
        if (left === 1) return from + at + 1;
      }
      to = from;
      if (place - to > most) return undefined;
    }
    return 0;
  }

  /** Where the line ends that is `lines` below that of `place`; `undefined` when it is more than `most` away. */
  async endOfLine(place: number, lines: number, most: number): Promise<number | undefined> {
    let left = lines + 1;
    let from = place;
    for (let look = FIRST_LOOK; from < this.size; look *= 2) {
      const to = Math.min(this.size, from + look);
      const units = await this.units(from, to);
      for (let at = units.indexOf("\n"); at !== -1; at = units.indexOf("\n", at + 1), left--) {
        if (left === 1) return from + at + 1;
      }
      from = to;
      if (from - place > most) return undefined;
    }
    return this.size;
  }

  async #bytes(from: number, to: number): Promise<Buffer> {
    if (to - from > BLOCK) return this.#source.read(from, to - from);
    const { position, bytes } = this.#block;
    if (from >= position && to <= position + bytes.length)
      return bytes.subarray(from - position, to - position);
    // Half before and half after, since looks go both ways.
    const start = Math.max(0, Math.floor((from + to - BLOCK) / 2));
    this.#block = {
      position: start,
      bytes: await this.#source.read(start, Math.min(BLOCK, this.#source.size - start)),
    };
    return this.#block.bytes.subarray(from - start, to - start);
  }
}
