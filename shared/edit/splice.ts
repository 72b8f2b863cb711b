/** One replacement in a file: bytes `start` to `end` (exclusive) make room for `insert`. All else keeps its bytes. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly insert: Buffer;
}

/** The bytes of a file, read where they are wanted; a short answer means that the file ends there. */
export interface ByteSource {
  readonly size: number;
  readonly read: (position: number, length: number) => Promise<Buffer>;
}
