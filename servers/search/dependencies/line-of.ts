/** The 1-based line in which `name` stands as a whole word, from `from` on; 1 when it is in none. */
export function lineOf(text: string, name: string, from = 0): number {
  for (let at = text.indexOf(name, from); at !== -1; at = text.indexOf(name, at + 1)) {
    // a dot behind it is TOML's: `tokio.workspace = true`
    if (/[\w./@-]/u.test(text[at - 1] ?? "") || /[\w/@-]/u.test(text[at + name.length] ?? "")) continue;
    return lineAt(text, at);
  }
  return 1;
}

function lineAt(text: string, at: number): number {
  let line = 1;
  for (let next = text.indexOf("\n"); next !== -1 && next < at; next = text.indexOf("\n", next + 1)) line++;
  return line;
}
