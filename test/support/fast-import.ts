import type { Repository } from "./repository.ts";

/** What a later step of the same stream names a file's content or a commit by. */
export type Mark = number;

export type Mode = "100644" | "100755" | "120000" | "160000";

/** A path as text, or as the bytes that no text has. */
export type Path = string | Buffer;

export type Change =
  | {
      readonly kind: "put";
      readonly path: Path;
      readonly content: string | Buffer | Mark;
      readonly mode?: Mode;
    }
  | { readonly kind: "delete"; readonly path: Path }
  | { readonly kind: "rename"; readonly from: Path; readonly to: Path }
  /** Empties the tree. */
  | { readonly kind: "clear" };

export interface Commit {
  readonly branch: string;
  readonly message: string;
  /** `Name <address>` */
  readonly author: string;
  /** Seconds since 1970, and the zone. */
  readonly date: string;
  /** None: a root commit. The first is the one that `changes` are told from. */
  readonly parents: readonly Mark[];
  readonly changes: readonly Change[];
}

/** One stream for `git fast-import`: many commits in one process. */
export class FastImport {
  readonly #parts: Buffer[] = [];
  readonly #commits: Mark[] = [];
  #mark = 0;

  /** A content that several commits may name. */
  blob(content: string | Buffer): Mark {
    this.#mark += 1;
    this.#line(`blob\nmark :${this.#mark}`);
    this.#data(content);
    return this.#mark;
  }

  commit({ branch, message, author, date, parents, changes }: Commit): Mark {
    this.#mark += 1;
    this.#commits.push(this.#mark);
    // without this, a commit without parents goes on from the branch's tip
    if (parents.length === 0) this.#line(`reset refs/heads/${branch}`);
    this.#line(`commit refs/heads/${branch}\nmark :${this.#mark}`);
    this.#line(`author ${author} ${date}\ncommitter ${author} ${date}`);
    this.#data(message);
    for (const [index, parent] of parents.entries())
      this.#line(`${index === 0 ? "from" : "merge"} :${parent}`);
    for (const change of changes) this.#change(change);
    return this.#mark;
  }

  /** With a message it is annotated. */
  tag(name: string, at: Mark, annotation?: Pick<Commit, "message" | "author" | "date">): void {
    if (annotation === undefined) return this.#line(`reset refs/tags/${name}\nfrom :${at}\n`);
    this.#line(`tag ${name}\nfrom :${at}\ntagger ${annotation.author} ${annotation.date}`);
    return this.#data(annotation.message);
  }

  /** Points a branch at a commit. */
  branch(name: string, at: Mark): void {
    this.#line(`reset refs/heads/${name}\nfrom :${at}\n`);
  }

  /** Sends all of it into a repository, checks HEAD out unless it is bare, and gives the commits' hashes. */
  async into(repo: Repository): Promise<ReadonlyMap<Mark, string>> {
    for (const mark of this.#commits) this.#line(`get-mark :${mark}`);
    const told = await repo.bytes(["fast-import", "--quiet", "--force"], Buffer.concat(this.#parts));
    const hashes = told.toString().split("\n");
    const isBare = (await repo.git("rev-parse", "--is-bare-repository")) === "true";
    if (!isBare) await repo.git("reset", "--quiet", "--hard");
    return new Map(this.#commits.map((mark, index) => [mark, hashes[index] ?? ""]));
  }

  #change(change: Change): void {
    switch (change.kind) {
      case "clear":
        return this.#line("deleteall");
      case "delete":
        return this.#line(`D ${quoted(change.path)}`);
      case "rename":
        return this.#line(`R ${quoted(change.from)} ${quoted(change.to)}`);
      case "put": {
        const { path, content, mode = "100644" } = change;
        const isMark = typeof content === "number";
        this.#line(`M ${mode} ${isMark ? `:${content}` : "inline"} ${quoted(path)}`);
        return isMark ? undefined : this.#data(content);
      }
      default:
        return change satisfies never;
    }
  }

  #data(content: string | Buffer): void {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    this.#line(`data ${bytes.length}`);
    this.#parts.push(bytes, Buffer.from("\n"));
  }

  #line(text: string): void {
    this.#parts.push(Buffer.from(`${text}\n`));
  }
}

/** Plain letters as they are, every other byte in octal. */
function quoted(path: Path): string {
  const bytes = typeof path === "string" ? Buffer.from(path) : path;
  const escaped = bytes
    .toString("latin1")
    .replace(/[^a-z0-9./-]/giu, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return `"${escaped}"`;
}
