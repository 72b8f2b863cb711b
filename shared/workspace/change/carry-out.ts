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
 * Takes one step back, done, half done or not even begun: what stands where tells which. What somebody else put there
 * meanwhile is left alone.
 */
export function takeBack(ready: ReadyStep): void {
  const { step, spot, from, kept, shown } = ready;
  switch (step.what) {
    case "put":
      return takeBackPut(ready);
    case "remove":
      return bringBack(needed(kept), spot, { step, shown });
    case "move":
      return bringBack(spot, needed(from), { step, shown });
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
  const witness = keep(spot, kept) === "link" ? kept : spot;
  // whoever saved since the last look is found here; only the time between two system calls is left
  if (!isUnchanged(look(witness), step.before)) throw new Stale(shown);
  shiftOnto(source, spot);
  // an editor that writes into the open file wrote into what is kept: it comes back
  if (witness === kept && !isUnchanged(look(kept), step.before)) throw new Stale(shown);
}

function remove({ step, spot, kept, shown }: ReadyStep): void {
  const target = needed(kept);
  shift(spot, target, shown);
  if (isSameThing(look(target), step.before)) return;
  shift(target, spot, shown);
  throw new Stale(shown);
}

function takeBackPut({ step, spot, staged, kept, shown }: ReadyStep): void {
  const source = needed(staged);
  const now = look(spot);
  if (!isSameThing(now, step.after)) {
    if (kept !== undefined && isSameThing(now, step.before) && look(kept) !== undefined) drop(kept);
    return;
  }
  if (kept === undefined || look(kept) === undefined) {
    if (look(source) === undefined) shift(spot, source, shown);
    else drop(spot);
    return;
  }
  if (look(source) === undefined) keep(spot, source);
  shiftOnto(kept, spot);
}

/** A file may have both names, when the process died between the two halves of a move. */
function bringBack(
  now: Spot,
  then: Spot,
  { step, shown }: { readonly step: Step; readonly shown: string },
): void {
  if (!isSameThing(look(now), step.before)) return;
  const there = look(then);
  // one thing by two spellings of its name: to drop the one would be to lose it
  if (there === undefined || isRespelling(look(now), there)) shift(now, then, shown);
  else if (isSameThing(there, step.before)) drop(now);
}

function needed(spot: Spot | undefined): Spot {
  if (spot === undefined) throw new Error("a step lacks one of its names");
  return spot;
}
