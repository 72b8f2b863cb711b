// Controls, formats (bidi, zero width), lone surrogates, private and unassigned characters, fillers, odd spaces.
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/gu;

/** Foreign text for a person's eyes: whatever does not show itself, or changes how the rest shows, is spelled `\u{...}`. */
export function escapeForPerson(text: string): string {
  return text.replaceAll(UNSEEN, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
