/** Two places with the same number. */
export interface LinePair {
  readonly oldLine: number;
  readonly newLine: number;
}

/** Lines deleted and added in all before the search gives up; the memory for it grows with their square. */
const MOST_CHANGES = 1_500;
/** Steps before the search gives up: some tens of milliseconds. */
const MOST_STEPS = 8_000_000;

/** Two lists of numbers, one for each line, and the part of both that is looked at. */
interface Area {
  readonly olds: readonly number[];
  readonly news: readonly number[];
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/**
 * Pairs of the same numbers in order, as many as possible. When that would take too long, first those are paired
 * which both lists have once, and then what lies between, while there is time.
 */
export function matchLines(olds: readonly number[], news: readonly number[]): LinePair[] {
  const whole = { olds, news, oldStart: 0, oldEnd: olds.length, newStart: 0, newEnd: news.length };
  const best = matchArea(whole, { left: MOST_STEPS });
  if (best !== undefined) return best;
  const steps = { left: MOST_STEPS };
  const pairs: LinePair[] = [];
  let oldStart = 0;
  let newStart = 0;
  for (const pair of [...anchorsOf(olds, news), { oldLine: olds.length, newLine: news.length }]) {
    const between = { olds, news, oldStart, oldEnd: pair.oldLine, newStart, newEnd: pair.newLine };
    for (const inner of matchArea(between, steps) ?? []) pairs.push(inner);
    if (pair.oldLine < olds.length) pairs.push(pair);
    oldStart = pair.oldLine + 1;
    newStart = pair.newLine + 1;
  }
  return pairs;
}

/** Myers' greedy search for the fewest changes; `undefined` when they are too many. */
function matchArea(area: Area, steps: { left: number }): LinePair[] | undefined {
  const oldLength = area.oldEnd - area.oldStart;
  const newLength = area.newEnd - area.newStart;
  const most = Math.min(MOST_CHANGES, oldLength + newLength);
  const middle = most + 1;
  // How far into the old list each diagonal (old place - new place) has come, at `middle + diagonal`.
  const reached = new Int32Array(2 * most + 3);
  const history: Int32Array[] = [];
  for (let changes = 0; changes <= most && steps.left > 0; changes++) {
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      const from = nextPlace(reached, { middle, diagonal, changes });
      const to = slide(area, from, diagonal);
      steps.left -= to - from + 1;
      reached[middle + diagonal] = to;
      if (to >= oldLength && to - diagonal >= newLength) return pairsOnPath(area, history);
    }
    history.push(reached.slice(middle - changes, middle + changes + 1));
  }
  return undefined;
}

/** Where a path with one change more comes to a diagonal: by an added line or by a deleted one, whichever is further. */
function nextPlace(
  reached: Int32Array,
  at: { readonly middle: number; readonly diagonal: number; readonly changes: number },
): number {
  const above = reached[at.middle + at.diagonal + 1] ?? 0;
  const before = reached[at.middle + at.diagonal - 1] ?? 0;
  return isAddition(above, before, at) ? above : before + 1;
}

function isAddition(
  above: number,
  before: number,
  { diagonal, changes }: { readonly diagonal: number; readonly changes: number },
): boolean {
  return diagonal === -changes || (diagonal !== changes && before < above);
}

/** Goes on from a place for as long as both lists are the same. */
function slide(
  { olds, news, oldStart, oldEnd, newStart, newEnd }: Area,
  from: number,
  diagonal: number,
): number {
  let oldLine = oldStart + from;
  let newLine = newStart + from - diagonal;
  while (oldLine < oldEnd && newLine < newEnd && olds[oldLine] === news[newLine]) {
    oldLine += 1;
    newLine += 1;
  }
  return oldLine - oldStart;
}

/** Walks back from the end through what each number of changes had reached. */
function pairsOnPath(area: Area, history: readonly Int32Array[]): LinePair[] {
  const pairs: LinePair[] = [];
  let to = area.oldEnd - area.oldStart;
  let diagonal = to - (area.newEnd - area.newStart);
  for (let changes = history.length; changes >= 0; changes--) {
    const reached = history[changes - 1] ?? new Int32Array(1);
    const at = { middle: changes - 1, diagonal, changes };
    const from = changes === 0 ? 0 : nextPlace(reached, at);
    for (let place = to - 1; place >= from; place--)
      pairs.push({ oldLine: area.oldStart + place, newLine: area.newStart + place - diagonal });
    const above = reached[at.middle + diagonal + 1] ?? 0;
    const added = isAddition(above, reached[at.middle + diagonal - 1] ?? 0, at);
    to = added ? from : from - 1;
    diagonal += added ? 1 : -1;
  }
  return pairs.toReversed();
}

/** Pairs of numbers that both lists have once: the longest run of them in order. */
function anchorsOf(olds: readonly number[], news: readonly number[]): LinePair[] {
  const oldPlaces = singles(olds);
  const newPlaces = singles(news);
  const common = [...oldPlaces].flatMap(([number, oldLine]) => {
    const newLine = newPlaces.get(number);
    return newLine === undefined ? [] : [{ oldLine, newLine }];
  });
  common.sort((one, other) => one.oldLine - other.oldLine);
  return longestRise(common);
}

function singles(numbers: readonly number[]): Map<number, number> {
  const places = new Map<number, number>();
  const repeated = new Set<number>();
  for (const [place, number] of numbers.entries()) {
    if (places.has(number)) repeated.add(number);
    places.set(number, place);
  }
  for (const number of repeated) places.delete(number);
  return places;
}

interface Rise {
  readonly pair: LinePair;
  readonly before: Rise | undefined;
}

/** The most pairs, in order, whose new lines rise. */
function longestRise(pairs: readonly LinePair[]): LinePair[] {
  // At each length, the rise of that length which ends lowest.
  const rises: Rise[] = [];
  for (const pair of pairs) {
    let low = 0;
    let high = rises.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((rises[middle]?.pair.newLine ?? 0) < pair.newLine) low = middle + 1;
      else high = middle;
    }
    rises[low] = { pair, before: rises[low - 1] };
  }
  const longest: LinePair[] = [];
  for (let rise = rises.at(-1); rise !== undefined; rise = rise.before) longest.push(rise.pair);
  return longest.toReversed();
}
