import { factsOf, type EventName } from "../config/events.ts";
import { excerpt } from "./excerpt.ts";
import { EVERY_EVENTS_FIELDS, HOST_FIELDS, HOST_TOP_FIELDS, OWN_FIELDS, TOP_FIELDS } from "./fields.ts";
import { specificOutput } from "./specific-output.ts";

const MOST_NAMED = 10;

/** Fields of an output that do nothing here, each with the reason, in our words. */
export function unusedFields(printed: Readonly<Record<string, unknown>>, event: EventName): string[] {
  const told = [
    ...Object.keys(printed).map((field) => aboutTop(field)),
    ...Object.keys(specificOutput(printed, event) ?? {}).map((field) => aboutSpecific(field, event)),
  ].filter((problem) => problem !== undefined);
  const named = told.slice(0, MOST_NAMED);
  return told.length > MOST_NAMED
    ? [...named, `${told.length - MOST_NAMED} more fields are not used`]
    : named;
}

function aboutTop(field: string): string | undefined {
  if (TOP_FIELDS.has(field)) return undefined;
  if (HOST_TOP_FIELDS.has(field)) return `accepted and not used here: ${field}`;
  return isSpecific(field)
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
  return isSpecific(field) ? `${field} means nothing on ${event}` : `unknown field: ${excerpt(field)}`;
}

function isSpecific(field: string): boolean {
  return (
    EVERY_EVENTS_FIELDS.has(field) ||
    [...Object.values(OWN_FIELDS), ...Object.values(HOST_FIELDS)].some((fields) => fields.includes(field))
  );
}
