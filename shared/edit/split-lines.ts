/** The lines of a text, each with the line feed that ends it. The last one has none when the text does not end in one. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let feed = text.indexOf("\n"); feed !== -1; feed = text.indexOf("\n", start)) {
    lines.push(text.slice(start, feed + 1));
    start = feed + 1;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}
