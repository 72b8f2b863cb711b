// Control characters, and the invisible ones that reorder or hide text (bidi, zero width, tags, separators).
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Foreign text made safe for a terminal: control and invisible characters are written as `\u{…}`.
 * `max` is in characters; what is longer is cut and says so with `…`. Line feeds stay only with `lines`.
 */
export function shown(
  text: string,
  options: { readonly max?: number; readonly lines?: boolean } = {},
): string {
  const { max = 200, lines = false } = options;
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return cut.replace(HIDDEN, (char) =>
    lines && char === "\n" ? char : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
