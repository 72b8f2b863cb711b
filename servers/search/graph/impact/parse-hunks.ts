/** Lines of a file as it is now. `gone` is true when lines went from there: then they are the ones around the place. */
export interface ChangedLines {
  readonly startLine: number;
  readonly endLine: number;
  readonly gone: boolean;
}

/** One file of a difference. Paths are those of the repository. */
export interface ChangedFile {
  /** Undefined for a file that is gone. */
  readonly path: string | undefined;
  /** Undefined for a new file. */
  readonly from: string | undefined;
  readonly lines: readonly ChangedLines[];
  /** True when lines were taken away. */
  readonly removes: boolean;
}

const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/u;

/** Reads what `git diff --unified=0` printed with the prefixes `a/` and `b/`. */
export function parseHunks(text: string): ChangedFile[] {
  return text
    .split(/^(?=diff --git )/mu)
    .filter((section) => section.startsWith("diff --git "))
    .map(readSection)
    .filter((file) => file !== undefined);
}

function readSection(section: string): ChangedFile | undefined {
  const lines = section.split("\n");
  const first = lines.findIndex((line) => line.startsWith("@@ "));
  const head = first === -1 ? lines : lines.slice(0, first);
  const from = nameIn(head, "--- ") ?? nameIn(head, "rename from ");
  const path = nameIn(head, "+++ ") ?? nameIn(head, "rename to ");
  if (from === undefined && path === undefined) return undefined;
  const hunks = lines.map((line) => HUNK.exec(line)).filter((hunk) => hunk !== null);
  return {
    path,
    from,
    lines: hunks.map(readHunk).filter(({ startLine }) => startLine > 0),
    removes: hunks.some(([, old]) => old !== "0"),
  };
}

function readHunk([, , start = "0", count = "1"]: readonly string[]): ChangedLines {
  const startLine = Number(start);
  const gone = count === "0";
  return { startLine, endLine: gone ? startLine + 1 : startLine + Number(count) - 1, gone };
}

/** `/dev/null` is no file. */
function nameIn(lines: readonly string[], mark: string): string | undefined {
  const line = lines.find((each) => each.startsWith(mark));
  if (line === undefined) return undefined;
  const name = unquoted(line.slice(mark.length).replace(/\t$/u, ""));
  if (name === "/dev/null") return undefined;
  return mark.startsWith("rename") ? name : name.slice(2);
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
};

/** Git quotes names with control characters as C does. */
function unquoted(name: string): string {
  if (!name.startsWith('"') || !name.endsWith('"')) return name;
  const bytes: Buffer[] = [];
  for (const [part, octal, letter] of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/gsu)) {
    if (octal !== undefined) bytes.push(Buffer.of(Number.parseInt(octal, 8)));
    else bytes.push(Buffer.from(letter === undefined ? part : (ESCAPES[letter] ?? letter)));
  }
  return Buffer.concat(bytes).toString("utf8");
}
