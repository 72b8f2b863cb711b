const LETTERS: Readonly<Record<string, string>> = {
  "\u0007": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  '"': '"',
  "\\": "\\",
};

/** A path as git writes it in a patch when `core.quotePath` is off: quoted only when it could be read as more than a path. */
export function quotedPath(path: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const safe = path.replaceAll(/["\\\u0000-\u001f\u007f]/gu, escaped);
  return safe === path ? path : `"${safe}"`;
}

function escaped(sign: string): string {
  const letter = LETTERS[sign];
  return `\\${letter ?? sign.charCodeAt(0).toString(8).padStart(3, "0")}`;
}
