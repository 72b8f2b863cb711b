import type { CommitFacts, Stamp } from "./engine/shapes.ts";
import { oneLine } from "./foreign-text.ts";

const SHOWN = 10;

/** Enough of a hash to be the only one in any repository that nobody made for a collision. */
export function shortHash(hash: string): string {
  return hash.slice(0, SHOWN);
}

/** Day and minute in the zone of whoever wrote it, as in `2026-11-21 17:05 +0100`; no zone for UTC. */
export function minuteOf({ at, zone }: Stamp): string {
  const [, sign, hours = "", minutes = ""] = /^([+-])(\d{2})(\d{2})$/u.exec(zone) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -60 : 60);
  const time = new Date((at + offset) * 1000);
  if (Number.isNaN(time.getTime())) return String(at);
  const text = time.toISOString().slice(0, 16).replace("T", " ");
  return offset === 0 ? text : `${text} ${zone}`;
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

/** Hash, time, author, subject, and in brackets what points to it. */
export function commitLine(commit: CommitFacts): string {
  const { hash, author, refs = [] } = commit;
  const names = refs.map(shortRef).join(", ");
  const behind = names === "" ? "" : ` [${names}]`;
  return `${shortHash(hash)} ${minuteOf(author)} ${oneLine(author.name, 60)}: ${oneLine(subjectOf(commit))}${behind}`;
}

/** A reference's name without what everybody knows; a tag says that it is one. */
export function shortRef(name: string): string {
  if (name.startsWith("refs/tags/")) return `tag ${oneLine(name.slice(10))}`;
  return oneLine(name.replace(/^refs\/(?:heads|remotes)\//u, ""));
}
