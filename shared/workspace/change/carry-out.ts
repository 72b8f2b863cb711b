import type { BigIntStats } from "node:fs";
import { look, type Spot } from "./folder.ts";
import type { Step } from "./journal.ts";
import { drop, dropFolder, isRespelling, keep, makeFolder, shift, shiftOnto, Stale } from "./shift.ts";
import { isSameThing, isUnchanged } from "./stamp.ts";

/** A step of the journal with the names that it works on, their directories held. */
export interface ReadyStep {
  readonly step: Step;
  readonly spot: Spot;
  readonly from?: Spot | undefined;
  readonly staged?: Spot | undefined;
  readonly kept?: Spot | undefined;
  /** The place as answers show it. */
  readonly shown: string;
}

/** Does one step, synchronously. Throws `Stale` or what the operating system says; `takeBack` mends what was begun. */
export function carryOut(ready: ReadyStep): void {
  const { step, spot, from, shown } = ready;
  switch (step.what) {
    case "put":
      return put(ready);
    case "remove":
      return remove(ready);
    case "move":
      return shift(needed(from), spot, shown);
    case "make":
      return makeFolder(spot, shown);
    case "unmake":
      return dropFolder(spot);
    default:
      return step.what satisfies never;
  }
}

/**
 * Takes one step back, done, half done or not even begun: what stands where tells which. Throws `Stale`, and leaves it
 * alone, when somebody has worked on it since.
 */
export function takeBack(ready: ReadyStep): void {
  const { step, spot, from, kept, shown } = ready;
  switch (step.what) {
    case "put":
      return takeBackPut(ready);
    case "remove":
      return bringBack(needed(kept), spot, shown);
    case "move":
      return isSameThing(look(spot), step.before) ? bringBack(spot, needed(from), shown) : undefined;
    case "make":
      return dropFolder(spot);
    case "unmake":
      return makeFolder(spot, shown);
    default:
      return step.what satisfies never;
  }
}

function put({ step, spot, staged, kept, shown }: ReadyStep): void {
  const source = needed(staged);
  if (step.before === undefined || kept === undefined) return shift(source, spot, shown);
  const isLinked = keep(spot, kept) === "link";
  // whoever saved since the last look is found here; only the time between these two system calls is left
  if (!isUnchanged(look(spot), step.before)) throw new Stale(shown);
  shiftOnto(source, spot);
  // an editor that writes into the open file wrote into what is kept: it comes back
  if (isLinked && !isUnchanged(look(kept), step.before)) throw new Stale(shown);
}

function remove({ step, spot, kept, shown }: ReadyStep): void {
  const target = needed(kept);
  if (look(target) !== undefined) throw new Stale(shown);
  // a rename takes whatever stands there by now, so nothing that somebody saved a moment ago is unlinked
  shiftOnto(spot, target);
  if (step.before !== undefined && isUnchanged(look(target), step.before)) return;
  shift(target, spot, shown);
  throw new Stale(shown);
}

function takeBackPut(ready: ReadyStep): void {
  const { step, spot, kept, shown } = ready;
  const now = look(spot);
  const isKept = kept !== undefined && look(kept) !== undefined;
  if (step.after === undefined || !isSameThing(now, step.after))
    return isKept ? clearUp(ready, now) : undefined;
  // whatever somebody wrote into the new file is not taken away
  if (!isUnchanged(now, step.after)) throw new Stale(shown, "changed since");
  const source = needed(ready.staged);
  const isStaged = look(source) !== undefined;
  if (isKept) {
    if (!isStaged) keep(spot, source);
    shiftOnto(kept, spot);
  } else if (kept !== undefined) {
    // the new version is better than none
    throw new Stale(shown, "has no old version any more");
  } else if (isStaged) drop(spot);
  else shift(spot, source, shown);
}

/** What is kept for a file that is not replaced: never carried out, or taken back already. */
function clearUp({ step, staged, kept, shown }: ReadyStep, now: BigIntStats | undefined): void {
  const isOpen = isSameThing(look(needed(staged)), step.after) || isSameThing(now, step.before);
  if (!isOpen) throw new Stale(shown, "was replaced since");
  drop(needed(kept));
}

/** A file may have both names, when the process died between the two halves of a move. */
function bringBack(now: Spot, then: Spot, shown: string): void {
  const [thing, there] = [look(now), look(then)];
  if (thing === undefined) return;
  // one thing by two spellings of its name: to drop the one would be to lose it
  if (there === undefined || isRespelling(thing, there)) shift(now, then, shown);
  else if (there.ino === thing.ino && there.dev === thing.dev) drop(now);
  else throw new Stale(shown, "is there again");
}

function needed(spot: Spot | undefined): Spot {
  if (spot === undefined) throw new Error("a step lacks one of its names");
  return spot;
}
