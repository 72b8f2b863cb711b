/**
 * A test for texts that the pattern describes: `*` is any text, also none, `\*` a star. The time of a test is bounded by
 * the product of the two lengths.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const [first = "", ...others] = piecesOf(pattern);
  const last = others.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const piece of others) {
      const found = text.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= text.length - last.length;
  };
}

/** The texts between the stars. */
function piecesOf(pattern: string): string[] {
  const pieces = [""];
  for (const [part] of pattern.matchAll(/\\[*\\]|[^]/gu)) {
    if (part === "*") pieces.push("");
    else pieces.push(`${pieces.pop() ?? ""}${/^\\[*\\]/u.test(part) ? part.slice(1) : part}`);
  }
  return pieces;
}
