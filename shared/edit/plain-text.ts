/**
 * A text without what people and models get wrong first: white space, the case of letters, and signs that look
 * alike (quotes, dashes, accents in two forms). Two texts that are the same so are near each other.
 */
export function plainText(text: string): string {
  const dense = withoutSpace(text).toLowerCase();
  // oxlint-disable-next-line no-control-regex -- ASCII has nothing that looks alike
  if (/^[\u0000-\u007f]*$/u.test(dense)) return dense;
  return withoutSpace(dense.normalize("NFKC"))
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replaceAll(/[\u2018-\u201b\u2032]/gu, "'")
    .replaceAll(/[\u201c-\u201f\u2033\u00ab\u00bb]/gu, '"')
    .replaceAll(/\p{Dash_Punctuation}|\u2212/gu, "-");
}

/** A text without white space. */
export function withoutSpace(text: string): string {
  return text.replaceAll(/\s+/gu, "");
}
