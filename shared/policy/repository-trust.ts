import { isErrno, StartupError } from "../errors.ts";
import { possibleSubjects, type GitFolders } from "./git-folders.ts";
import { repositoryFacts, whatIsSkipped, type RepositoryFacts } from "./repository-facts.ts";
import { StampedFiles } from "./stamped-files.ts";
import { Trust, type TrustEntry } from "./trust.ts";

const MAX_KNOWN = 500;

interface Known {
  readonly files: StampedFiles;
  /** Nothing for a repository that cannot be shown whole to a person. */
  readonly facts: RepositoryFacts | undefined;
}

/** Whether a person trusted a repository just as it is now, fast enough to ask at every call. */
export class RepositoryTrust {
  readonly #trust: Trust;
  readonly #known = new Map<string, Known>();
  #listed: readonly TrustEntry[] = [];
  #granted: ReadonlyMap<string, string> = new Map();

  constructor(stateFolder: string) {
    this.#trust = Trust.open(stateFolder);
  }

  /**
   * Reads nothing of a repository for which nobody ever granted anything, and of another only what changed; `hash`
   * only then. One that cannot be shown whole is not trusted. Throws `StartupError` when `trust.json` is broken.
   */
  async isTrusted(
    folders: GitFolders,
  ): Promise<{ readonly trusted: boolean; readonly hash: string | undefined }> {
    const granted = await this.#grants();
    if (!possibleSubjects(folders).some((subject) => granted.has(subject)))
      return { trusted: false, hash: undefined };
    const facts = this.#factsOf(folders);
    const trusted = facts?.subjects.some((subject) => granted.get(subject) === facts.hash) ?? false;
    return { trusted, hash: facts?.hash };
  }

  /** Names of what does not run while it is not trusted, escaped: `hook pre-commit`, `filter lfs`, `signing`. */
  skipped(folders: GitFolders): readonly string[] {
    const facts = this.#factsOf(folders);
    return facts === undefined ? ["what cannot be shown whole"] : whatIsSkipped(facts);
  }

  async #grants(): Promise<ReadonlyMap<string, string>> {
    const entries = await this.#trust.list();
    if (entries !== this.#listed) {
      this.#granted = new Map(
        entries.filter(({ kind }) => kind === "repository").map(({ subject, hash }) => [subject, hash]),
      );
      this.#listed = entries;
    }
    return this.#granted;
  }

  #factsOf(folders: GitFolders): RepositoryFacts | undefined {
    const key = [folders.gitDir, folders.commonDir, folders.workTree ?? ""].join("\0");
    const known = this.#known.get(key);
    if (known?.facts !== undefined && known.files.isUnchanged()) return known.facts;
    const files = new StampedFiles();
    const fresh = { files, facts: readOrNothing(files, folders) };
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, fresh);
    return fresh.facts;
  }
}

function readOrNothing(files: StampedFiles, folders: GitFolders): RepositoryFacts | undefined {
  try {
    return repositoryFacts(files, folders);
  } catch (error) {
    if (error instanceof StartupError || isErrno(error, "EACCES", "EPERM", "EIO", "ENOENT", "ENOTDIR"))
      return undefined;
    throw error;
  }
}
