const SAFE = /^[\w@%+=:,./-]+$/u;
const ODD = /[^\x20-\x7e]/u;

/** One word for a POSIX shell. What a terminal would obey or hide is written as its bytes, so the line shows all. */
export function shellQuote(word: string): string {
  if (SAFE.test(word)) return word;
  if (!ODD.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = word.replaceAll(/[\\']/gu, String.raw`\$&`).replaceAll(HIDDEN, bytesOf);
  return escaped === word ? `'${word}'` : `$'${escaped}'`;
}

const HIDDEN = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;

function bytesOf(char: string): string {
  return [...Buffer.from(char)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}
