/** The most of what a handler says that is kept, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** Keeps the beginning of what a handler says and forgets the rest. */
export class KeptOutput {
  readonly #chunks: Buffer[] = [];
  #room = MAX_BYTES;

  add(chunk: Buffer): void {
    if (this.#room > 0) this.#chunks.push(chunk.subarray(0, this.#room));
    this.#room -= chunk.length;
  }

  /** True when something was forgotten. */
  get cut(): boolean {
    return this.#room < 0;
  }

  /** Without a BOM at its start; what is not UTF-8 becomes U+FFFD. */
  get text(): string {
    return new TextDecoder().decode(Buffer.concat(this.#chunks));
  }
}
