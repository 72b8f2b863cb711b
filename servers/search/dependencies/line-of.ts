/** Characters that are looked through for all names of one text: one that is made to take long gets line 1. */
const MOST_LOOKED = 100_000_000;

/** Tells in which 1-based line a name stands as a whole word, from `from` on; 1 when it is in none. */
export type LineOf = (name: string, from?: number) => number;

/** For one text. */
export function linesIn(text: string): LineOf {
  const ends = [...text.matchAll(/\n/gu)].map(({ index }) => index);
  let left = MOST_LOOKED;
  const find = (name: string, from: number): number => {
    for (let start = from; left > 0;) {
      const at = text.indexOf(name, start);
      left -= (at === -1 ? text.length : at) - start + 1;
      if (at === -1) return -1;
      // a dot behind it is TOML's: `tokio.workspace = true`
      const isPart = /[\w./@-]/u.test(text[at - 1] ?? "") || /[\w/@-]/u.test(text[at + name.length] ?? "");
      if (!isPart) return at;
      start = at + 1;
    }
    return -1;
  };
  return (name, from = 0) => {
    const at = find(name, from);
    return at === -1 ? 1 : lineAt(ends, at);
  };
}

function lineAt(ends: readonly number[], at: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}
