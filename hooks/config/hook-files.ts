import { join } from "node:path";
import { type FileStamp, isFreshStamp, isSameStamp, stampFile } from "../../shared/config/file-stamp.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { LoadedHandler, Source } from "../handler.ts";
import { type FileContents, type LoadedFile, missingFile, readHookText } from "./read-hook-file.ts";

export type { LoadedFile } from "./read-hook-file.ts";

/** Everything that is configured, from all files. */
export interface HookSet {
  /** In the order of the files, and in each file's own order. */
  readonly handlers: readonly LoadedHandler[];
  readonly files: readonly LoadedFile[];
}

export interface HookPlaces {
  /** Our own folder in the home folder; all paths are absolute. */
  readonly configFolder: string;
  readonly home: string;
  readonly roots: readonly string[];
  /** Whether Claude Code's own settings are read too. */
  readonly importClaude: boolean;
}

/** The files that may hold hooks, read again as soon as one of them changes. */
export class HookFiles {
  readonly #sources: readonly Source[];
  #current: Loaded | undefined;
  #loading: { readonly stamps: readonly FileStamp[]; readonly set: Promise<HookSet> } | undefined;

  constructor(places: HookPlaces) {
    this.#sources = sourcesIn(places);
  }

  /**
   * What is configured now: at once, and the very same object, while no file has changed, which costs a few
   * microseconds for each file; else a promise. Does not throw: what is wrong with a file is in the set.
   */
  read(): HookSet | Promise<HookSet> {
    const current = this.#current;
    if (current !== undefined && this.#isStill(current)) return current.set;
    const stamps = this.#sources.map(stamp);
    if (this.#loading !== undefined && areSame(this.#loading.stamps, stamps)) return this.#loading.set;
    const loading = { stamps, set: this.#load(stamps) };
    this.#loading = loading;
    return loading.set;
  }

  #isStill({ files }: Loaded): boolean {
    for (const { source, stamped, isSettled } of files)
      if (!isSettled || !isSameStamp(stamp(source), stamped)) return false;
    return true;
  }

  async #load(stamps: readonly FileStamp[]): Promise<HookSet> {
    try {
      const before = this.#current;
      const now = Date.now();
      const files = await Promise.all(
        this.#sources.map((source, index) =>
          readStamped({ source, stamped: stamps[index] ?? MISSING, now }, before?.files[index]),
        ),
      );
      const isSame = files.every(({ contents }, index) => contents === before?.files[index]?.contents);
      const set = isSame && before !== undefined ? before.set : merge(files.map(({ contents }) => contents));
      // a load that began later has seen more
      if (this.#loading?.stamps === stamps) this.#current = { files, set };
      return set;
    } finally {
      if (this.#loading?.stamps === stamps) this.#loading = undefined;
    }
  }
}

interface Loaded {
  readonly files: readonly StampedFile[];
  readonly set: HookSet;
}

interface StampedFile {
  readonly source: Source;
  /** Taken before the text was read: a change in between shows at the next look. */
  readonly stamped: FileStamp;
  /** False when one more change could hide behind the same stamp. */
  readonly isSettled: boolean;
  readonly contents: FileContents;
}

const MISSING: FileStamp = "missing";

async function readStamped(
  { source, stamped, now }: { readonly source: Source; readonly stamped: FileStamp; readonly now: number },
  before: StampedFile | undefined,
): Promise<StampedFile> {
  if (before?.isSettled === true && isSameStamp(before.stamped, stamped)) return before;
  const read = stamped === MISSING ? undefined : await readHookText(source);
  const isSame = before !== undefined && isSameText(before.contents.read, read);
  const contents = isSame ? before.contents : await understand(source, read);
  return { source, stamped, isSettled: !isFreshStamp(stamped, now), contents };
}

/** Most people have no file of hooks, and start without what reads one. */
async function understand(source: Source, read: FileContents["read"]): Promise<FileContents> {
  if (read === undefined) return missingFile(source);
  const { understandHookFile } = await import("./understand-hook-file.ts");
  return understandHookFile(source, read);
}

/** The person's own files, then each root's, then what only this copy of each root has. */
function sourcesIn({ configFolder, home, roots, importClaude }: HookPlaces): Source[] {
  const claude = (source: Omit<Source, "dialect">): Source[] =>
    importClaude ? [{ ...source, dialect: "claude" }] : [];
  const inRoots = (scope: "project" | "local", own: string, theirs: string): Source[] =>
    roots.flatMap((root) => [
      { scope, dialect: "plumbline", file: join(root, ".plumbline", own), root },
      ...claude({ scope, file: join(root, ".claude", theirs), root }),
    ]);
  const sources: Source[] = [
    { scope: "home", dialect: "plumbline", file: join(configFolder, "hooks.json") },
    ...claude({ scope: "home", file: join(home, ".claude", "settings.json") }),
    ...inRoots("project", "hooks.json", "settings.json"),
    ...inRoots("local", "hooks.local.json", "settings.local.json"),
  ];
  // a root that is the home folder has the same settings as the home folder
  const seen = new Set<string>();
  return sources.filter(({ file }) => !seen.has(file) && seen.add(file));
}

function merge(contents: readonly FileContents[]): HookSet {
  const off = contents.filter(({ disablesAll }) => disablesAll).map(({ file }) => file.source);
  const handlers = contents.flatMap(({ handlers }) =>
    handlers.map((loaded) => {
      const by = off.find((source) => reaches(source, loaded.source));
      return by === undefined ? loaded : { ...loaded, off: `disableAllHooks in ${escapeForPerson(by.file)}` };
    }),
  );
  return { handlers, files: contents.map(({ file }) => file) };
}

/** What comes with a project says nothing about what the person has beside it, for this copy alone. */
function reaches(off: Source, { scope, root }: Source): boolean {
  return off.scope === "home" || (off.root === root && (off.scope === "local" || scope === "project"));
}

function stamp({ scope, file }: Source): FileStamp {
  return stampFile(file, scope === "home" ? "follow" : "keep");
}

function areSame(some: readonly FileStamp[], others: readonly FileStamp[]): boolean {
  return some.every((one, index) => isSameStamp(one, others[index] ?? MISSING));
}

function isSameText(a: FileContents["read"], b: FileContents["read"]): boolean {
  return typeof a === "object" && typeof b === "object" ? a.refused === b.refused : a === b;
}
