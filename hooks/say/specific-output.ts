import type { EventName } from "../config/events.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The part of an output that is about this event, or `undefined` when there is none or it is about another. */
export function specificOutput(printed: Fields, event: EventName): Fields | undefined {
  const specific = printed["hookSpecificOutput"];
  if (!isRecord(specific)) return undefined;
  const name = specific["hookEventName"];
  return name === undefined || name === event ? specific : undefined;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
