import type { BigIntStats } from "node:fs";
import type { Access, Place } from "../../access.ts";
import { ToolError } from "../../errors.ts";
import type { Containment, Held } from "../contain.ts";
import { inWords, notFound, quoted } from "../contain-errors.ts";
import { factsOf } from "../entry.ts";
import type { Root } from "../root.ts";
import type { SafePath } from "../safe-path.ts";
import { look } from "./folder.ts";
import type { FoundSpot, HeldFolders } from "./held-folders.ts";
import { Stale } from "./shift.ts";

/** A place that a change is about, and what stood there when it was looked at. */
export interface Target extends FoundSpot {
  readonly place: Place;
  readonly root: Root;
  /** As a sentence of ours may name it. */
  readonly shown: string;
  /** Left out when nothing stood there. */
  readonly before?: BigIntStats;
  /** When that was, in milliseconds since 1970. */
  readonly at: number;
}

interface Ground {
  readonly containment: Containment;
  readonly access: Access;
  readonly show: (place: Place) => string;
  readonly folders: HeldFolders;
}

/** As `Draft.target`. */
export function findTarget(path: SafePath, last: "follow" | "keep", ground: Ground): Target {
  ground.access.signal.throwIfAborted();
  return inWords(path.shown, () => {
    const plain = plainTarget(path, last, ground);
    if (plain !== undefined) return plain;
    const held = ground.containment.reach(path.root, path.parts, last);
    try {
      return targetAt(path, held, ground);
    } finally {
      held.close();
    }
  });
}

/** Nearly every target is a name in a directory that is there, and no link to follow: one walk finds both. */
function plainTarget(path: SafePath, last: "follow" | "keep", ground: Ground): Target | undefined {
  const { root, parts } = path;
  const name = parts.at(-1);
  // elsewhere the true spelling of a name is found by its whole path
  if (name === undefined || ground.containment.kind !== "handles") return undefined;
  const folder = ground.containment.reach(root, parts.slice(0, -1), "follow");
  let found: Omit<Target, keyof FoundSpot> | undefined;
  try {
    found = inFolder(folder, name, { root, last, ground });
  } finally {
    if (found === undefined) folder.close();
  }
  return found && { ...found, ...ground.folders.adopt(root, folder, name) };
}

function inFolder(
  folder: Held,
  name: string,
  { root, last, ground }: { readonly root: Root; readonly last: "follow" | "keep"; readonly ground: Ground },
): Omit<Target, keyof FoundSpot> | undefined {
  if (folder.missing.length > 0 || !folder.stats.isDirectory()) return undefined;
  const there = folder.look(name);
  there?.close();
  const before = there?.stats;
  if (before?.isSymbolicLink() === true && last === "follow") return undefined;
  const common = permitted(root, [...folder.parts, name], { before, ground });
  return before === undefined ? common : { ...common, before };
}

function targetAt({ root, shown }: SafePath, { parts, missing, stats }: Held, ground: Ground): Target {
  if (missing.includes("..")) throw notFound(shown);
  const names = [...parts, ...missing];
  if (names.length === 0)
    throw new ToolError("invalid_input", "the root itself is not written, moved or deleted", {
      hint: "Name what is in it, as in src/main.rs.",
    });
  const isThere = missing.length === 0;
  const common = permitted(root, names, { before: isThere ? stats : undefined, ground });
  if (!isThere && !stats.isDirectory()) throw below(root.show(parts.join("/")));
  if (!isThere) return { ...common, ...ground.folders.find(root, parts, missing) };
  const found = ground.folders.find(root, parts.slice(0, -1), parts.slice(-1));
  const before = look(found.spot);
  if (before === undefined || before.ino !== stats.ino || before.dev !== stats.dev) throw new Stale(shown);
  return { ...common, ...found, before };
}

function permitted(
  root: Root,
  names: readonly string[],
  { before, ground }: { readonly before: BigIntStats | undefined; readonly ground: Ground },
): Pick<Target, "place" | "root" | "shown" | "at"> {
  const place = { root: root.path, relative: names.join("/") };
  ground.access.permit(before === undefined ? place : { ...place, ...namesOf(before) }, "write");
  return { place, root, shown: quoted(ground.show(place)), at: Date.now() };
}

/** By which another name of the same thing is known. */
function namesOf(stats: BigIntStats): Required<Pick<Place, "identity" | "links">> {
  const { identity, links } = factsOf(stats);
  return { identity, links };
}

function below(shown: string): ToolError {
  return new ToolError("invalid_input", `${shown} is no directory: nothing can be put below it`, {
    hint: "Give another path, or move that file away first.",
  });
}
