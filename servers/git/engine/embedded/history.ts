import type { Objects } from "./objects.ts";
import type { StoredCommit } from "./stored.ts";

/** Commits by date, newest first; of equal dates the one that came first. */
export class ByDate {
  readonly #heap: { readonly commit: StoredCommit; readonly order: number }[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  get newest(): number {
    return this.#heap[0]?.commit.committer.at ?? -Infinity;
  }

  push(commit: StoredCommit): void {
    const heap = this.#heap;
    heap.push({ commit, order: this.#order++ });
    for (let at = heap.length - 1; at > 0;) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(at, above)) break;
      this.#swap(at, above);
      at = above;
    }
  }

  pop(): StoredCommit | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first.commit;
  }

  #sink(): void {
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(child, at)) return;
      this.#swap(child, at);
      at = child;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return a !== undefined;
    const later = a.commit.committer.at - b.commit.committer.at;
    return later === 0 ? a.order < b.order : later > 0;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}

/** These commits and all before them. */
export async function ancestorsOf(
  objects: Objects,
  hashes: readonly string[],
  signal: AbortSignal,
): Promise<Set<string>> {
  const found = new Set(hashes);
  for (const hash of found) {
    signal.throwIfAborted();
    for (const parent of (await objects.commit(hash)).parents) found.add(parent);
  }
  return found;
}

/** Commits that only one of two has before it. */
export async function aheadAndBehind(
  objects: Objects,
  [ours, theirs]: readonly [string, string],
  signal: AbortSignal,
): Promise<{ readonly ahead: number; readonly behind: number }> {
  if (ours === theirs) return { ahead: 0, behind: 0 };
  const sides = new Map<string, number>();
  const queue = new ByDate();
  const single = new Set<string>();
  let oldest = Infinity;
  const paint = async (hash: string, side: number): Promise<void> => {
    const before = sides.get(hash) ?? 0;
    const after = before | side;
    if (after === before) return;
    sides.set(hash, after);
    const commit = await objects.commit(hash);
    queue.push(commit);
    if (after === BOTH) single.delete(hash);
    else {
      single.add(hash);
      oldest = Math.min(oldest, commit.committer.at);
    }
  };
  await paint(ours, 1);
  await paint(theirs, 2);
  // what both have may still reach a commit that so far only one side had, when clocks were wrong
  while (single.size > 0 || queue.newest >= oldest) {
    signal.throwIfAborted();
    const commit = queue.pop();
    if (commit === undefined) break;
    single.delete(commit.hash);
    for (const parent of commit.parents) await paint(parent, sides.get(commit.hash) ?? 0);
  }
  const count = (side: number): number => [...sides.values()].filter((each) => each === side).length;
  return { ahead: count(1), behind: count(2) };
}

const BOTH = 3;
