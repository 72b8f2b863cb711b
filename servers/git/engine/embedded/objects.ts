import { createHash } from "node:crypto";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import type { PromiseFsClient } from "isomorphic-git";
import { ToolError } from "../../../../shared/errors.ts";
import type { GitFiles } from "../../../../shared/git/git-files.ts";
import type { Repository } from "../../../../shared/git/repository.ts";
import { embeddedFs } from "./fs.ts";
import { refuseOddStore } from "./refuse-odd-store.ts";
import {
  DIRECTORY,
  parseCommit,
  parseTag,
  parseTree,
  type StoredCommit,
  type StoredObject,
  type TreeEntry,
} from "./stored.ts";

const MAX_OBJECT = 32 * 1024 * 1024;
const MAX_NESTED_TAGS = 10;
const MAX_DEPTH = 200;

type Library = typeof import("isomorphic-git");

/** The objects of one repository, for one call: each is read once. */
export class Objects {
  readonly #library: Library;
  readonly #fs: PromiseFsClient;
  readonly #gitdir: string;
  readonly #shallow: ReadonlySet<string>;
  readonly #cache = {};
  readonly #commits = new Map<string, StoredCommit>();
  readonly #trees = new Map<string, readonly TreeEntry[]>();

  private constructor(at: { library: Library; fs: PromiseFsClient; gitdir: string; shallow: Set<string> }) {
    this.#library = at.library;
    this.#fs = at.fs;
    this.#gitdir = at.gitdir;
    this.#shallow = at.shallow;
  }

  /** Throws `unavailable` for objects that are kept in a way only the program knows. */
  static async open(files: GitFiles, repository: Repository): Promise<Objects> {
    const { commonDir } = repository;
    await refuseOddStore(files, repository);
    const shallow = ((await files.text(join(commonDir, "shallow"))) ?? "").split("\n").filter(Boolean);
    return new Objects({
      // only on machines without git, so that nobody else waits for it
      library: await import("isomorphic-git"),
      fs: embeddedFs(files, join(commonDir, "objects")),
      gitdir: commonDir,
      shallow: new Set(shallow),
    });
  }

  /** Undefined when there is none. Throws `too_large`, `external` for damage. */
  async find(hash: string): Promise<StoredObject | undefined> {
    try {
      const asked = { fs: this.#fs, gitdir: this.#gitdir, oid: hash, cache: this.#cache };
      const { type, object } = await this.#library.readObject({ ...asked, format: "deflated" });
      // a loose one; unpacked by us, since it may grow without end
      if (type === "deflated") return unwrapped(hash, inflated(bytesIn(object)));
      if (type === "wrapped") return unwrapped(hash, bytesIn(object));
      const bytes = bytesIn(object);
      if (bytes.length > MAX_OBJECT) throw tooLarge();
      return { hash, kind: type, bytes };
    } catch (error) {
      if (error instanceof ToolError) throw error;
      if (error instanceof Error && error.name === "NotFoundError") return undefined;
      throw damaged(error);
    }
  }

  async read(hash: string): Promise<StoredObject> {
    const found = await this.find(hash);
    if (found === undefined) throw damaged(new Error(`no object ${hash}`));
    return found;
  }

  /** Throws `not_found` for what is no commit. In a shallow clone the oldest have no parents. */
  async commit(hash: string): Promise<StoredCommit> {
    const known = this.#commits.get(hash);
    if (known !== undefined) return known;
    const object = await this.find(hash);
    if (object?.kind !== "commit")
      throw new ToolError("not_found", "git knows no such commit", { hint: "git_log shows hashes." });
    const parsed = parseCommit(object);
    const commit = this.#shallow.has(hash) ? { ...parsed, parents: [] } : parsed;
    this.#commits.set(hash, commit);
    return commit;
  }

  async tree(hash: string): Promise<readonly TreeEntry[]> {
    const known = this.#trees.get(hash);
    if (known !== undefined) return known;
    const object = await this.read(hash);
    if (object.kind !== "tree") throw damaged(new Error(`no tree ${hash}`));
    const entries = parseTree(object);
    this.#trees.set(hash, entries);
    return entries;
  }

  /** Tags followed to what they point to. */
  async peeled(hash: string): Promise<StoredObject | undefined> {
    let object = await this.find(hash);
    for (let depth = 0; object?.kind === "tag" && depth < MAX_NESTED_TAGS; depth++)
      object = await this.find(parseTag(object).target);
    return object;
  }

  /** Every file below a tree, by path. */
  async flat(tree: string): Promise<Map<string, TreeEntry>> {
    const files = new Map<string, TreeEntry>();
    await this.#flatten(tree, { prefix: "", depth: 0 }, files);
    return files;
  }

  /** What is at a path below a tree; the tree itself for `""`. */
  async entryAt(tree: string, path: string): Promise<TreeEntry | undefined> {
    let entry: TreeEntry | undefined = { mode: DIRECTORY, name: "", hash: tree };
    for (const name of path.split("/").filter((part) => part !== "")) {
      if (entry?.mode !== DIRECTORY) return undefined;
      entry = (await this.tree(entry.hash)).find((each) => each.name === name);
    }
    return entry;
  }

  /** The whole hash of the beginning of one. Throws `not_found`, `invalid_input` when there are several. */
  async expand(start: string): Promise<string> {
    try {
      return await this.#library.expandOid({
        fs: this.#fs,
        gitdir: this.#gitdir,
        oid: start,
        cache: this.#cache,
      });
    } catch (error) {
      if (error instanceof ToolError) throw error;
      const several = error instanceof Error && error.name === "AmbiguousError";
      throw new ToolError(
        several ? "invalid_input" : "not_found",
        several ? `several objects begin with ${start}` : `no object begins with ${start}`,
        { hint: "git_log shows hashes." },
      );
    }
  }

  async #flatten(
    tree: string,
    { prefix, depth }: { readonly prefix: string; readonly depth: number },
    files: Map<string, TreeEntry>,
  ): Promise<void> {
    if (depth > MAX_DEPTH) throw damaged(new Error("folders without end"));
    for (const entry of await this.tree(tree)) {
      const path = prefix + entry.name;
      if (entry.mode === DIRECTORY)
        await this.#flatten(entry.hash, { prefix: `${path}/`, depth: depth + 1 }, files);
      else files.set(path, entry);
    }
  }
}

function bytesIn(object: unknown): Buffer {
  if (object instanceof Uint8Array) return Buffer.from(object.buffer, object.byteOffset, object.length);
  throw new Error("no bytes of an object");
}

function inflated(object: Buffer): Buffer {
  try {
    return inflateSync(object, { maxOutputLength: MAX_OBJECT });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw error;
  }
}

function unwrapped(hash: string, bytes: Buffer): StoredObject {
  const end = bytes.indexOf(0);
  const [, kind = ""] = /^(commit|tree|blob|tag) \d+$/u.exec(bytes.toString("latin1", 0, end)) ?? [];
  if (kind === "" || createHash("sha1").update(bytes).digest("hex") !== hash)
    throw new Error(`odd object ${hash}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one of the four that the pattern names
  return { hash, kind: kind as StoredObject["kind"], bytes: bytes.subarray(end + 1) };
}

function tooLarge(): ToolError {
  return new ToolError("too_large", "an object of the repository has more than 32 MiB", {
    hint: "The git program reads it; the person can install it.",
  });
}

function damaged(cause: unknown): ToolError {
  return new ToolError("external", "the repository lacks an object, or one is damaged", {
    hint: "The person can install git and run git fsck.",
    cause,
  });
}
