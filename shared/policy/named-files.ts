import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import type { GitFolders } from "./git-folders.ts";
import { resolveSettingPath } from "./git-configuration.ts";
import { sha256 } from "./sha256.ts";
import { type StampedFiles, unshown } from "./stamped-files.ts";

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_WORDS = 1_000;
/** Where systems keep programs: a path below these is not one in a repository with its first part cut off. */
const SYSTEM = /^\/(?:bin|dev|etc|lib|opt|proc|sbin|sys|tmp|usr|var)(?:\/|$)/u;

export interface NamedFiles {
  readonly files: readonly { readonly file: string; readonly hash: string }[];
  /** What has to stay as it is, or stay away. */
  readonly covered: readonly string[];
}

/**
 * The files of a repository, in its work tree or in git's folder, that commands name: `commands` in any word, the
 * texts of `scripts` in words with a slash. One that is missing counts as missing. What those files name in turn is
 * not looked for. Throws `StartupError` for too much.
 */
export function readNamedFiles(
  files: StampedFiles,
  folders: GitFolders,
  named: { readonly commands: readonly string[]; readonly scripts: readonly string[] },
): NamedFiles {
  const words = new Set([
    ...named.commands.flatMap(wordsOf),
    ...named.scripts.flatMap(wordsOf).filter((word) => word.includes("/") && !word.includes("//")),
  ]);
  const found = new Map<string, string>();
  const covered: string[] = [];
  if (words.size > MAX_WORDS) throw unshown(folders.commonDir, `names more than ${MAX_WORDS} files`);
  for (const word of words) {
    for (const { path, label } of candidates(word, folders)) {
      const looked = files.kindOf(path);
      if (looked?.kind !== "file") covered.push(JSON.stringify([label, looked?.kind ?? "missing"]));
      else {
        const hash = sha256(files.bytes(path, MAX_BYTES) ?? "");
        found.set(path, hash);
        covered.push(JSON.stringify([label, looked.isProgram, hash]));
      }
    }
  }
  return { files: [...found].map(([file, hash]) => ({ file, hash })), covered: covered.toSorted() };
}

/** The whole, what stands in quotes, and what stands between whatever a shell takes for the end of a word. */
function wordsOf(command: string): string[] {
  const quoted = [...command.matchAll(/"([^"\n]+)"|'([^'\n]+)'/gu)].map(
    ([, one, other]) => one ?? other ?? "",
  );
  const parts = command.split(/[\s'"`;|&()<>{}$=,!\\]+/u);
  return [command, ...quoted, ...parts].filter(
    (word) => word !== "" && word.length < 1_024 && !word.includes("\n"),
  );
}

/** Where a word may lead in the repository: from where commands start, and after a variable, `$TOP/tools/x`. */
function candidates(
  word: string,
  { gitDir, commonDir, workTree }: GitFolders,
): readonly { readonly path: string; readonly label: string }[] {
  const start = workTree ?? gitDir;
  const main = basename(commonDir) === ".git" ? [dirname(commonDir)] : [];
  const within = [start, gitDir, commonDir, ...main];
  const path = resolveSettingPath(start, word);
  if (path === undefined || SYSTEM.test(word))
    return pathIsWithin(path, within) ? [{ path, label: word }] : [];
  if (pathIsWithin(path, within)) return [{ path, label: word }];
  if (!isAbsolute(word)) return [];
  return [
    { path: join(start, word), label: `.${word}` },
    { path: join(commonDir, word), label: `.git${word}` },
  ].filter(({ path }) => pathIsWithin(path, within));
}

function pathIsWithin(path: string | undefined, folders: readonly string[]): path is string {
  return path !== undefined && folders.some((folder) => resolve(path).startsWith(folder + sep));
}
