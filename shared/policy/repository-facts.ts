import { escapeForPerson } from "../escape-for-person.ts";
import { readAttributeDrivers } from "./attribute-drivers.ts";
import { type FoundSetting, readGitConfiguration, readPersonalSettings } from "./git-configuration.ts";
import { findGitFolders, trustSubjects, type GitFolders } from "./git-folders.ts";
import { readGitHooks } from "./git-hooks.ts";
import { runsProgram } from "./git-settings.ts";
import { readNamedFiles } from "./named-files.ts";
import { sha256 } from "./sha256.ts";
import { StampedFiles } from "./stamped-files.ts";

/** What a repository would make git run: what a person sees whole before trusting it. */
export interface RepositoryFacts {
  readonly folders: GitFolders;
  /**
   * What the trust is kept under. The first is the common folder of a repository and of all its linked worktrees; the
   * second, of a linked worktree, is for itself. Something else where the common folder does not know this work tree.
   */
  readonly subjects: readonly [string, ...string[]];
  /** Settings that run programs or include more, in the order of their files; `file` is absolute. */
  readonly settings: readonly FoundSetting[];
  /** Executable hooks; `file` is absolute, `text` all of it. */
  readonly hooks: readonly { readonly file: string; readonly text: string }[];
  /** Other files of the repository that settings and hooks name, or that lie beside hooks, with their SHA-256. */
  readonly scripts: readonly { readonly file: string; readonly hash: string }[];
  /** Names of the hooks that git would run. */
  readonly running: readonly string[];
  /** What attributes name: `filter lfs`. Not in the hash, but for git's own file: they change with each commit. */
  readonly drivers: readonly string[];
  /** SHA-256 over the configuration, what it includes, the hooks, `info/attributes` and the scripts as they are here. */
  readonly hash: string;
}

/**
 * Of the repository whose top folder this is. Undefined where there is none. Reads as text and starts no program.
 * Throws `StartupError` for what cannot be shown whole to a person: a hook over 64 KiB, a configuration file over
 * 1 MiB, what is no UTF-8 text.
 */
export function findRepositoryFacts(folder: string): RepositoryFacts | undefined {
  const files = new StampedFiles();
  const folders = findGitFolders(files, folder);
  return folders === undefined ? undefined : repositoryFacts(files, folders);
}

/** The same for folders that were found before; `files` then knows whether they changed. */
export function repositoryFacts(files: StampedFiles, folders: GitFolders): RepositoryFacts {
  const configuration = readGitConfiguration(files, folders);
  const settings = configuration.settings.filter(runsProgram);
  const personal = readPersonalSettings(files, process.env).filter(runsProgram);
  const relative = personal.filter(
    ({ key, value }) => key === "core.hookspath" && !/^[~/\\]|^.:/u.test(value),
  );
  const hooks = readGitHooks(files, folders, [...relative, ...settings]);
  const named = readNamedFiles(files, folders, {
    commands: settings.filter(({ key }) => !NAMES_NO_FILE.test(key)).map(({ value }) => value),
    scripts: [
      ...hooks.hooks.map(({ text }) => text),
      ...personal
        .filter(({ key }) => !NAMES_NO_FILE.test(key) && !key.startsWith("alias."))
        .map(({ value }) => value),
    ],
  });
  const { drivers, covered } = readAttributeDrivers(files, folders);
  const [worktree] = settings.filter(({ key }) => key === "core.worktree").slice(-1);
  const shown = new Set([...hooks.hooks, ...hooks.others].map(({ file }) => file));
  return {
    folders,
    subjects: trustSubjects(files, folders, worktree?.value),
    settings,
    hooks: hooks.hooks,
    scripts: [...hooks.others, ...named.files.filter(({ file }) => !shown.has(file))],
    running: hooks.running,
    drivers,
    hash: sha256(JSON.stringify([2, configuration.covered, hooks.covered, named.covered, covered])),
  };
}

const NAMES_NO_FILE = /^(?:url|http|extensions|protocol|include|includeif)\.|^core\.(?:hookspath|worktree)$/u;
const MAX_SKIPPED = 30;
const MAX_NAME = 60;

/** Short names, escaped, of what does not run while nobody trusts a repository, for people and answers: `filter lfs`, `signing`. */
export function whatIsSkipped(facts: RepositoryFacts): readonly string[] {
  const { settings, running, drivers } = facts;
  const found = new Set(running.map((name) => `hook ${name}`));
  for (const { key, value } of settings) {
    const [, kind, driver] =
      /^(filter|diff|merge|hook)\.(.+)\.(?:clean|smudge|process|command|textconv|driver)$/su.exec(key) ?? [];
    if (kind !== undefined) found.add(`${kind} ${driver ?? ""}`);
    else if (/\.gpgsign$|^tag\.forcesignannotated$/u.test(key) && !NO.test(value)) found.add("signing");
    else if (key.startsWith("credential.")) found.add("credential helper");
    else if (SKIPPED.has(key)) found.add(key);
  }
  for (const driver of drivers) found.add(driver);
  const names = [...found].map((name) => escapeForPerson(name));
  return names
    .slice(0, MAX_SKIPPED)
    .map((name) => (name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name));
}

const NO = /^(?:false|no|off|0|)$/iu;

const SKIPPED = new Set(
  ["fsmonitor", "sshcommand", "gitproxy", "askpass", "editor"]
    .map((name) => `core.${name}`)
    .concat("diff.external"),
);
