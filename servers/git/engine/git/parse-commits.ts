import type { CommitFacts, Person } from "../shapes.ts";

/** For `--format` with `-z` and `--date=raw`. What opens each commit is empty, as no name of a file can be. */
export const COMMIT_FORMAT = "%x00%H%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%D%x00%B";
const FIELDS = 10;

/** A commit with the files that `--name-only` gave beside it. */
export interface NamedCommit {
  readonly commit: CommitFacts;
  readonly files: readonly string[];
}

/** Reads commits in `COMMIT_FORMAT`, with or without names of files behind each. */
export function parseCommits(text: string): NamedCommit[] {
  const fields = text.split("\0");
  const commits: NamedCommit[] = [];
  let at = 1;
  while (at + FIELDS < fields.length) {
    const commit = commitOf(fields.slice(at, at + FIELDS));
    at += FIELDS;
    const end = fields.indexOf("", at);
    // git puts one newline between the message and the names
    const files = fields.slice(at, end).map((name, index) => (index === 0 ? name.slice(1) : name));
    commits.push({ commit, files });
    at = end + 1;
  }
  return commits;
}

function commitOf(fields: readonly string[]): CommitFacts {
  const field = (at: number): string => fields[at] ?? "";
  const person = (at: number): Person => personOf(field(at), field(at + 1), field(at + 2));
  const refs = field(8).split(", ").flatMap(refsIn);
  const message = field(9);
  return {
    hash: field(0),
    parents: field(1) === "" ? [] : field(1).split(" "),
    author: person(2),
    committer: person(5),
    message: message.endsWith("\n") ? message.slice(0, -1) : message,
    ...(refs.length === 0 ? {} : { refs }),
  };
}

/** `HEAD -> refs/heads/main` are two, `tag: ` goes. */
function refsIn(decoration: string): string[] {
  return (
    decoration
      .split(" -> ")
      .map((name) => name.replace(/^tag: /u, ""))
      // beside references git names what it did to the commit itself: grafted, replaced
      .filter((name) => name === "HEAD" || name.startsWith("refs/"))
  );
}

function personOf(name: string, email: string, date: string): Person {
  const [at = "", zone = ""] = date.split(" ");
  return { name, email, at: Number(at) || 0, zone };
}
