import { ToolError } from "../shared/errors.ts";
import { shown } from "../shared/config/shown.ts";
import type { Scope as Closing } from "../shared/scope.ts";
import { branchAt } from "../shared/git/branch-at.ts";
import type { Workspace } from "../shared/workspace/workspace.ts";
import { ChainWatch } from "./find/chain-watch.ts";
import { findSources, type Chain } from "./find/find-sources.ts";
import { ProjectFiles, type PersonalPlaces } from "./find/instruction-files.ts";
import { listSources } from "./find/list-sources.ts";
import { merge, type MergeAbout } from "./merge/merge.ts";
import { countTokens } from "./merge/count-tokens.ts";
import { said } from "./merge/said.ts";
import { type Looked, Reader } from "./reader.ts";
import type { Block, Family, Loaded, Warning } from "./shapes.ts";
import { Templates } from "./template/templates.ts";
import { whenOf } from "./when.ts";

export interface InstructionsOptions {
  readonly workspace: Workspace;
  readonly places: PersonalPlaces;
  readonly families: readonly Family[];
  /** Other programs whose files in the home folder are read although no family brings them. */
  readonly userFamilies?: readonly "codex"[];
  readonly scope: Closing;
}

export interface LoadAbout {
  /** A file or a directory, absolute or relative to the first root; need not exist. */
  readonly target: string;
  /** The task, for what is only loaded by keyword. */
  readonly query?: string;
  /** Files that are taken whatever starts them otherwise. */
  readonly ids?: readonly string[];
  /** Of the merged text. */
  readonly budgetTokens?: number;
  readonly signal: AbortSignal;
}

/** One file of a project, as a list shows it. */
export interface Listed {
  readonly path: string;
  readonly family: Family;
  readonly scope: string;
  /** When it is loaded, in our words. */
  readonly when: string;
  readonly tags: readonly string[];
  readonly tokens: number;
  readonly problems: readonly string[];
}

export interface Listing {
  readonly files: readonly Listed[];
  /** What is wrong beside the files: names that are not read, folders that cannot be looked into, too much to list. */
  readonly problems: readonly Warning[];
}

/** Opens the instructions of a workspace: reads nothing yet. */
export function openInstructions(options: InstructionsOptions): Instructions {
  const instructions = new Instructions(options);
  options.scope.defer(() => instructions.close());
  return instructions;
}

/** What applies where: found, read, merged; what did not change is not read again. */
export class Instructions {
  readonly #options: InstructionsOptions;
  readonly #files: ProjectFiles;
  readonly #templates = new Templates();
  readonly #watch = new ChainWatch();
  readonly #reader: Reader;

  constructor(options: InstructionsOptions) {
    this.#options = options;
    this.#files = new ProjectFiles(options);
    this.#reader = new Reader({
      files: this.#files,
      templates: this.#templates,
      home: options.places.home,
      branchAt: (path, signal) => branchAt(options.workspace, path, signal),
    });
  }

  /** Throws `ToolError("denied")` for a target outside the roots; what is wrong with a file is in the warnings. */
  async load({ target, signal, ...wanted }: LoadAbout): Promise<Loaded> {
    const chain = await this.#chainOf(target);
    const about = aboutOf(chain, wanted);
    const { reads, problems } = await this.#reader.readAll(chain, about, signal);
    const loaded = merge(reads, about);
    const strays = strayIds(wanted.ids ?? [], loaded);
    return { ...loaded, warnings: [...chain.problems, ...problems, ...loaded.warnings, ...strays] };
  }

  /** Every instruction file of the project at or below a directory, also those that cannot be read. */
  async list(path: string, signal: AbortSignal): Promise<Listing> {
    const { target } = await this.#chainOf(path);
    if (!target.isDirectory) throw new ToolError("not_found", `there is no folder at ${said(path)}`);
    const chain = await listSources({ ...this.#options, files: this.#files, target: path, signal });
    const own = chain.sources.filter(({ dir }) => isAtOrBelow(dir, target.path));
    const read = await this.#reader.documentsOf(own);
    return { files: read.map(listed), problems: chain.problems };
  }

  /** What a directory and those above it, below the workspace's root, say of their own for a target; nearest last. */
  async own(target: string): Promise<readonly Block[]> {
    const chain = await this.#chainOf(target);
    const root = this.#options.workspace.locate(chain.projectRoot).parts.join("/");
    const { reads } = await this.#reader.readPlainly(chain);
    return merge(reads, aboutOf(chain, {})).blocks.filter(
      ({ scope, dir }) => OWN.has(scope) && joined(root, dir) !== "",
    );
  }

  /** Calls `changed` when something may apply otherwise to a target, until the returned function is called. */
  async watch(target: string, changed: () => void): Promise<() => void> {
    let stop = (): void => {};
    let isOver = false;
    const follow = async (): Promise<void> => {
      const paths = await this.#pathsOf(target);
      stop();
      if (!isOver) stop = this.#watch.watch(paths, () => void tell());
    };
    const tell = async (): Promise<void> => {
      changed();
      // what came with the change is watched, too; while nobody can tell what that is, what was watched before
      await follow().catch(() => {});
    };
    await follow();
    return () => {
      isOver = true;
      stop();
    };
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#templates.close();
  }

  /** The files of a chain where they really lie, those that they take in, and the folders where others may appear. */
  async #pathsOf(target: string): Promise<readonly string[]> {
    const chain = await this.#chainOf(target);
    const { signal } = new AbortController();
    const { reads, taken } = await this.#reader.readAll(chain, aboutOf(chain, {}), signal);
    const sources = chain.sources.map(({ path }) => path);
    return [...sources, ...reads.map(({ realPath }) => realPath), ...taken, ...chain.folders];
  }

  async #chainOf(target: string): Promise<Chain> {
    if (target.includes("\0")) throw new ToolError("invalid_input", "the target holds a NUL character");
    return await findSources({ ...this.#options, files: this.#files, target });
  }
}

function listed({ source, found }: Looked): Listed {
  const { shown: path, family, scope } = source;
  if (typeof found === "string")
    return { path, family, scope, when: "never", tags: [], tokens: 0, problems: [found] };
  const { frontmatter, body, problems } = found;
  const { tags } = frontmatter;
  const tokens = countTokens(body);
  return { path, family, scope, when: whenOf(found), tags, tokens, problems: problems.map(lineOf) };
}

/** Whose files are a directory's own: neither a person's, nor those of somebody else's code. */
const OWN: ReadonlySet<string> = new Set(["project", "directory", "rule"]);

function aboutOf(
  { target, projectRoot }: Chain,
  { query, ids, budgetTokens }: Pick<LoadAbout, "query" | "ids" | "budgetTokens">,
): MergeAbout {
  return {
    target: target.path,
    isDirectory: target.isDirectory,
    projectRoot,
    ...(query === undefined ? {} : { query }),
    ...(ids === undefined ? {} : { ids }),
    ...(budgetTokens === undefined ? {} : { budgetTokens }),
  };
}

function joined(folder: string, below: string): string {
  return [folder, below].filter((part) => part !== "").join("/");
}

function isAtOrBelow(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

function lineOf({ line, message }: { readonly line?: number; readonly message: string }): string {
  return line === undefined ? message : `line ${line}: ${message}`;
}

/** Ids that no file of the chain has, as after a change of that file: who asked would think that it holds. */
function strayIds(ids: readonly string[], { blocks, excluded }: Loaded): Warning[] {
  const known = new Set([...blocks, ...excluded].map(({ id }) => id));
  const message = "no file for this target has this id; it is another one after each change";
  return ids
    .filter((id) => !known.has(id))
    .map((id) => ({ level: "warning", code: "unknown_id", message, path: shown(id, 64) }));
}
