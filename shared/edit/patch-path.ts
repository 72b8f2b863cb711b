import { patchError } from "./patch.ts";

/** What stands for the side of a file that is not there. */
export const NOWHERE = "/dev/null";

/** Both paths of a file as a patch spells them. */
export interface Sides {
  readonly from: string;
  readonly to: string;
}

const BYTES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  "\\": 92,
};

/** The path at the start of `text`: quoted as in C, or plain up to a tab (a time may follow). */
export function readPath(text: string, line: number): string {
  const path = text.startsWith('"') ? readQuoted(text, line).path : (text.split("\t", 1)[0] ?? "");
  if (path === "") throw patchError(line, "the path is empty", "Name the file.");
  return path;
}

interface Quoted {
  readonly path: string;
  readonly rest: string;
}

function readQuoted(text: string, line: number): Quoted {
  let end = 1;
  while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  const path = end < text.length ? unquote(text.slice(1, end)) : undefined;
  if (path === undefined)
    throw patchError(
      line,
      "the quoted path cannot be read",
      "Quote as git does, or write the path without quotes.",
    );
  return { path, rest: text.slice(end + 1) };
}

/** Escapes stand for bytes, which together are UTF-8. */
function unquote(text: string): string | undefined {
  let valid = true;
  const units = Buffer.from(text, "utf8").toString("latin1");
  const bytes = units.replaceAll(/\\(?:([0-3][0-7]{2})|(.))/gsu, (_all, octal?: string, letter = "") => {
    const byte = octal === undefined ? BYTES[String(letter)] : Number.parseInt(octal, 8);
    valid &&= byte !== undefined;
    return String.fromCodePoint(byte ?? 0);
  });
  const path = Buffer.from(bytes, "latin1").toString("utf8");
  return valid && Buffer.from(path, "utf8").equals(Buffer.from(bytes, "latin1")) ? path : undefined;
}

/**
 * The one path in a `diff --git` line. `undefined` when it names two (other lines tell a rename's paths), since
 * unquoted paths may hold spaces: only two equal names can be told apart.
 */
export function readHeaderPath(text: string, line: number): string | undefined {
  const sides = text.startsWith('"') ? quotedSides(text, line) : equalHalves(text);
  if (sides === undefined) return undefined;
  const { from, to } = withoutPrefixes(sides);
  return from === to ? from : undefined;
}

function quotedSides(text: string, line: number): Sides {
  const { path, rest } = readQuoted(text, line);
  return { from: path, to: readPath(rest.trimStart(), line) };
}

function equalHalves(text: string): Sides | undefined {
  const middle = (text.length - 1) / 2;
  return text[middle] === " " ? { from: text.slice(0, middle), to: text.slice(middle + 1) } : undefined;
}

// Git's own, those of diff.mnemonicPrefix, and both the other way round in a reversed diff
const PREFIX = /^[abciow]\//u;

/** Takes `a/` and `b/` off where both sides carry them, or one does and the other is nowhere. */
export function withoutPrefixes({ from, to }: Sides): Sides {
  if (from === NOWHERE) return { from, to: to.replace(/^[ab]\//u, "") };
  if (to === NOWHERE) return { from: from.replace(/^[ab]\//u, ""), to };
  const rest = withoutLetters({ from, to });
  if (from.startsWith("a/") && to.startsWith("b/")) return rest;
  const both = PREFIX.test(from) && PREFIX.test(to) && from[0] !== to[0];
  return both && rest.from === rest.to ? rest : { from, to };
}

/** Takes any prefix of git's off each side; right only where other lines name the same paths. */
export function withoutLetters({ from, to }: Sides): Sides {
  return {
    from: from === NOWHERE ? from : from.replace(PREFIX, ""),
    to: to === NOWHERE ? to : to.replace(PREFIX, ""),
  };
}
