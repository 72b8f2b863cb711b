/** A replacement, with each line break as one `\n`. */
export interface FoldedEdit {
  readonly oldText: string;
  readonly newText: string;
}

/**
 * The new text with line breaks in the forms that the old one has in the file, or in the one form that is given.
 * Lines that end both texts keep their own; of the others each takes the one at its place, and the last when there are more.
 */
export function formBreaks({ oldText, newText }: FoldedEdit, forms: readonly string[]): string {
  const lines = newText.split("\n");
  const kept = commonEnd(oldText.split("\n"), lines);
  return lines.reduce((text, line, next) => {
    // Lines from here to the end are more than the same lines at the end: this break ends a line of its own.
    const fromEnd = lines.length - next;
    const own = fromEnd < kept ? forms.length - fromEnd : Math.min(next, forms.length) - 1;
    return text + (forms[own] ?? forms.at(-1) ?? "\n") + line;
  });
}

/** How many lines the texts have in common at their end. */
function commonEnd(some: readonly string[], others: readonly string[]): number {
  let same = 0;
  while (same < Math.min(some.length, others.length) && some.at(-1 - same) === others.at(-1 - same))
    same += 1;
  return same;
}
