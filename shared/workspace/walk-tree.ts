import type { DirectoryEntry, EntryKind } from "./entry.ts";
import { compileGlobs, type Globs } from "./glob.ts";
import { isIgnored, MAX_IGNORE_FILE, withIgnoreFile, type IgnoreRules } from "./ignore.ts";
import type { WalkDirectory } from "./walk-directory.ts";
import { walkPage, type WalkPage } from "./walk-page.ts";
import { WALK_DEADLINE_MS, type WalkRequest, type WalkResult } from "./walk-request.ts";

/** Directories that are open at once; what lies deeper is left out. */
const MAX_DEPTH = 256;
/** Entries that are looked at in one walk. */
const MAX_VISITED = 2_000_000;
/** The part of the deadline after which a walk gives what it has. */
const SOFT = 0.8;

/** Where a walk starts. Both directories stay the caller's. */
export interface WalkStart {
  readonly root: WalkDirectory;
  readonly base: WalkDirectory;
  /** Names from the root to the base. */
  readonly parts: readonly string[];
}

/** Walks the tree below the base without following a link; synchronous, so only in a worker. */
export function walkTree(start: WalkStart, request: WalkRequest): WalkResult {
  const walk = new Walk(start, request);
  walk.run();
  return walk.result();
}

class Walk {
  readonly #start: WalkStart;
  readonly #page: WalkPage;
  readonly #globs: Globs;
  readonly #denied: Globs | undefined;
  readonly #kinds: ReadonlySet<EntryKind> | undefined;
  readonly #ignores: boolean;
  readonly #depth: number;
  readonly #stopAt: number;
  /** Characters of a path below the root that lie before its part below the base. */
  readonly #skip: number;
  #visited = 0;
  #unreadable = 0;
  #ignored = 0;
  /** Where the walk was given up. */
  #stopped: string | undefined;
  #partial: WalkResult["partial"];

  constructor(start: WalkStart, request: WalkRequest) {
    const { globs = [], deny = [], kinds, depth = Infinity, deadlineMs = WALK_DEADLINE_MS } = request;
    this.#start = start;
    this.#page = walkPage(request);
    this.#globs = compileGlobs(globs);
    this.#denied = deny.length === 0 ? undefined : compileGlobs(deny);
    this.#kinds = kinds && new Set(kinds);
    this.#ignores = request.gitignore ?? true;
    this.#depth = depth;
    this.#stopAt = performance.now() + deadlineMs * SOFT;
    this.#skip = start.parts.reduce((length, name) => length + name.length + 1, 0);
  }

  run(): void {
    const { base, parts } = this.#start;
    this.#visit(base, { path: parts.join("/"), rules: this.#rulesAbove(), depth: 1 });
  }

  result(): WalkResult {
    const page = this.#page.finish(this.#stopped);
    const result = { ...page, ignored: this.#ignored, unreadable: this.#unreadable };
    return this.#partial === undefined ? result : { ...result, partial: this.#partial };
  }

  #visit(directory: WalkDirectory, at: Position): void {
    const entries = directory.entries();
    if (entries === undefined) {
      this.#unreadable += 1;
      return;
    }
    const rules = this.#ignores ? rulesIn(directory, at, entries) : undefined;
    const before = at.path === "" ? "" : `${at.path}/`;
    const shown = before.slice(this.#skip);
    for (const entry of entries) {
      const path = before + entry.name;
      if (this.#mustStop(path)) return;
      if (this.#leavesOut(path, entry, rules)) continue;
      this.#collect(directory, shown + entry.name, entry);
      if (entry.kind === "directory")
        this.#descend(directory, entry.name, { path, rules, depth: at.depth + 1 });
    }
  }

  #leavesOut(path: string, { name, kind }: DirectoryEntry, rules: IgnoreRules | undefined): boolean {
    if (this.#denied?.chooses(path, name) === true) return true;
    const ignored = isIgnored(rules, path, kind === "directory");
    if (ignored) this.#ignored += 1;
    return ignored;
  }

  #collect(directory: WalkDirectory, path: string, { name, kind }: DirectoryEntry): void {
    if (this.#kinds?.has(kind) === false) return;
    if (this.#globs.chooses(path, name)) this.#page.add({ path, kind }, directory, name);
  }

  #descend(parent: WalkDirectory, name: string, at: Position): void {
    const path = at.path.slice(this.#skip);
    if (name === ".git" || at.depth > this.#depth || this.#page.isPast(path) || !this.#globs.enters(path))
      return;
    if (at.depth > MAX_DEPTH) {
      this.#partial ??= "depth";
      return;
    }
    const directory = parent.enter(name);
    if (directory === undefined) {
      this.#unreadable += 1;
      return;
    }
    try {
      this.#visit(directory, at);
    } finally {
      directory.close();
    }
  }

  /** Looks at the clock now and then: asking each time would cost more than the walk. */
  #mustStop(path: string): boolean {
    if (this.#stopped !== undefined) return true;
    this.#visited += 1;
    if (this.#visited > MAX_VISITED) this.#partial = "entries";
    else if (this.#visited % 64 === 0 && performance.now() > this.#stopAt) this.#partial = "time";
    else return false;
    this.#stopped = path.slice(this.#skip);
    return true;
  }

  /** The rules that hold where the base stands, from the ignore files between the root and it. */
  #rulesAbove(): IgnoreRules | undefined {
    const { root, parts } = this.#start;
    let rules: IgnoreRules | undefined;
    let directory: WalkDirectory | undefined = root;
    for (const [depth, name] of parts.entries()) {
      if (!this.#ignores || directory === undefined) break;
      const at = { path: parts.slice(0, depth).join("/"), rules, depth };
      rules = rulesIn(directory, at, directory.namesOf([".git", ".gitignore"]));
      const next: WalkDirectory | undefined = directory.enter(name);
      if (directory !== root) directory.close();
      directory = next;
    }
    if (directory !== root) directory?.close();
    return rules;
  }
}

interface Position {
  /** Below the root. */
  readonly path: string;
  readonly rules: IgnoreRules | undefined;
  readonly depth: number;
}

/** Adds the directory's own ignore file; where a repository begins, the rules above it do not hold. */
function rulesIn(
  directory: WalkDirectory,
  { path, rules }: Position,
  entries: readonly DirectoryEntry[],
): IgnoreRules | undefined {
  let found = rules;
  const own = entries.filter(({ name }) => name.startsWith(".git"));
  if (own.some(({ name }) => name === ".git")) found = withFile(excludesOf(directory), path, undefined);
  if (!own.some(({ name }) => name === ".gitignore")) return found;
  return withFile(directory.read(".gitignore", MAX_IGNORE_FILE), path, found);
}

function withFile(
  file: Buffer | undefined,
  path: string,
  above: IgnoreRules | undefined,
): IgnoreRules | undefined {
  return file === undefined ? above : withIgnoreFile(file, path, above);
}

function excludesOf(directory: WalkDirectory): Buffer | undefined {
  const git = directory.enter(".git");
  const info = git?.enter("info");
  try {
    return info?.read("exclude", MAX_IGNORE_FILE);
  } finally {
    info?.close();
    git?.close();
  }
}
