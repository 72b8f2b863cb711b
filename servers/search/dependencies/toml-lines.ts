/** Tells in which 1-based line a table has a key, or is the table of that key; 1 when that cannot be seen. */
export type TomlLineOf = (table: string, key: string) => number;

/** For one text. Names of tables are joined by dots. */
export function linesInToml(text: string): TomlLineOf {
  const lines = new Map<string, number>();
  let table = "";
  for (const [index, line] of text.split("\n").entries()) {
    const header = /^\s*\[([^[].*)\]\s*(?:#.*)?\r?$/u.exec(line)?.[1];
    // `tokio.workspace = true` is of `tokio`
    const key = header === undefined ? /^\s*(["']?)([^"'\s.=]+)\1\s*[.=]/u.exec(line)?.[2] : undefined;
    if (header !== undefined) table = plain(header);
    const name = header === undefined ? `${table}.${key ?? ""}` : table;
    if (!lines.has(name)) lines.set(name, index + 1);
  }
  return (of, key) => lines.get(plain(`${of}.${key}`)) ?? 1;
}

function plain(name: string): string {
  return name.replaceAll(/["'\s]/gu, "");
}
