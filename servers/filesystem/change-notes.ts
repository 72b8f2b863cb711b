import type { Stamp } from "../../shared/workspace/change/stamp.ts";

/** The one line that says what was done: `did` in our words, then what is known of it. */
export function changeHeader(did: string, facts: readonly string[], change?: string): string {
  const undo = change === undefined ? "" : `; change ${change}`;
  return `[${did}${facts.length === 0 ? "" : `: ${facts.join(", ")}`}${undo}]`;
}

/** How many lines came and went. */
export function lineCounts({ added, removed }: { readonly added: number; readonly removed: number }): string {
  return `+${added} -${removed} lines`;
}

/** The hash that the next change of the file may expect. */
export function hashNote({ hash }: Stamp): string {
  return `hash ${hash ?? "unknown"}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
