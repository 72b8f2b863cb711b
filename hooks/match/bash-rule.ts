import { readShellLine, type ShellWord } from "./shell-line.ts";
import { compileWildcard } from "./wildcard.ts";

const MAX_LINE = 10_000;
/** A command with more words is not searched for the command that it runs. */
const MAX_WORDS = 64;

const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/u;
/** Words of the shell before which a command may stand. */
const KEYWORDS = new Set(["!", "{", "do", "elif", "else", "if", "then", "until", "while"]);
/** Commands whose later words are a command again. */
const RUNNERS = new Set(
  "builtin command doas env exec find flock ionice nice nohup setsid stdbuf sudo time timeout xargs".split(
    " ",
  ),
);
/** Commands that run a text, which is not looked into. */
const READERS = new Set("coproc eval function parallel script su trap watch".split(" "));
const SHELLS = new Set("ash bash dash fish ksh sh zsh".split(" "));

/**
 * Whether a line of the shell runs a command that fits the pattern, as Claude Code sees it: each simple command counts,
 * without assignments before it and without redirections; `*` is any text, ` *` and `:*` at the end also none. `unknown`
 * when the line may run more than can be read off it, or when only running it shows the arguments that the pattern asks
 * for.
 */
export function commandFits(pattern: string, line: string): boolean | "unknown" {
  if (line.length > MAX_LINE) return "unknown";
  const wanted = spaced(pattern.replace(/:\*$/u, " *"));
  const { commands, isDynamic, isUnclear } = readShellLine(line);
  const starts = commands.map(({ words, text }) => ({ text, words: withoutPrefix(words) }));
  const fits = compileCommand(wanted);
  if (starts.some(({ text, words }) => fits(text) || fitsWords(fits, words))) return true;
  if (isUnclear || starts.some(({ words }) => isHidden(words))) return "unknown";
  return isDynamic && !/^[^\s*]+(?: ?\*)?$/u.test(wanted) ? "unknown" : false;
}

function withoutPrefix(words: readonly ShellWord[]): readonly ShellWord[] {
  const first = words.findIndex(({ raw }) => !KEYWORDS.has(raw) && !ASSIGNMENT.test(raw));
  return first === -1 ? [] : words.slice(first);
}

type Fits = (command: string) => boolean;

function compileCommand(wanted: string): Fits {
  const patterns = wanted.endsWith(" *") ? [wanted, wanted.slice(0, -2)] : [wanted];
  const tests = patterns.map(compileWildcard);
  return (command) => {
    const text = spaced(command);
    return tests.some((test) => test(text));
  };
}

function fitsWords(fits: Fits, words: readonly ShellWord[]): boolean {
  const [first] = words;
  if (first === undefined) return false;
  if (fits(words.map(({ raw }) => raw).join(" "))) return true;
  const plain = words.map((word) => word.plain);
  const name = baseName(first.plain);
  // `/usr/bin/git` is git
  if (fits(plain.join(" ")) || fits([name, ...plain.slice(1)].join(" "))) return true;
  if (!RUNNERS.has(name) || words.length > MAX_WORDS) return false;
  return plain.slice(1).some((_, index) => fits(plain.slice(index + 1).join(" ")));
}

/** True for a command whose name, or what it runs, is not to be seen. */
function isHidden(words: readonly ShellWord[]): boolean {
  const [first, ...rest] = words;
  if (first === undefined) return false;
  if (/[$`*?{]|\[[^[]/u.test(first.raw)) return true;
  const name = baseName(first.plain);
  if (!RUNNERS.has(name)) return runsText(name, rest);
  if (words.length > MAX_WORDS || rest.some(({ raw }) => /[$`]/u.test(raw))) return true;
  return rest.some(({ plain }, index) => runsText(baseName(plain), rest.slice(index + 1)));
}

function runsText(name: string, rest: readonly ShellWord[]): boolean {
  if (READERS.has(name)) return true;
  const [given] = rest.filter(({ plain }) => !/^-[^c]*$/u.test(plain));
  // no script is named: the text comes by `-c` or on standard input
  return SHELLS.has(name) && (given === undefined || given.plain.startsWith("-"));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function spaced(text: string): string {
  return text.trim().replaceAll(/\s+/gu, " ");
}
