/** Who last changed a line. */
export interface BlamedCommit {
  /** All zeros for what is not committed. */
  readonly hash: string;
  /** `at` in seconds since 1970, `zone` as in `+0200`. */
  readonly author: {
    readonly name: string;
    readonly email: string;
    readonly at: number;
    readonly zone: string;
  };
  readonly subject: string;
  /** What the file was called there. */
  readonly path: string;
}

export interface BlamedLine {
  readonly line: number;
  readonly commit: BlamedCommit;
  readonly text: string;
}

/** Reads what `git blame --porcelain` prints: details of a commit stand only where it is named first. */
export function parseBlame(text: string): BlamedLine[] {
  const known = new Map<string, BlamedCommit>();
  const lines: BlamedLine[] = [];
  let facts = new Map<string, string>();
  for (const row of text.split("\n")) {
    if (row.startsWith("\t")) {
      const hash = facts.get("hash") ?? "";
      const commit = known.get(hash) ?? commitOf(hash, facts);
      known.set(hash, commit);
      lines.push({ line: Number(facts.get("line")), commit, text: row.slice(1) });
      facts = new Map();
    } else if (!facts.has("hash")) {
      const [hash = "", , line = ""] = row.split(" ");
      facts.set("hash", hash).set("line", line);
    } else {
      const end = row.indexOf(" ");
      if (end > 0) facts.set(row.slice(0, end), row.slice(end + 1));
    }
  }
  return lines;
}

function commitOf(hash: string, facts: ReadonlyMap<string, string>): BlamedCommit {
  const fact = (name: string): string => facts.get(name) ?? "";
  return {
    hash,
    author: {
      name: fact("author"),
      email: fact("author-mail").replaceAll(/^<|>$/gu, ""),
      at: Number(fact("author-time")) || 0,
      zone: fact("author-tz"),
    },
    subject: fact("summary"),
    path: fact("filename"),
  };
}
