import { StartupError, ToolError } from "../errors.ts";
import type { GitSetting } from "../policy/git-settings.ts";
import type { RepositoryTrust } from "../policy/repository-trust.ts";
import { run, type RunResult } from "../process/run.ts";
import type { Scope } from "../scope.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { gitEnvironment, settingsEnvironment } from "./environment.ts";
import { explainFailure } from "./failures.ts";
import { findVersion } from "./find-version.ts";
import type { Found } from "./find-repository.ts";
import { GitFiles } from "./git-files.ts";
import { GuardedCommons } from "./guarded-common.ts";
import { refuseHiddenStash } from "./hidden-stash.ts";
import { InnerGit } from "./inner-git.ts";
import { Openings } from "./openings.ts";
import { OwnFolder } from "./own-folder.ts";
import { PersonSettings } from "./person-settings.ts";
import type { Repository } from "./repository.ts";
import { RepositoryLock } from "./repository-lock.ts";
import { networkSettings, safeSettings, servedSettings } from "./safe-settings.ts";
import { Turns } from "./turns.ts";

/** Milliseconds for one run that stays on this machine. */
const LOCAL_MS = 120_000;
const LOCK_TRIES_MS = [50, 150, 400];

export interface GitOptions {
  readonly workspace: Workspace;
  readonly trust: RepositoryTrust;
  /** The person's home folder: their configuration of git lies there. */
  readonly home: string;
  /** Where what is ours may lie, closed to tools. */
  readonly stateFolder: string;
  readonly scope: Scope;
}

export interface GitRun {
  readonly signal: AbortSignal;
  /** True when the run may change something; then it waits for nobody but git's own locks. False when left out. */
  readonly writes?: boolean;
  /** Exit codes that are no failure; 0 when left out. */
  readonly ok?: readonly number[];
  readonly stdin?: string | Uint8Array;
  /** The most of its output that is kept, 16 MiB when left out; what was cut is told by `cut`. */
  readonly maxBytes?: number;
  /** The protocols that it may use, as in `https:ssh`; none when left out. */
  readonly network?: string;
  /** Beside the environment that every run gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Settings for this run alone. */
  readonly settings?: readonly GitSetting[];
  /** Milliseconds until it is killed, two minutes when left out. */
  readonly deadlineMs?: number;
}

/** The only door to the git program: finds repositories inside the roots, looks at them, and runs git so that nothing of theirs runs. */
export class Git {
  readonly workspace: Workspace;
  readonly turns = new Turns();
  readonly #trust: RepositoryTrust;
  readonly #commons: GuardedCommons;
  readonly #inner: InnerGit;
  readonly #person: PersonSettings;
  readonly #home: string;
  readonly #openings: Openings;
  readonly #lock: RepositoryLock;
  #version: Promise<string | undefined> | undefined;

  /** Starts nothing. */
  constructor({ workspace, trust, home, stateFolder, scope }: GitOptions) {
    this.workspace = workspace;
    this.#trust = trust;
    this.#home = home;
    this.#person = new PersonSettings(home);
    const own = new OwnFolder(stateFolder, scope);
    this.#commons = new GuardedCommons(own);
    this.#inner = new InnerGit(own);
    this.#openings = new Openings(workspace);
    this.#lock = new RepositoryLock(stateFolder);
  }

  /** The program's version, such as `2.39.5`; undefined when there is none, or one older than 2.34. */
  version(): Promise<string | undefined> {
    this.#version ??= findVersion();
    return this.#version;
  }

  /**
   * The repository of a path, or the only one there is when left out. Everything of it was looked at: throws
   * `not_found`, `invalid_input` when there are several, `denied` for one that leads outside the roots.
   */
  async open(at: string | undefined, signal: AbortSignal): Promise<Repository> {
    const { found, settings, underway } = await this.#openings.look(at, signal);
    const trusted = await this.#isTrusted(found);
    const trust = this.#trust;
    const last = (key: string): string | undefined =>
      settings.findLast((setting) => setting.key === key)?.value.toLowerCase();
    return {
      ...found,
      objectFormat: last("extensions.objectformat") === "sha256" ? "sha256" : "sha1",
      refFormat: last("extensions.refstorage")?.startsWith("reftable") === true ? "reftable" : "files",
      trusted,
      get skipped() {
        return trusted ? [] : trust.skipped(found);
      },
      settings,
      underway,
    };
  }

  /** Git's own files of a repository, read as text by us. */
  files(signal: AbortSignal): GitFiles {
    return new GitFiles(this.workspace, signal);
  }

  /**
   * Runs git in a repository. Throws what `explainFailure` makes of an exit code that is not expected, `unavailable`
   * without git, `timeout`, and the signal's reason.
   */
  async run(repository: Repository, args: readonly string[], options: GitRun): Promise<RunResult> {
    const { ok = [0], writes = false } = options;
    await refuseHiddenStash(this, repository, { args, ...options });
    for (const wait of writes ? LOCK_TRIES_MS : []) {
      const result = await this.#runOnce(repository, args, options);
      if (result.cut || ok.includes(result.exitCode ?? -1)) return result;
      if (!/\.lock': File exists/u.test(result.stderr)) throw failureOf(result, args);
      await new Promise((resolve) => void setTimeout(resolve, wait));
      options.signal.throwIfAborted();
    }
    const result = await this.#runOnce(repository, args, options);
    if (result.cut || ok.includes(result.exitCode ?? -1)) return result;
    throw failureOf(result, args);
  }

  /** As `run`; its output as text, whole: throws `too_large` when it was cut. */
  async text(repository: Repository, args: readonly string[], options: GitRun): Promise<string> {
    const { stdout, cut } = await this.run(repository, args, options);
    if (cut)
      throw new ToolError("too_large", `git ${args[0] ?? ""} gave more than can be held`, {
        hint: "Ask for less: fewer paths, a smaller range or limit.",
      });
    return stdout.toString("utf8");
  }

  /**
   * A folder that git may fetch from and push to instead of a local repository, so that no setting and no hook of that
   * one works. `head` is the text of its HEAD.
   */
  standIn({ commonDir, settings }: Repository, head: string): string {
    return this.#commons.standInFor(commonDir, servedSettings(settings), head);
  }

  /** Runs steps that change a repository one after the other, with all others of ours that do, in every process. */
  exclusively<T>({ commonDir }: Repository, signal: AbortSignal, step: () => Promise<T>): Promise<T> {
    return this.turns.take(commonDir, signal, () => this.#lock.hold(commonDir, step));
  }

  async #isTrusted(found: Found): Promise<boolean> {
    try {
      return (await this.#trust.isTrusted(found)).trusted;
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      throw new ToolError("unavailable", error.message, { hint: "Tell the person.", cause: error });
    }
  }

  async #runOnce(repository: Repository, args: readonly string[], options: GitRun): Promise<RunResult> {
    const { signal, writes = false, stdin, maxBytes = 16 * 1024 * 1024, deadlineMs = LOCAL_MS } = options;
    if ((await this.version()) === undefined) throw needsProgram();
    const late = AbortSignal.timeout(deadlineMs);
    const { workTree, gitDir } = repository;
    try {
      return await run("git", ["--no-pager", ...args], {
        cwd: workTree ?? gitDir,
        env: await this.#environment(repository, { ...options, writes }),
        signal: AbortSignal.any([signal, late]),
        maxBytes,
        ...(stdin === undefined ? {} : { stdin }),
      });
    } catch (error) {
      if (!late.aborted || signal.aborted) throw error;
      throw new ToolError("timeout", `git ${args[0] ?? ""} took longer than ${deadlineMs / 1000} s`, {
        hint: "Ask for less, or let the person look why it hangs.",
        cause: error,
      });
    }
  }

  async #environment(repository: Repository, options: GitRun): Promise<Record<string, string>> {
    const { trusted, gitDir, workTree } = repository;
    const { writes = false, network, settings = [] } = options;
    const reaches = network !== undefined;
    const startsGit = writes && !trusted && !reaches;
    const person = await this.#personSettings(repository, options.signal);
    const folders: Record<string, string> = { GIT_DIR: gitDir };
    if (workTree !== undefined) folders["GIT_WORK_TREE"] = workTree;
    if (!trusted) folders["GIT_COMMON_DIR"] = this.#guarded(repository, person);
    const given = [
      ...(trusted ? ALSO_TRUSTED : []),
      ...(reaches && !trusted ? networkSettings(person) : []),
      ...settings,
    ];
    return {
      ...gitEnvironment({ trusted, reads: !writes, network: reaches, home: this.#home }),
      ...(startsGit ? await this.#inner.environment() : {}),
      ...folders,
      ...settingsEnvironment(given),
      ...(reaches ? { GIT_ALLOW_PROTOCOL: network } : {}),
      ...options.env,
    };
  }

  /** In a trusted repository git reads them itself. */
  async #personSettings(repository: Repository, signal: AbortSignal): Promise<readonly GitSetting[]> {
    const { trusted, gitDir, workTree } = repository;
    if (trusted) return [];
    const env = (): Record<string, string> => ({
      GIT_DIR: gitDir,
      GIT_COMMON_DIR: this.#guarded(repository, []),
    });
    return await this.#person.read({ gitDir, cwd: workTree ?? gitDir, env, signal });
  }

  #guarded({ gitDir, commonDir, settings }: Repository, person: readonly GitSetting[]): string {
    return this.#commons.folderFor(gitDir, commonDir, safeSettings(person, settings));
  }
}

/** Where even a trusted repository does not change how our answers look, or start work that outlives the call. */
const ALSO_TRUSTED: readonly GitSetting[] = [
  { key: "core.quotepath", value: "false" },
  { key: "color.ui", value: "false" },
  { key: "i18n.commitencoding", value: "UTF-8" },
  { key: "i18n.logoutputencoding", value: "UTF-8" },
  { key: "gc.autodetach", value: "false" },
];

function failureOf({ stderr, exitCode }: RunResult, args: readonly string[]): ToolError {
  return explainFailure(stderr, exitCode, `git ${args.find((arg) => !arg.startsWith("-")) ?? ""}`.trim());
}

function needsProgram(): ToolError {
  return new ToolError(
    "unavailable",
    "this needs the git program, which is not installed or older than 2.34",
    { hint: "The person can install git, or put its folder into PATH." },
  );
}
