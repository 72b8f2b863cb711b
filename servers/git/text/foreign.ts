import { showInRepository } from "../../../shared/git/paths.ts";
import type { Repository } from "../../../shared/git/repository.ts";

/** Controls, separators of lines, halves of characters, and what turns the direction of writing. */
const ODD = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu;
const ODD_NAME = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]|^["\s]|\s$/u;

/** Text that the repository holds, on one line and at most so many characters; what cannot be seen is spelled out. */
export function oneLine(text: string, most = 200): string {
  const plain = text
    .slice(0, most * 4)
    .replaceAll("\t", " ")
    .replaceAll(ODD, escaped)
    .trim();
  if (plain.length <= most) return plain;
  // not between the halves of a character
  return `${plain.slice(0, most).replace(/[\ud800-\udbff]$/u, "")}…`;
}

/** Text that the repository holds, its lines kept. */
export function manyLines(text: string): string {
  return text.replaceAll(ODD, (char) => (char === "\n" || char === "\t" ? char : escaped(char)));
}

/**
 * A path of the repository as answers show it: itself, or a string of JSON when it could be taken for something else.
 * Either names the file when it is given back; of names that are no UTF-8 it is said that nothing does.
 */
export function shownPath(repository: Repository, path: string): string {
  return plainName(showInRepository(repository, path));
}

/** As `shownPath`, of any name. */
export function plainName(name: string): string {
  const shown = ODD_NAME.test(name) ? JSON.stringify(name).replaceAll(ODD, asInJson) : name;
  return name.includes("\ufffd") ? `${shown} (not UTF-8: it cannot be named)` : shown;
}

/** All of them are below U+10000. */
function asInJson(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function escaped(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}
