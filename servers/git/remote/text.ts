import { shortHash, shortRef } from "../text/commit.ts";
import type { RefChange } from "./ref-changes.ts";

/** References that an answer names; the others are counted. */
const MOST_SHOWN = 100;
const KINDS = ["forced", "deleted", "updated", "new"] as const;

/** How many references changed how, the gravest first. */
export function changeCounts(changes: readonly RefChange[]): string {
  const counts = KINDS.map((kind) => ({ kind, count: changes.filter((each) => each.kind === kind).length }));
  const told = counts.filter(({ count }) => count > 0).map(({ kind, count }) => `${count} ${kind}`);
  const more = changes.length > MOST_SHOWN ? [`${changes.length - MOST_SHOWN} of them not listed`] : [];
  return told.length === 0 ? "nothing new" : [...told, ...more].join(", ");
}

/** One line for each reference, the gravest first. */
export function changeLines(changes: readonly RefChange[]): string[] {
  const sorted = changes.toSorted((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
  return sorted.slice(0, MOST_SHOWN).map(changeLine);
}

function changeLine({ kind, name, from, to, added, lost }: RefChange): string {
  const hashes = [from, to].flatMap((hash) => (hash === undefined ? [] : [shortHash(hash)])).join("..");
  const came = added === undefined ? "" : ` +${added}`;
  const went = lost === undefined || lost === 0 ? "" : ` -${lost}`;
  const commits = came === "" ? "" : `${came}${went} commit${came === " +1" && went === "" ? "" : "s"}`;
  return `${kind} ${shortRef(name)} ${hashes}${commits}`;
}
