import { escapeForPerson } from "../escape-for-person.ts";
import type { StatusCategory, StatusEvent, StatusFeed } from "./feed.ts";

/** The text of the resource for one category: a head, then one line an event, oldest first, times in UTC. */
export function renderStatus(category: StatusCategory, feed: StatusFeed): string {
  const { events, dropped } = feed.read(category);
  if (events.length === 0) return `No ${category} events yet.`;
  const head = `${events.length} ${category} events${dropped === 0 ? "" : `, ${dropped} older ones dropped`}`;
  return [head, ...events.map(describe)].join("\n");
}

function describe(event: StatusEvent): string {
  const { at, tool, call, done, total, message } = event;
  const steps = done === undefined ? undefined : `${done}${total === undefined ? "" : `/${total}`}`;
  const words = [new Date(at).toISOString().slice(11, 23), tool, steps, message, call];
  return escapeForPerson(words.filter((word) => word !== undefined && word !== "").join("  "));
}
