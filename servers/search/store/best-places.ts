interface Wanted {
  readonly limit: number;
  readonly floor: number;
  readonly fits: (place: number) => boolean;
}

/**
 * Places of the greatest values above `floor`, the greatest first and the first place before others of one value, of
 * those that fit.
 */
export function bestPlaces(values: Float32Array | Int32Array, { limit, floor, fits }: Wanted): number[] {
  const isBefore = (one: number, other: number): boolean =>
    (values[one] ?? 0) > (values[other] ?? 0) || (values[one] === values[other] && one < other);
  // a heap whose first one is the last of the list
  const heap = new Uint32Array(Math.min(limit, values.length));
  let size = 0;
  let least = floor;
  for (let place = 0; place < values.length; place++) {
    if ((values[place] ?? 0) <= least || !fits(place)) continue;
    if (size < heap.length) rise(heap, size++, { place, isBefore });
    else sink(heap, { place, isBefore });
    if (size === heap.length) least = values[heap[0] ?? 0] ?? floor;
  }
  return [...heap.subarray(0, size)].sort((one, other) => (isBefore(one, other) ? -1 : 1));
}

interface Added {
  readonly place: number;
  readonly isBefore: (one: number, other: number) => boolean;
}

/** Adds a place at the end of a heap of `size`. */
function rise(heap: Uint32Array, size: number, { place, isBefore }: Added): void {
  let at = size;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const other = heap[above] ?? 0;
    if (!isBefore(other, place)) break;
    heap[at] = other;
    at = above;
  }
  heap[at] = place;
}

/** Puts a place in the place of the first one of a full heap. */
function sink(heap: Uint32Array, { place, isBefore }: Added): void {
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below] ?? 0, heap[below + 1] ?? 0)) below += 1;
    const other = heap[below] ?? 0;
    if (!isBefore(place, other)) break;
    heap[at] = other;
    at = below;
  }
  heap[at] = place;
}
