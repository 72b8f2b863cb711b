import { escapeForPerson } from "../../shared/escape-for-person.ts";

const UNSEEN = /(?![\n\t])[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]/gu;

/** The first character of `text` that does not show itself and stands in none of its sources, spelled out. */
export function newUnseen(text: string, sources: readonly string[]): string | undefined {
  const made = new Set(text.match(UNSEEN));
  for (const [char] of sources.flatMap((source) => [...source.matchAll(UNSEEN)])) made.delete(char);
  const [first] = made;
  return first === undefined ? undefined : escapeForPerson(first);
}
