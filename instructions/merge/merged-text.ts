import { createHash } from "node:crypto";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { Block } from "../shapes.ts";

const NONCE_DIGITS = 12;
const MOST_PATH = 160;
/** Between two blocks. */
export const GAP = "\n\n";
/** As long as every other one: for measuring. */
export const ANY_NONCE = "0".repeat(NONCE_DIGITS);

/** What is read as one of our marks, with or without the nonce. */
const LOOKALIKE = /<(?=[\s/\\]*instructions\b)/giu;
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * The blocks between marks, later ones more specific, then what is said about those left out. Both marks of a block carry
 * the nonce, which no text holds when it comes from `nonceFor`; a mark without it that stands in a text loses its `<`.
 */
export function mergedText(blocks: readonly Block[], notice: string, nonce: string): string {
  const marked = blocks.map((block) => markedText(block, nonce));
  return [...marked, ...(notice === "" ? [] : [notice])].join(GAP);
}

/** One block as it stands in the merged text. */
export function markedText({ path, scope, priority, text }: Block, nonce: string): string {
  const start = `<instructions path="${attribute(path)}" scope="${scope}" priority="${priority}" ${nonce}>`;
  return `${start}\n${harmless(text)}\n</instructions ${nonce}>`;
}

/** Twelve digits that occur in no text of these blocks; the same for the same texts. */
export function nonceFor(blocks: readonly Block[]): string {
  const hashes = blocks.map(({ hash }) => hash).join("");
  for (let count = 0; ; count++) {
    const nonce = createHash("sha256").update(`${count} ${hashes}`).digest("hex").slice(0, NONCE_DIGITS);
    if (!blocks.some(({ text }) => text.includes(nonce))) return nonce;
  }
}

/** The text with no mark in it that could be taken for ours. */
export function harmless(text: string): string {
  return text.replaceAll(LOOKALIKE, "&lt;");
}

/** A long path loses its beginning. */
function attribute(path: string): string {
  const escaped = escapeForPerson(path).replaceAll(/[&<>"]/gu, (char) => ENTITIES[char] ?? char);
  return escaped.length > MOST_PATH ? `…${escaped.slice(1 - MOST_PATH)}` : escaped;
}
