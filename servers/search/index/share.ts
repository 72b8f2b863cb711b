/** How many files of a batch were taken by one of those who share it; lies in memory of all threads. */
export type Taken = Int32Array<SharedArrayBuffer>;

export function noneTaken(): Taken {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** The place of a file that nobody else takes. Beyond the last when there is none left. */
export function takeNext(taken: Taken): number {
  return Atomics.add(taken, 0, 1);
}
