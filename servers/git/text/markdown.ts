import { oneLine } from "./foreign.ts";

/**
 * Foreign text within one line of a Markdown document: it stays text, except for `code`, and opens no heading, list,
 * link, picture or tag.
 */
export function markdownText(text: string, most = 200): string {
  const parts = oneLine(text, most).split(/(`[^`]+`)/u);
  const plain = parts.map((part, index) => (index % 2 === 1 ? part : escaped(part))).join("");
  return plain.replace(/^(?:[#>+=~-]|\d+(?=[.)]))/u, (start) =>
    /\d/u.test(start) ? `${start}\\` : `\\${start}`,
  );
}

function escaped(text: string): string {
  return text
    .replaceAll(/[\\`*[\]<>|]|&(?=#?\w+;)|~~/gu, (char) => `\\${char}`)
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`);
}
