import { basename } from "node:path";
import { compareBytes } from "../git/parse-status.ts";
import { kindBits } from "./stored.ts";

/** A path on one side of a difference. */
export interface Sided {
  readonly path: string;
  readonly mode: number;
  readonly hash: string;
}

/**
 * Where each new path was before, of those whose contents are the same to the byte: as git, one with the same last
 * name first, then the first, each old path once.
 */
export function exactRenames(gone: readonly Sided[], made: readonly Sided[]): Map<string, Sided> {
  const byHash = new Map<string, Sided[]>();
  for (const old of gone.toSorted((a, b) => compareBytes(a.path, b.path)))
    byHash.set(old.hash, [...(byHash.get(old.hash) ?? []), old]);
  const found = new Map<string, Sided>();
  for (const target of made.toSorted((a, b) => compareBytes(a.path, b.path))) {
    const left = byHash.get(target.hash) ?? [];
    const fitting = left.filter(
      ({ mode }) => mode === target.mode || (isRegular(mode) && isRegular(target.mode)),
    );
    const best = fitting.find(({ path }) => basename(path) === basename(target.path)) ?? fitting[0];
    if (best === undefined) continue;
    found.set(target.path, best);
    byHash.set(
      target.hash,
      left.filter((each) => each !== best),
    );
  }
  return found;
}

function isRegular(mode: number): boolean {
  return kindBits(mode) === 0o100000;
}
