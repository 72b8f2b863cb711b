import { escapeForPerson } from "../../shared/escape-for-person.ts";

const MOST = 200;

/** The first line of foreign text that is not blank, for a person: escaped, at most 400 characters. */
export function excerpt(text: string): string {
  const line = /\S[^\r\n]*/u.exec(text)?.[0].trimEnd() ?? "";
  const shown = escapeForPerson(line.slice(0, MOST)).slice(0, 2 * MOST - 1);
  return line.length > MOST || shown.length === 2 * MOST - 1 ? `${shown}…` : shown;
}
