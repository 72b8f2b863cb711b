import { escapeForPerson } from "../escape-for-person.ts";

/** Foreign text for one line of ours: at most `max` characters, and nothing that a terminal would obey or hide. */
export function shown(text: string, max = 200): string {
  return escapeForPerson(text.length > max ? `${text.slice(0, max)}…` : text);
}
