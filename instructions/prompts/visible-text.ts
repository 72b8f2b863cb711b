// Controls but tab and line feed, formats (bidi, zero width, tags), lone surrogates, variation selectors but the two for emoji.
const HIDDEN = /(?![\t\n]|\uFE0E|\uFE0F)[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** Text as a person sees it: line ends are `\n`, and what does not show itself is left out and counted. */
export function visibleText(raw: string): { readonly text: string; readonly hidden: number } {
  const plain = raw.replace(/^\uFEFF/u, "").replaceAll(/\r\n?/gu, "\n");
  let hidden = 0;
  const text = plain.replaceAll(HIDDEN, () => {
    hidden += 1;
    return "";
  });
  return { text, hidden };
}
