import type { Underway } from "./state.ts";
import type { Root } from "../workspace/root.ts";
import type { GitSetting } from "../policy/git-settings.ts";

/** `worktree`: a linked one. `submodule`: any work tree whose `.git` file leads to a whole repository. */
export type RepositoryKind = "main" | "worktree" | "submodule" | "bare";

/** A repository inside the roots whose folders were looked at: everything about it that a call needs to know. */
export interface Repository {
  readonly kind: RepositoryKind;
  /** The root below which its work tree lies; of a bare one, its folder. */
  readonly root: Root;
  /** The work tree below the root, `/`-separated, `""` for the root itself; of a bare one, its folder. */
  readonly prefix: string;
  /** Absolute and resolved. A bare repository has none. */
  readonly workTree: string | undefined;
  /** HEAD, index and what is under way lie here: absolute, resolved. */
  readonly gitDir: string;
  /** Objects, references and configuration lie here; the same as `gitDir` but for a linked work tree. */
  readonly commonDir: string;
  readonly objectFormat: "sha1" | "sha256";
  /** `reftable` keeps references where only the program reads them. */
  readonly refFormat: "files" | "reftable";
  /** True when the person trusted it just as it is now: its own configuration and hooks, and theirs, work. */
  readonly trusted: boolean;
  /** What does not run since nobody trusted it, in short names for people; empty when trusted. Read when it is asked for. */
  readonly skipped: readonly string[];
  /** The settings of its own files, parsed as text: to be known, not to be obeyed. */
  readonly settings: readonly GitSetting[];
  /** What was begun in its work tree and is not finished, as it was when the call began. */
  readonly underway: Underway | undefined;
}

/** The last value of a setting in the repository's own files. */
export function settingOf({ settings }: Pick<Repository, "settings">, key: string): string | undefined {
  return settings.findLast((setting) => setting.key === key)?.value;
}
