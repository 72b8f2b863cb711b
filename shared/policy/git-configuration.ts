import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { StartupError } from "../errors.ts";
import type { GitFolders } from "./git-folders.ts";
import { parseGitSettings, parseWholeGitSettings, type GitSetting } from "./git-settings.ts";
import { type StampedFiles, unshown } from "./stamped-files.ts";

const MAX_CONFIG_BYTES = 1024 * 1024;
const MAX_FILES = 200;

/** `file`, where it was found, is absolute. */
export type FoundSetting = GitSetting & { readonly file: string };

/** All that a repository's own configuration files and those that they include say, whatever they include them for. */
export interface GitConfiguration {
  /** In the order of their files. */
  readonly settings: readonly FoundSetting[];
  /** What has to stay as it is, the same for all work trees of the repository: which branch follows which is left out. */
  readonly covered: readonly string[];
}

/** Throws `StartupError` for what cannot be shown whole to a person, such as a file that git would not understand. */
export function readGitConfiguration(
  files: StampedFiles,
  { gitDir, commonDir }: Pick<GitFolders, "gitDir" | "commonDir">,
): GitConfiguration {
  const walk = new Walk(files);
  const covered = walk.read({ file: join(commonDir, "config"), label: "config" });
  if (walk.settings.some(({ key }) => key === "extensions.worktreeconfig")) {
    const others = (files.names(join(commonDir, "worktrees"), MAX_FILES) ?? []).map((name) =>
      join(commonDir, "worktrees", name),
    );
    // a set without names, so that one more work tree with the same settings is no change
    const own = [...new Set([commonDir, gitDir, ...others])]
      .map((folder) =>
        walk.read({ file: join(folder, "config.worktree"), label: "config.worktree" }).join("\n"),
      )
      .toSorted();
    covered.push(...new Set(own));
  }
  return { settings: walk.settings, covered };
}

/**
 * What the person's own configuration says, and the machine's where git usually has it. All of it that can be read:
 * it is not what is trusted, and it may still lead into a repository, as a relative `core.hooksPath` does.
 */
export function readPersonalSettings(files: StampedFiles, env: NodeJS.ProcessEnv): readonly FoundSetting[] {
  const { GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM, XDG_CONFIG_HOME } = env;
  const home = [
    join(XDG_CONFIG_HOME ?? join(homedir(), ".config"), "git", "config"),
    join(homedir(), ".gitconfig"),
  ];
  const walk = new Walk(files, true);
  const own = GIT_CONFIG_GLOBAL === undefined ? home : [GIT_CONFIG_GLOBAL];
  for (const file of [GIT_CONFIG_SYSTEM ?? "/etc/gitconfig", ...own]) walk.read({ file, label: "" });
  return walk.settings;
}

/** Where a path in a setting leads; undefined for one that only git can tell, such as `~name/`. */
export function resolveSettingPath(base: string, value: string): string | undefined {
  const path = value.replace(/^:\(optional\)/u, "");
  if (path === "~" || path.startsWith("~/")) return resolve(join(homedir(), path.slice(1)));
  return path.startsWith("~") || path.startsWith("%(") ? undefined : resolve(base, path);
}

interface Source {
  readonly file: string;
  /** How it is spelled: the same for all work trees. */
  readonly label: string;
}

class Walk {
  readonly settings: FoundSetting[] = [];
  readonly #files: StampedFiles;
  /** Whether what cannot be understood is left out. */
  readonly #isLenient: boolean;
  readonly #seen = new Set<string>();

  constructor(files: StampedFiles, isLenient = false) {
    this.#files = files;
    this.#isLenient = isLenient;
  }

  /** This file and all that it includes. */
  read(first: Source): string[] {
    const covered: string[] = [];
    const todo = [first];
    for (const { file, label } of todo) {
      if (this.#seen.has(file)) continue;
      this.#seen.add(file);
      if (this.#seen.size > MAX_FILES) throw unshown(file, `is included after ${MAX_FILES} others`);
      const found = this.#parse(file);
      covered.push(JSON.stringify([label, found?.filter((setting) => !isTracking(setting)) ?? "missing"]));
      for (const setting of found ?? []) this.settings.push({ ...setting, file });
      for (const { value } of (found ?? []).filter(isInclude)) {
        const path = resolveSettingPath(dirname(file), value);
        if (path !== undefined) todo.push({ file: path, label: `${label} ${value}` });
        else if (!this.#isLenient) throw unshown(file, "includes what only git can find");
      }
    }
    return covered;
  }

  #parse(file: string): GitSetting[] | undefined {
    if (this.#isLenient) return this.#parseAnyhow(file);
    const text = this.#files.text(file, MAX_CONFIG_BYTES);
    if (text === undefined) return undefined;
    const settings = text.includes("\0") ? undefined : parseWholeGitSettings(text);
    if (settings === undefined) throw unshown(file, "is no configuration that git understands");
    return settings;
  }

  #parseAnyhow(file: string): GitSetting[] | undefined {
    try {
      return parseGitSettings(this.#files.bytes(file, MAX_CONFIG_BYTES)?.toString("utf8") ?? "");
    } catch (error) {
      if (error instanceof StartupError) return undefined;
      throw error;
    }
  }
}

function isInclude({ key, value }: GitSetting): boolean {
  return value !== "" && (key === "include.path" || /^includeif\..*\.path$/su.test(key));
}

const TRACKING = {
  remote: /^(?:\.|\w[\w.-]*)$/u,
  pushremote: /^\w[\w.-]*$/u,
  merge: /^refs\/heads\/[^:\p{C}]+$/u,
  "vscode-merge-base": /^\w[\w./-]*$/u,
} as const;

/** Which branch follows which runs nothing and changes every day. */
function isTracking({ key, value }: GitSetting): boolean {
  const [, name = ""] = /^branch\..*\.([\w-]+)$/su.exec(key) ?? [];
  return Object.entries(TRACKING).some(([known, pattern]) => known === name && pattern.test(value));
}
