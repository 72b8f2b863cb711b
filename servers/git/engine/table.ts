/** Kinds of repositories that one tool may treat differently. */
export const FORMATS = ["SHA-1", "SHA-256", "linked worktree", "bare", "submodule"] as const;
export type Format = (typeof FORMATS)[number];

/**
 * Who answers: `git` only the program; `embedded` the program, and without it the embedded engine; `unavailable`
 * nobody, since there is no working tree.
 */
export type Cell = "git" | "embedded" | "unavailable";

/** By tool, in the order of `FORMATS`. With the program it always answers: nowhere is the embedded engine faster. */
export const ENGINE_TABLE = {
  git_status: ["embedded", "git", "embedded", "embedded", "embedded"],
  git_diff: ["embedded", "git", "embedded", "embedded", "embedded"],
  git_log: ["embedded", "git", "embedded", "embedded", "embedded"],
  git_show: ["embedded", "git", "embedded", "embedded", "embedded"],
  git_changelog: ["embedded", "git", "embedded", "embedded", "embedded"],
  git_branches: ["embedded", "git", "embedded", "embedded", "embedded"],
  git_blame: ["git", "git", "git", "git", "git"],
  git_stage: ["git", "git", "git", "unavailable", "git"],
  git_commit: ["git", "git", "git", "unavailable", "git"],
  git_switch: ["git", "git", "git", "unavailable", "git"],
  git_merge: ["git", "git", "git", "unavailable", "git"],
  git_restore: ["git", "git", "git", "unavailable", "git"],
  git_stash: ["git", "git", "git", "unavailable", "git"],
  git_worktree: ["git", "git", "git", "git", "git"],
  git_fetch: ["git", "git", "git", "git", "git"],
  git_push: ["git", "git", "git", "git", "git"],
} as const satisfies Readonly<Record<string, readonly Cell[]>>;
