import { basename, dirname, join } from "node:path";
import { type FoundSetting, resolveSettingPath } from "./git-configuration.ts";
import type { GitFolders } from "./git-folders.ts";
import { sha256 } from "./sha256.ts";
import { type StampedFiles, unshown } from "./stamped-files.ts";

/** More than this nobody reads before saying yes. */
const MAX_SHOWN_BYTES = 64 * 1024;
const MAX_BYTES = 1024 * 1024;
const MAX_FILES = 500;
const MAX_DEPTH = 8;

const HOOK_NAMES = new Set(
  (
    "applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg commit-msg " +
    "post-commit pre-rebase post-checkout post-merge pre-push pre-receive update proc-receive post-receive " +
    "post-update reference-transaction push-to-checkout pre-auto-gc post-rewrite sendemail-validate " +
    "fsmonitor-watchman p4-changelist p4-prepare-changelist p4-post-changelist p4-pre-submit post-index-change"
  ).split(" "),
);

export interface GitHooks {
  /** What git runs, and what husky runs for it; `file` is absolute, `text` all of it. */
  readonly hooks: readonly { readonly file: string; readonly text: string }[];
  /** What else lies in the folders of hooks, for them to use. */
  readonly others: readonly { readonly file: string; readonly hash: string }[];
  /** Names of the hooks that git runs now, such as `pre-commit`. */
  readonly running: readonly string[];
  /** What has to stay as it is. */
  readonly covered: readonly string[];
}

/**
 * Everything in the hooks folder and in each that `core.hooksPath` names, whether it is in force or not. Throws
 * `StartupError` for a hook that cannot be shown whole to a person, and for a folder that holds too much.
 */
export function readGitHooks(
  files: StampedFiles,
  { gitDir, commonDir, workTree }: GitFolders,
  settings: readonly FoundSetting[],
): GitHooks {
  const base = workTree ?? gitDir;
  const scan = new Scan(files);
  scan.folder(join(commonDir, "hooks"), "hooks");
  let running = scan.programs;
  for (const { value, file } of settings.filter(
    ({ key, value }) => key === "core.hookspath" && value !== "",
  )) {
    const folder = resolveSettingPath(base, value);
    if (folder === undefined) throw unshown(file, "has hooks in a folder that only git can find");
    scan.folder(folder, value);
    running = scan.programs;
    if (basename(folder) === "_" && folder.startsWith(join(base, "/"))) {
      // husky: each script in `_` is the same, and runs the one of its name in the folder above
      scan.folder(dirname(folder), `${value}/..`);
      running = scan.named;
    }
  }
  const names = [...new Set(running.map((file) => basename(file)))].filter((name) => HOOK_NAMES.has(name));
  return { hooks: scan.hooks, others: scan.others, running: names, covered: scan.covered };
}

class Scan {
  readonly hooks: { file: string; text: string }[] = [];
  readonly others: { file: string; hash: string }[] = [];
  readonly covered: string[] = [];
  /** Of the last folder: what is executable, and what is called like a hook. */
  programs: string[] = [];
  named: string[] = [];
  readonly #files: StampedFiles;
  readonly #shown = new Set<string>();
  #left = MAX_FILES;

  constructor(files: StampedFiles) {
    this.#files = files;
  }

  folder(path: string, label: string): void {
    this.programs = [];
    this.named = [];
    this.#walk(path, label, 0);
  }

  #walk(folder: string, label: string, depth: number): void {
    const names = this.#files.names(folder, MAX_FILES);
    if (names === undefined) return void this.covered.push(JSON.stringify([label, "missing"]));
    if (depth > MAX_DEPTH) throw unshown(folder, "lies too deep");
    for (const name of names.filter((name) => depth > 0 || !name.endsWith(".sample"))) {
      this.#left -= 1;
      if (this.#left < 0) throw unshown(folder, `brings the hooks to more than ${MAX_FILES} files`);
      const path = join(folder, name);
      const found = this.#files.kindOf(path);
      if (found?.kind === "folder") this.#walk(path, `${label}/${name}`, depth + 1);
      else if (found?.kind === "file") this.#file({ path, label: `${label}/${name}`, depth, ...found });
      else this.covered.push(JSON.stringify([`${label}/${name}`, found?.kind ?? "missing"]));
    }
  }

  #file({ path, label, depth, isProgram }: Found): void {
    const isNamed = label.endsWith(`/../${basename(path)}`) && HOOK_NAMES.has(basename(path));
    const isHook = isProgram && depth === 0;
    if (isHook) this.programs.push(path);
    if (isNamed) this.named.push(path);
    const content =
      isHook || isNamed ? this.#files.text(path, MAX_SHOWN_BYTES) : this.#files.bytes(path, MAX_BYTES);
    const hash = content === undefined ? "missing" : sha256(content);
    this.covered.push(JSON.stringify([label, isProgram, hash]));
    if (content === undefined || this.#shown.has(path)) return;
    this.#shown.add(path);
    if (typeof content === "string") this.hooks.push({ file: path, text: content });
    else this.others.push({ file: path, hash });
  }
}

interface Found {
  readonly path: string;
  readonly label: string;
  readonly depth: number;
  readonly isProgram: boolean;
}
