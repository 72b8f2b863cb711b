import type { Head } from "../../../shared/git/refs.ts";
import type { Repository } from "../../../shared/git/repository.ts";

// What both engines answer, the git program and the embedded one: data, equal for equal repositories. Paths are those
// of the repository, `/`-separated. Hashes are whole.

/** Which engine answers; the embedded one says so in its answers, since it does less. */
export type EngineName = "git" | "embedded";

/** One changed, untracked or ignored path. `.` stands for unchanged, else git's letters: M T A D R C U. */
export interface StatusEntry {
  readonly kind: "changed" | "unmerged" | "untracked" | "ignored";
  readonly path: string;
  /** Where a renamed or copied file was. */
  readonly from?: string;
  /** HEAD against the index. */
  readonly index: string;
  /** The index against the working tree. */
  readonly tree: string;
  /** A submodule, which is told by its commit and not looked into. */
  readonly submodule: boolean;
}

export interface StatusFacts {
  readonly head: Head;
  readonly upstream?: { readonly name: string; readonly ahead?: number; readonly behind?: number };
  /** Sorted as git does: by kind, then by the bytes of the path. */
  readonly entries: readonly StatusEntry[];
}

export interface StatusAsk {
  readonly paths: readonly string[];
  readonly untracked: boolean;
  readonly ignored: boolean;
}

/** Seconds since 1970 with the zone's offset as git writes it, such as `+0200`. */
export interface Stamp {
  readonly at: number;
  readonly zone: string;
}

export interface Person extends Stamp {
  readonly name: string;
  readonly email: string;
}

export interface CommitFacts {
  readonly hash: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  /** Whole, without the newline at its end. */
  readonly message: string;
  /** What points to it, whole names and `HEAD`, as git's decorations; left out when nothing does. */
  readonly refs?: readonly string[];
  /** When they were asked for; with a pickaxe those in which the text was found. */
  readonly files?: readonly string[];
}

export interface LogAsk {
  /** What git gets, hashes only: `<hash>`, `^<hash>`; empty for a branch without a commit. */
  readonly revisions: readonly string[];
  readonly paths: readonly string[];
  readonly follow: boolean;
  readonly author?: string;
  readonly since?: string;
  readonly until?: string;
  readonly grep?: string;
  readonly pickaxe?: string;
  /** Also the names of the files that each commit changed, an old and a new name of a rename both; of merges none. */
  readonly files?: boolean;
  readonly skip: number;
  readonly limit: number;
}

/** One file of a difference. */
export interface FileDiff {
  /** M A D R C T U, or `X` for what is not shown. */
  readonly status: string;
  readonly path: string;
  readonly from?: string;
  readonly added: number;
  readonly deleted: number;
  readonly binary: boolean;
  /**
   * Git's own text for it, from `diff --git` on, but without the `index` line; left out when only counts were asked
   * for, for what is binary, and for what had no room.
   */
  readonly patch?: string;
}

/** Two sides: a commit's or tree's hash, the index, the working tree. */
export type Side = { readonly hash: string } | "index" | "tree";

export interface DiffAsk {
  readonly from: Side;
  readonly to: Side;
  readonly paths: readonly string[];
  readonly stat: boolean;
  readonly context: number;
  readonly words: boolean;
  /** From where both sides parted, instead of from `from`. */
  readonly mergeBase?: boolean;
}

/** A commit and what it changed, against its first parent. */
export interface ShownCommit {
  readonly commit: CommitFacts;
  readonly files: readonly FileDiff[];
}

/** What a hash is. */
export type ObjectFacts =
  | { readonly kind: "commit" | "tree" | "blob"; readonly hash: string }
  | {
      readonly kind: "tag";
      readonly hash: string;
      readonly name: string;
      /** Very old tags have none. */
      readonly tagger?: Person;
      readonly message: string;
      /** What it points to: a hash, and its kind. */
      readonly target: string;
      readonly targetKind: string;
    };

/** A branch, a tag or a remote branch. */
export interface RefFacts {
  /** Whole, such as `refs/heads/main`. */
  readonly name: string;
  /** The commit (of an annotated tag, what it points to). */
  readonly hash: string;
  /** Subject of that commit. */
  readonly subject: string;
  readonly at: number;
  /** Whole, such as `refs/remotes/origin/main`. */
  readonly upstream?: string;
  /** Commits that only one side has; left out when the upstream is gone. */
  readonly ahead?: number;
  readonly behind?: number;
  /** Subject of an annotated tag itself. */
  readonly annotation?: string;
}

/** What is at a path of a revision. `bytes` of a file; of a directory its names, sub-directories with a `/` behind. */
export type AtRevision =
  | { readonly kind: "file"; readonly mode: string; readonly hash: string; readonly bytes: Buffer }
  | { readonly kind: "directory"; readonly names: readonly string[] }
  | { readonly kind: "submodule"; readonly hash: string };

/** Reading a repository. Every method throws `ToolError`; `unavailable` for what an engine cannot do. */
export interface Engine {
  readonly name: EngineName;
  status(repository: Repository, ask: StatusAsk, signal: AbortSignal): Promise<StatusFacts>;
  log(repository: Repository, ask: LogAsk, signal: AbortSignal): Promise<readonly CommitFacts[]>;
  commit(repository: Repository, hash: string, signal: AbortSignal): Promise<CommitFacts>;
  diff(repository: Repository, ask: DiffAsk, signal: AbortSignal): Promise<readonly FileDiff[]>;
  at(repository: Repository, hash: string, path: string, signal: AbortSignal): Promise<AtRevision>;
  /** `commit` and its `diff` as one question; left out where that is not faster. */
  show?(repository: Repository, hash: string, signal: AbortSignal): Promise<ShownCommit>;
  /** Left out, everything is taken for a commit. */
  object?(repository: Repository, hash: string, signal: AbortSignal): Promise<ObjectFacts>;
  refs(repository: Repository, prefix: string, signal: AbortSignal): Promise<readonly RefFacts[]>;
}
