import { join } from "node:path";
import { ToolError } from "../errors.ts";
import { quoted } from "../workspace/contain-errors.ts";
import { nearest } from "../nearest.ts";
import type { Git } from "./git.ts";
import type { GitFiles } from "./git-files.ts";
import type { Repository } from "./repository.ts";

/** A revision that can be given to git as it is: a hash with at most `~` and `^` behind it, never a caller's text. */
export interface Revision {
  /** What git gets. */
  readonly spec: string;
  /** The hash, when it is known without asking git; of an annotated tag the tag's own. */
  readonly hash?: string;
  /** The whole name of the reference, such as `refs/heads/main`, when it is one. */
  readonly name?: string;
}

/** Where HEAD stands. */
export interface Head {
  /** Short name of the branch; undefined when HEAD is detached. */
  readonly branch?: string;
  /** Undefined on a branch without a commit. */
  readonly hash?: string;
}

const MAX_TEXT = 1_024;
const MAX_PACKED = 256 * 1024 * 1024;
const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u;
// oxlint-disable-next-line no-control-regex -- these are what must not be in a name
const NO_NAME = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$/u;
/** Names in the git folder itself that are revisions. */
const TOP_NAME = /^(?:[A-Z]+_)*HEAD$/u;

/** The names and revisions of one repository, read without starting git wherever that can be done. */
export class Refs {
  readonly #git: Git;
  readonly #files: GitFiles;
  readonly #repository: Repository;
  readonly #signal: AbortSignal;

  constructor(git: Git, repository: Repository, signal: AbortSignal) {
    this.#git = git;
    this.#files = git.files(signal);
    this.#repository = repository;
    this.#signal = signal;
  }

  async head(): Promise<Head> {
    const { name, hash } = await this.#follow("HEAD");
    const branch = name === "HEAD" ? undefined : name.replace(/^refs\/heads\//u, "");
    return { ...(branch === undefined ? {} : { branch }), ...(hash === undefined ? {} : { hash }) };
  }

  /**
   * What a caller's text means: a branch, a tag, a remote branch, a hash or the beginning of one, `HEAD`, `@`, each with
   * `~2`, `^`, `^{commit}` behind it, `@{upstream}`, `branch@{1}`, `stash@{0}`. Throws `invalid_input` for what is no
   * revision, `not_found` with a near name.
   */
  async resolve(text: string): Promise<Revision> {
    const { base, rest } = splitSuffix(checked(text));
    const found = await this.#base(base);
    if (rest === "") return found;
    return { spec: `${found.spec}${rest}` };
  }

  /** The hash of a whole reference name, such as `refs/heads/main`; of a tag object its own. */
  async hashOf(name: string): Promise<string | undefined> {
    return (await this.#follow(name)).hash;
  }

  /** Every reference below a prefix, such as `refs/heads/`, sorted; whole names. */
  async names(prefix = "refs/"): Promise<string[]> {
    if (this.#repository.refFormat === "reftable") return await this.#listed(prefix);
    const { commonDir } = this.#repository;
    const packed = (await this.#packed()).toString("utf8").matchAll(/^[0-9a-f]+ (refs\/\S+)$/gmu);
    const loose = await this.#loose(join(commonDir, prefix), prefix);
    const all = new Set([...[...packed].map(([, name = ""]) => name), ...loose]);
    return [...all].filter((name) => name.startsWith(prefix)).toSorted();
  }

  async #base(base: string): Promise<Revision> {
    if (HASH.test(base)) return { spec: base, hash: base };
    if (base.includes("@{")) return await this.#asked(base);
    for (const name of candidates(base === "@" ? "HEAD" : base)) {
      const { hash, name: full } = await this.#follow(name);
      if (hash !== undefined) return { spec: hash, hash, name: full };
      if (full !== name)
        throw new ToolError("not_found", `${quoted(base)} has no commit yet`, {
          hint: "The first git_commit makes one.",
        });
    }
    if (/^[0-9a-f]{4,64}$/u.test(base)) return { spec: base };
    throw await this.#unknown(base);
  }

  /** What only git knows: the reflog, the upstream. */
  async #asked(base: string): Promise<Revision> {
    if (!/^[\w./-]*@\{(?:\d{1,6}|-\d{1,4}|u|upstream|push)\}$/u.test(base) || base.startsWith("-"))
      throw notRevision(base);
    const { stdout, exitCode } = await this.#git.run(
      this.#repository,
      ["rev-parse", "--verify", "--quiet", "--end-of-options", base],
      { signal: this.#signal, ok: [0, 1, 128] },
    );
    const hash = stdout.toString("utf8").trim();
    if (exitCode !== 0 || !HASH.test(hash)) throw await this.#unknown(base);
    return { spec: hash, hash };
  }

  async #unknown(base: string): Promise<ToolError> {
    const names = (await this.names()).map((name) => name.replace(/^refs\/(?:heads|tags|remotes)\//u, ""));
    const near = nearest(base, names);
    return new ToolError("not_found", `there is no revision ${quoted(base)}`, {
      hint: near === undefined ? "git_branches lists names, git_log shows hashes." : `Did you mean ${near}?`,
    });
  }

  /** Follows symbolic references to a hash; `name` is the last one. */
  async #follow(name: string): Promise<{ name: string; hash?: string }> {
    let at = name;
    for (let depth = 0; depth < 6; depth++) {
      const text = await this.#read(at);
      if (text === undefined) return { name: at };
      const [, target] = /^ref: (\S+)\s*$/u.exec(text) ?? [];
      if (target === undefined) {
        const hash = text.trim().slice(0, 64);
        return HASH.test(hash) ? { name: at, hash } : { name: at };
      }
      if (!isName(target)) return { name: at };
      at = target;
    }
    return { name: at };
  }

  async #read(name: string): Promise<string | undefined> {
    const { gitDir, commonDir, refFormat } = this.#repository;
    if (refFormat === "reftable") return await this.#readByGit(name);
    const isOwn = !name.startsWith("refs/") || /^refs\/(?:bisect|worktree|rewritten)\//u.test(name);
    const loose = await this.#readLoose(join(isOwn ? gitDir : commonDir, name));
    if (loose !== undefined) return loose;
    const packed = await this.#packed();
    const at = packed.indexOf(` ${name}\n`);
    if (at < 0) return undefined;
    const start = packed.lastIndexOf(0x0a, at) + 1;
    return packed.toString("latin1", start, at);
  }

  async #readLoose(path: string): Promise<string | undefined> {
    if ((await this.#files.kindOf(path)) === "directory") return undefined;
    return await this.#files.text(path, MAX_TEXT * 4);
  }

  async #readByGit(name: string): Promise<string | undefined> {
    const options = { signal: this.#signal, ok: [0, 1, 128] };
    const symbolic = await this.#git.run(this.#repository, ["symbolic-ref", "--quiet", name], options);
    if (symbolic.exitCode === 0) return `ref: ${symbolic.stdout.toString("utf8").trim()}`;
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
    const { stdout, exitCode } = await this.#git.run(this.#repository, args, options);
    return exitCode === 0 ? stdout.toString("utf8") : undefined;
  }

  async #listed(prefix: string): Promise<string[]> {
    const args = ["for-each-ref", "--format=%(refname)"];
    const text = await this.#git.text(this.#repository, args, { signal: this.#signal });
    return text.split("\n").filter((name) => name.startsWith(prefix));
  }

  async #packed(): Promise<Buffer> {
    return (
      (await this.#files.bytes(join(this.#repository.commonDir, "packed-refs"), MAX_PACKED)) ??
      Buffer.alloc(0)
    );
  }

  async #loose(folder: string, prefix: string): Promise<string[]> {
    const names: string[] = [];
    for (const { name, kind } of (await this.#files.entries(folder)) ?? []) {
      if (kind === "directory") names.push(...(await this.#loose(join(folder, name), `${prefix}${name}/`)));
      else if (!name.endsWith(".lock")) names.push(`${prefix}${name}`);
    }
    return names;
  }
}

/** What git tries, in its order. */
function candidates(base: string): string[] {
  const below = ["refs/", "refs/tags/", "refs/heads/", "refs/remotes/"].map((prefix) => `${prefix}${base}`);
  const top = TOP_NAME.test(base) || base.startsWith("refs/") ? [base] : [];
  return [...top, ...below, `refs/remotes/${base}/HEAD`];
}

function splitSuffix(text: string): { base: string; rest: string } {
  const [, base = "", rest = ""] =
    /^(.*?)((?:~\d{0,6}|\^\d{0,3}|\^\{(?:commit|tree|blob|tag|object|)\})*)$/su.exec(text) ?? [];
  if (base === "" || /[~^]/u.test(base)) throw notRevision(text);
  return { base, rest };
}

function checked(text: string): string {
  const plain = text.trim();
  const isOdd = plain.length > MAX_TEXT || plain.startsWith("-") || plain.includes("..");
  // `@{upstream}` alone is of the current branch
  const name = plain.replace(/^@\{/u, "HEAD@{").replaceAll(/@\{[^{}]*\}|\^\{[a-z]*\}|[~^]\d*/gu, "");
  if (isOdd || !isName(name)) throw notRevision(text);
  return plain;
}

/** True for a name that git takes for a reference: git-check-ref-format(1), a name of one level allowed. */
export function isName(name: string): boolean {
  if (name === "" || name.length > MAX_TEXT || NO_NAME.test(name)) return false;
  return name.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}

function notRevision(text: string): ToolError {
  return new ToolError("invalid_input", `${quoted(text)} is not a revision`, {
    hint: "Give a branch, a tag, a hash or HEAD, with ~2 or ^ behind it if need be.",
  });
}
