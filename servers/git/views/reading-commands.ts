import type { Words } from "./as-command.ts";

interface OfPaths {
  readonly paths?: readonly string[] | undefined;
}

/** `-- <paths>`, or nothing. */
type Spell = (path: string) => string;

export const statusWords: Words<OfPaths & { readonly untracked: boolean; readonly ignored: boolean }> = (
  { paths, untracked, ignored },
  at,
) => [
  "status",
  ...(untracked ? [] : ["--untracked-files=no"]),
  ...(ignored ? ["--ignored"] : []),
  ...behind(paths, at),
];

interface DiffAsk extends OfPaths {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly staged: boolean;
  readonly mergeBase: boolean;
  readonly stat: boolean;
  readonly files?: readonly string[] | undefined;
  readonly texts?: readonly string[] | undefined;
}

export const diffWords: Words<DiffAsk> = (ask, at) => {
  if (ask.texts !== undefined) return [];
  if (ask.files !== undefined) return ["diff", "--no-index", ...ask.files.map(at)];
  const { from, to, staged, mergeBase, stat, paths } = ask;
  return [
    "diff",
    ...(staged ? ["--staged"] : []),
    ...(mergeBase ? ["--merge-base"] : []),
    ...(stat ? ["--stat"] : []),
    ...[from, to].filter((each) => each !== undefined),
    ...behind(paths, at),
  ];
};

interface LogAsk extends OfPaths {
  readonly range?: string | undefined;
  readonly author?: string | undefined;
  readonly grep?: string | undefined;
  readonly pickaxe?: string | undefined;
}

export const logWords: Words<LogAsk> = ({ range, author, grep, pickaxe, paths }, at) => [
  "log",
  ...option("author", author),
  ...option("grep", grep),
  ...(pickaxe === undefined ? [] : ["-S", pickaxe]),
  ...(range === undefined ? [] : [range]),
  ...behind(paths, at),
];

export const showWords: Words<{ readonly ref: string; readonly path?: string | undefined }> = (
  { ref, path },
  at,
) => ["show", path === undefined ? ref : `${ref}:${at(path)}`];

export const blameWords: Words<{ readonly ref?: string | undefined; readonly path: string }> = (
  { ref, path },
  at,
) => ["blame", ...(ref === undefined ? [] : [ref]), "--", at(path)];

export const changelogWords: Words<OfPaths & { readonly from?: string | undefined; readonly to: string }> = (
  { from, to, paths },
  at,
) => ["log", from === undefined ? to : `${from}..${to}`, ...behind(paths, at)];

function behind(paths: readonly string[] = [], at: Spell): string[] {
  return paths.length === 0 ? [] : ["--", ...paths.map(at)];
}

function option(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`--${name}=${value}`];
}
