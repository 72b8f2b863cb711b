import type { Change } from "./journal.ts";

/** A change with what became of it. */
export interface PastChange {
  readonly change: Change;
  /** `partly`: of some of its places only. */
  readonly state: "done" | "undone" | "partly";
}

/** The newest first; an undo that was itself undone counts for nothing. */
export function historyOf(done: readonly Change[]): PastChange[] {
  const undone = new Map<string, Set<string>>();
  return done.toReversed().map((change) => {
    const state = stateOf(change, undone.get(change.id));
    if (change.undoes !== undefined && state !== "undone") {
      const places = undone.get(change.undoes) ?? new Set();
      for (const each of placesOf(change)) places.add(each);
      undone.set(change.undoes, places);
    }
    return { change, state };
  });
}

function stateOf(change: Change, undone: ReadonlySet<string> | undefined): PastChange["state"] {
  if (undone === undefined) return "done";
  const left = change.steps.filter(({ what, place }) => what !== "make" && !undone.has(keyOf(place)));
  return left.length === 0 ? "undone" : "partly";
}

function placesOf({ steps }: Change): string[] {
  return steps.flatMap(({ place, from }) => [keyOf(place), ...(from === undefined ? [] : [keyOf(from)])]);
}

function keyOf({ root, relative }: { readonly root: string; readonly relative: string }): string {
  return `${root}/${relative}`;
}
