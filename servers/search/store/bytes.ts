/** What was stored is not what was written. */
export class MisreadError extends Error {
  override readonly name = "MisreadError";
}

/** Writes small numbers in few bytes: seven bits a byte, the lowest first. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** A whole number from 0 to 2^31 - 1. */
  number(value: number): void {
    this.#room(5);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A whole number that may be below 0. */
  signed(value: number): void {
    this.number(value < 0 ? -value * 2 - 1 : value * 2);
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  raw(bytes: Int8Array | Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What was written, as a copy; the next thing begins anew. */
  take(): Uint8Array {
    const bytes = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return bytes;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

/** Reads what `ByteWriter` wrote; beyond the end everything is 0. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    return value >>> 0;
  }

  signed(): number {
    const value = this.number();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  /** A number of things that follow, each of at least one byte. Throws `MisreadError` when they cannot all be there. */
  count(): number {
    const value = this.number();
    if (value > this.#bytes.length - this.#at)
      throw new MisreadError("a stored list is longer than its bytes");
    return value;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  /** A view, not a copy; shorter when there is less. */
  raw(length: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }
}
