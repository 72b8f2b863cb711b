// Control and format characters: invisible, and able to make a terminal show what is not there.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line that is safe on a terminal and in a status text: what cannot be seen is written as `\u{...}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u{${char.codePointAt(0)?.toString(16) ?? ""}}`);
}
