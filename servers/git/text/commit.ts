import type { CommitFacts, Stamp } from "../engine/shapes.ts";
import { oneLine } from "./foreign.ts";

const SHOWN = 10;

/** Enough of a hash to be the only one in any repository that nobody made for a collision. */
export function shortHash(hash: string): string {
  return hash.slice(0, SHOWN);
}

/** Day and minute in UTC, so that times of people far apart can be compared. */
export function minuteOf({ at }: Stamp): string {
  const time = new Date(at * 1000);
  return Number.isNaN(time.getTime()) ? `second ${at}` : time.toISOString().slice(0, 16).replace("T", " ");
}

/** The day alone. */
export function dayOf(stamp: Stamp): string {
  return minuteOf(stamp).slice(0, 10);
}

/** The first line of its message. */
export function subjectOf({ message }: Pick<CommitFacts, "message">): string {
  const start = message.slice(0, 2_000).trimStart();
  const end = start.search(/[\r\n]/u);
  return end < 0 ? start : start.slice(0, end);
}

/** Hash, time, author unless it is told elsewhere, subject, and in brackets what points to it. */
export function commitLine(commit: CommitFacts, withAuthor = true): string {
  const { hash, author, parents, refs = [] } = commit;
  const by = withAuthor ? ` ${authorOf(commit)}:` : "";
  const names = refs.map(shortRef).join(", ");
  const behind = `${parents.length > 1 ? " (merge)" : ""}${names === "" ? "" : ` [${names}]`}`;
  return `${shortHash(hash)} ${minuteOf(author)}${by} ${oneLine(subjectOf(commit))}${behind}`;
}

/** Who wrote it, by name. */
export function authorOf({ author }: Pick<CommitFacts, "author">): string {
  return oneLine(author.name === "" ? author.email : author.name, 60);
}

/** A reference's name without what everybody knows; a tag says that it is one. */
export function shortRef(name: string): string {
  if (name.startsWith("refs/tags/")) return `tag ${oneLine(name.slice(10))}`;
  return oneLine(name.replace(/^refs\/(?:heads|remotes)\//u, ""));
}
