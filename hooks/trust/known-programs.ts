import { basename } from "node:path";

/** Programs before whose options and values another command follows. */
const BEFORE_COMMAND =
  /^(?:if|then|else|elif|do|while|until|!|\{|time|exec|command|builtin|export|local|readonly|declare|nohup|nice|ionice|sudo|doas|env|g?timeout|xargs|setsid|stdbuf|chronic|caffeinate|watch|npx|bunx|pnpx|uvx|&)$/u;
const SHELL = /^(?:(?:ba|da|z|k|fi|a)?sh|pwsh|powershell)$/u;
const PYTHON = /^(?:python|pypy)[\d.]*$/u;
const INTERPRETER =
  /^(?:node|nodejs|ruby|perl|php|luajit|lua[\d.]*|deno|bun|tsx|ts-node|uv|poetry|pipenv|source|rscript|julia|osascript|expect|tclsh|groovy|java|swift|elixir|guile|racket)$/u;
/** Interpreters that take names of packages and tasks as well as files. */
const LAUNCHER = /^(?:deno|bun|uv|poetry|pipenv)$/u;
const SUBCOMMAND = /^(?:run|exec|x|test|task|tool|eval)$/u;

/** Where the tasks stand that these run by name. */
const MANIFESTS: Readonly<Record<string, readonly string[]>> = {
  npm: ["package.json"],
  pnpm: ["package.json"],
  yarn: ["package.json"],
  bun: ["package.json"],
  deno: ["deno.json", "deno.jsonc"],
  make: ["Makefile", "makefile", "GNUmakefile"],
  gmake: ["Makefile", "makefile", "GNUmakefile"],
  just: ["justfile", "Justfile", ".justfile"],
  task: ["Taskfile.yml", "Taskfile.yaml"],
  rake: ["Rakefile", "rakefile"],
  composer: ["composer.json"],
};

/** What is known of a program by its name. */
export interface KnownProgram {
  readonly name: string;
  /** `before`: another command follows. `script`: it runs the file that is its first argument. */
  readonly kind: "before" | "script" | "other";
  readonly isShell: boolean;
  readonly isPython: boolean;
  readonly isLauncher: boolean;
  /** Files that it reads its tasks from. */
  readonly manifests: readonly string[];
}

/** By the last part of the word that starts it. */
export function knownProgram(word: string): KnownProgram {
  const name = basename(word)
    .toLowerCase()
    .replace(/\.exe$/u, "");
  const [isShell, isPython] = [SHELL.test(name), PYTHON.test(name)];
  const isInterpreter = isShell || isPython || INTERPRETER.test(name);
  return {
    name,
    kind: BEFORE_COMMAND.test(name) ? "before" : isInterpreter ? "script" : "other",
    isShell,
    isPython,
    isLauncher: LAUNCHER.test(name),
    manifests: Object.hasOwn(MANIFESTS, name) ? (MANIFESTS[name] ?? []) : [],
  };
}

/** True for a word that may stand between a launcher and the file that it runs. */
export function isSubcommand(word: string): boolean {
  return SUBCOMMAND.test(word);
}
