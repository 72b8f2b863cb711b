import { pathOfPlace } from "../path-of-place.ts";
import type { Root } from "../root.ts";
import type { Change, Step } from "./journal.ts";

/** A change with what became of it. */
export interface PastChange {
  readonly change: Change;
  /** `partly`: of some of its places only. */
  readonly state: "done" | "undone" | "partly";
  /** The newest change that took something of it back. */
  readonly undoneBy?: string;
  /** The steps that were not taken back, in their order. */
  readonly left: readonly Step[];
}

interface TakenBack {
  readonly by: string;
  readonly paths: Set<string>;
}

/** The newest first; an undo that was itself undone counts for nothing. */
export function historyOf(done: readonly Change[]): PastChange[] {
  const takenBack = new Map<string, TakenBack>();
  return done.toReversed().map((change) => {
    const back = takenBack.get(change.id);
    const left = change.steps.filter(({ place }) => back?.paths.has(pathOfPlace(place)) !== true);
    const past = { change, left, ...stateOf(left, back) };
    if (change.undoes !== undefined && past.state !== "undone") note(takenBack, change, left);
    return past;
  });
}

/** Changes after this one, the newest first, that did something to a path or to a folder above it and still count. */
export function laterAt(history: readonly PastChange[], id: string, path: string): PastChange[] {
  const own = history.findIndex(({ change }) => change.id === id);
  return history
    .slice(0, Math.max(0, own))
    .filter(({ left }) =>
      left.some((step) => !isFolderStep(step) && pathsOf(step).some((each) => isAtOrAbove(each, path))),
    );
}

/** The changes that made this one again after it was taken back, the newest first. */
export function remade(history: readonly PastChange[], id: string): Change[] {
  const undosOf = (id: string): Change[] =>
    history.map(({ change }) => change).filter(({ undoes }) => undoes === id);
  return undosOf(id)
    .flatMap((undo) => undosOf(undo.id))
    .flatMap((again) => [...remade(history, again.id), again]);
}

/** The absolute paths that a step is about. */
export function pathsOf({ place, from }: Step): string[] {
  return [place, ...(from === undefined ? [] : [from])].map(pathOfPlace);
}

/** True for a step that makes room or clears up after others: nothing is lost by it. */
export function isFolderStep({ what }: Step): boolean {
  return what === "make" || what === "unmake";
}

/** True for an absolute, resolved path that a root leads to. */
export function isBelow(roots: readonly Root[], path: string): boolean {
  return roots.some((root) => root.below(path) !== undefined);
}

export function isAtOrAbove(folder: string, path: string): boolean {
  return `${path}/`.startsWith(folder === "/" ? folder : `${folder}/`);
}

function stateOf(left: readonly Step[], back: TakenBack | undefined): Pick<PastChange, "state" | "undoneBy"> {
  if (back === undefined) return { state: "done" };
  return { state: left.every(isFolderStep) ? "undone" : "partly", undoneBy: back.by };
}

function note(takenBack: Map<string, TakenBack>, { id, undoes = "" }: Change, left: readonly Step[]): void {
  const back = takenBack.get(undoes) ?? { by: id, paths: new Set() };
  takenBack.set(undoes, back);
  for (const path of left.filter((step) => !isFolderStep(step)).flatMap(pathsOf)) back.paths.add(path);
}
