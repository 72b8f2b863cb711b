/**
 * Places of the greatest values above `floor`, the greatest first and the first place before others of one value, of
 * those that fit.
 */
export function bestPlaces(
  values: Float32Array | Int32Array,
  {
    limit,
    floor,
    fits,
  }: { readonly limit: number; readonly floor: number; readonly fits: (place: number) => boolean },
): number[] {
  let best: number[] = [];
  let least = floor;
  const cut = (): void => {
    best.sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
    best = best.slice(0, limit);
    if (best.length === limit) least = values[best[limit - 1] ?? 0] ?? floor;
  };
  for (let place = 0; place < values.length; place++) {
    if ((values[place] ?? 0) <= least || !fits(place)) continue;
    best.push(place);
    // seldom, so that it costs little
    if (best.length >= limit * 8) cut();
  }
  cut();
  return best;
}
