import type { Words } from "./as-command.ts";

type Text = string | undefined;
type Paths = readonly string[] | undefined;

interface StageAsk {
  readonly paths?: Paths;
  readonly hunks?: readonly { readonly path: string }[] | undefined;
  readonly unstage: boolean;
}

export const stageWords: Words<StageAsk> = ({ paths, hunks = [], unstage }, at) => [
  ...(unstage ? ["restore", "--staged"] : ["add"]),
  ...(paths === undefined ? ["--patch"] : []),
  ...new Set((paths ?? hunks.map(({ path }) => path)).map(at)),
];

interface CommitAsk {
  readonly message?: Text;
  readonly amend: boolean;
  readonly all: boolean;
  readonly allowEmpty: boolean;
}

export const commitWords: Words<CommitAsk> = ({ message, amend, all, allowEmpty }) => [
  "commit",
  ...flag("--amend", amend),
  ...flag("--all", all),
  ...flag("--allow-empty", allowEmpty),
  ...(message === undefined ? ["--no-edit"] : ["-m", message]),
];

interface SwitchAsk {
  readonly ref?: Text;
  readonly create?: Text;
  readonly detach: boolean;
}

export const switchWords: Words<SwitchAsk> = ({ ref, create, detach }) => [
  "switch",
  ...flag("--detach", detach),
  ...named("-c", create),
  ...given(ref),
];

interface MergeAsk {
  readonly action: string;
  readonly refs?: readonly string[] | undefined;
  readonly message?: Text;
  readonly ff?: Text;
  readonly squash: boolean;
  readonly commit: boolean;
}

export const mergeWords: Words<MergeAsk> = ({ action, refs = [], message, ff, squash, commit }) => {
  if (action === "conflicts") return ["diff", "--diff-filter=U"];
  // which of them is under way stands in files
  if (action === "continue" || action === "abort") return ["merge", `--${action}`];
  return [
    action,
    ...(ff === undefined ? [] : [ff === "only" ? "--ff-only" : "--no-ff"]),
    ...flag("--squash", squash),
    ...flag("--no-commit", !commit),
    ...named("-m", message),
    ...refs,
  ];
};

interface RestoreAsk {
  readonly paths: readonly string[];
  readonly ref?: Text;
  readonly staged: boolean;
  readonly dryRun: boolean;
}

export const restoreWords: Words<RestoreAsk> = ({ paths, ref, staged, dryRun }, at) =>
  dryRun
    ? ["diff", "--name-status", ...flag("--staged", staged), ...given(ref), "--", ...paths.map(at)]
    : ["restore", ...flag("--staged", staged), ...named("--source", ref), ...paths.map(at)];

interface StashAsk {
  readonly action: string;
  readonly index: number;
  readonly message?: Text;
  readonly paths?: Paths;
  readonly untracked: boolean;
}

export const stashWords: Words<StashAsk> = ({ action, index, message, paths = [], untracked }, at) => {
  if (action === "list") return ["stash", "list"];
  if (action !== "push") return ["stash", action, `stash@{${index}}`];
  return [
    "stash",
    "push",
    ...flag("--include-untracked", untracked),
    ...named("-m", message),
    ...(paths.length === 0 ? [] : ["--", ...paths.map(at)]),
  ];
};

interface WorktreeAsk {
  readonly action: string;
  readonly path?: Text;
  readonly ref?: Text;
  readonly create?: Text;
}

export const worktreeWords: Words<WorktreeAsk> = ({ action, path, ref, create }, at) =>
  action === "list"
    ? ["worktree", "list"]
    : ["worktree", action, ...named("-b", create), ...(path === undefined ? [] : [at(path)]), ...given(ref)];

interface BranchesAsk {
  readonly action: string;
  readonly kind: string;
  readonly name?: Text;
  readonly ref?: Text;
  readonly message?: Text;
  readonly force: boolean;
}

export const branchesWords: Words<BranchesAsk> = ({ action, kind, name, ref, message, force }) => {
  const program = kind === "tag" ? "tag" : "branch";
  if (action === "list") return [program, kind === "remote" ? "--remotes" : "--list", ...given(name)];
  if (action === "delete")
    return [
      program,
      program === "tag" || !force ? "-d" : "-D",
      ...flag("--remotes", kind === "remote"),
      ...given(name),
    ];
  return [
    program,
    ...flag("--force", force),
    ...named("-m", program === "tag" ? message : undefined),
    ...given(name),
    ...given(ref),
  ];
};

function flag(name: string, isSet: boolean): string[] {
  return isSet ? [name] : [];
}

function named(name: string, value: Text): string[] {
  return value === undefined ? [] : [name, value];
}

function given(value: Text): string[] {
  return value === undefined ? [] : [value];
}
