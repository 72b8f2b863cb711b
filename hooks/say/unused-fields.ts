import { factsOf, type EventName } from "../config/events.ts";
import { excerpt } from "./excerpt.ts";
import {
  EVERY_EVENTS_FIELDS,
  HOST_FIELDS,
  HOST_TOP_FIELDS,
  OWN_FIELDS,
  SPECIFIC_FIELDS,
  TOP_FIELDS,
} from "./fields.ts";
import { specificOutput } from "./specific-output.ts";

const MOST_NAMED = 10;
/** Whoever prints more fields than this printed something else than an output. */
const MOST_LOOKED_AT = 100;

/** Fields of an output that do nothing here, each with the reason, in our words; at most 11. */
export function unusedFields(printed: Readonly<Record<string, unknown>>, event: EventName): string[] {
  const told = [
    ...firstKeys(printed).map((field) => aboutTop(field)),
    ...firstKeys(specificOutput(printed, event) ?? {}).map((field) => aboutSpecific(field, event)),
  ].filter((problem) => problem !== undefined);
  return told.length > MOST_NAMED
    ? [...told.slice(0, MOST_NAMED), "more fields than these are not used"]
    : told;
}

function firstKeys(fields: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(fields).slice(0, MOST_LOOKED_AT);
}

function aboutTop(field: string): string | undefined {
  if (TOP_FIELDS.has(field)) return undefined;
  if (HOST_TOP_FIELDS.has(field)) return `accepted and not used here: ${field}`;
  return SPECIFIC_FIELDS.has(field)
    ? `${field} is not read here: it belongs into hookSpecificOutput`
    : `unknown field: ${excerpt(field)}`;
}

function aboutSpecific(field: string, event: EventName): string | undefined {
  if (EVERY_EVENTS_FIELDS.has(field) || OWN_FIELDS[event]?.includes(field) === true) return undefined;
  // an event that only a host can notice was forwarded by one, and it gets the field back
  if (HOST_FIELDS[event]?.includes(field) === true)
    return factsOf(event).fires ? `accepted and not used here: ${field}` : undefined;
  if (TOP_FIELDS.has(field) || HOST_TOP_FIELDS.has(field))
    return `${field} is not read in hookSpecificOutput: it belongs beside it`;
  return SPECIFIC_FIELDS.has(field)
    ? `${field} means nothing on ${event}`
    : `unknown field: ${excerpt(field)}`;
}
