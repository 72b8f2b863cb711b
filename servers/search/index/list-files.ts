import type { Repository } from "../../../shared/git/repository.ts";
import type { EntryStat } from "../../../shared/workspace/entry.ts";
import { locateIn, unlessRefused, type Ground } from "./ground.ts";
import { LeftOut, NEVER } from "./left-out.ts";
import {
  isRepository,
  listRepository,
  repositoryAt,
  type RepositoryFiles,
  type WorkTreeChanges,
} from "./list-repository.ts";

/** What lies in the root besides git's and the person's ignore files, in gitignore's syntax. */
const IGNORE_FILE = ".searchignore";
const MAX_IGNORE_FILE = 1_000_000;
/** Repositories in repositories. */
const MAX_NESTED = 10;
const MOST_WALKED = 400_000;
const WALK_MS = 60_000;

/** All files that may belong into the index of a root. */
export interface Listing {
  /** By path below the root: the blob id of what the disk holds, undefined where only the disk tells. */
  readonly files: Map<string, string | undefined>;
  readonly leftOut: LeftOut;
  /** Where git told the files. */
  readonly repositories: readonly ListedRepository[];
  /** True when a part of the root is in no repository that git may list: only looking through it again shows changes. */
  readonly walked: boolean;
  readonly ignoreStamp: string;
  /** Our sentence when not all of the root was seen. */
  readonly problem: string | undefined;
}

export interface ListedRepository {
  readonly repository: Repository;
  readonly changes: WorkTreeChanges;
  readonly indexStamp: string;
}

/** Lists what lies in a root, each file once: by git where there is a repository, else by walking. Links are left out. */
export async function listFiles(ground: Ground): Promise<Listing> {
  const ignoreStamp = await stampOfIgnoreFile(ground);
  const lister = new Lister(ground, new LeftOut(await readIgnoreFile(ground)));
  await lister.add("", 0);
  return lister.listing(ignoreStamp);
}

/** Another one when the root's own ignore file is another. */
export async function stampOfIgnoreFile(ground: Ground): Promise<string> {
  const stat = await unlessRefused((): Promise<EntryStat> =>
    ground.workspace.stat(locateIn(ground, IGNORE_FILE), ground.access),
  );
  return stat === undefined ? "-" : `${stat.identity} ${stat.size} ${stat.mtimeMs}`;
}

async function readIgnoreFile(ground: Ground): Promise<Buffer | undefined> {
  return await unlessRefused(async () => {
    await using file = await ground.workspace.openFile(locateIn(ground, IGNORE_FILE), ground.access);
    const bytes = await file.read(0, Math.min(file.stat.size, MAX_IGNORE_FILE));
    // the beginning of a line is another rule
    return bytes.length < file.stat.size ? bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1) : bytes;
  });
}

class Lister {
  readonly #ground: Ground;
  readonly #leftOut: LeftOut;
  readonly #files = new Map<string, string | undefined>();
  readonly #repositories: ListedRepository[] = [];
  readonly #seen = new Set<string>();
  #walked = false;
  #problem: string | undefined;

  constructor(ground: Ground, leftOut: LeftOut) {
    this.#ground = ground;
    this.#leftOut = leftOut;
  }

  listing(ignoreStamp: string): Listing {
    return {
      files: this.#files,
      leftOut: this.#leftOut,
      repositories: this.#repositories,
      walked: this.#walked,
      ignoreStamp,
      problem: this.#problem,
    };
  }

  /** The files below a folder, by its own repository when it has one. */
  async add(folder: string, depth: number): Promise<void> {
    if (this.#seen.has(folder) || depth > MAX_NESTED) return;
    this.#seen.add(folder);
    const listed = await this.#byGit(folder);
    if (listed === undefined) return await this.#walk(folder, depth);
    const { repository, files, inner, changes, indexStamp } = listed;
    this.#repositories.push({ repository, changes, indexStamp });
    for (const [path, id] of files) this.#take(path, id);
    for (const each of new Set(inner))
      if (!this.#leftOut.has(each) && (await isRepository(this.#ground, each)))
        await this.add(each, depth + 1);
  }

  async #byGit(folder: string): Promise<RepositoryFiles | undefined> {
    const repository = await repositoryAt(this.#ground, folder);
    if (repository === undefined) return undefined;
    return await unlessRefused(() => listRepository(this.#ground, repository));
  }

  async #walk(folder: string, depth: number): Promise<void> {
    this.#walked = true;
    const { workspace, access } = this.#ground;
    const before = folder === "" ? "" : `${folder}/`;
    const result = await unlessRefused(async () => {
      await using directory = await workspace.openDirectory(locateIn(this.#ground, folder), access);
      const request = { deny: DENIED, kinds: KINDS, limit: MOST_WALKED, deadlineMs: WALK_MS };
      return await workspace.walk(directory, request, access.signal);
    });
    if (result === undefined || result.partial !== undefined || result.total > MOST_WALKED)
      this.#problem = "not the whole tree could be looked through";
    const paths = (result?.entries ?? []).map(({ path, kind }) => ({ path: before + path, kind }));
    const nested = paths
      .filter(({ path }) => path.endsWith("/.git"))
      .map(({ path }) => path.slice(0, -"/.git".length))
      .filter((path) => path !== folder);
    const own = new Set<string>();
    for (const path of nested) {
      const repository = await repositoryAt(this.#ground, path);
      if (repository === undefined) continue;
      own.add(path);
      await this.add(path, depth + 1);
    }
    for (const { path, kind } of paths)
      if (kind === "file" && !isBelowAny(path, own)) this.#take(path, undefined);
  }

  #take(path: string, id: string | undefined): void {
    if (!this.#leftOut.has(path)) this.#files.set(path, id);
  }
}

const KINDS = ["file", "directory"] as const;
const DENIED = [...NEVER].filter((name) => name !== ".git");

function isBelowAny(path: string, folders: ReadonlySet<string>): boolean {
  if (folders.size === 0) return false;
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1))
    if (folders.has(path.slice(0, end))) return true;
  return false;
}
