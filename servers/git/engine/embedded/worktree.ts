import { settingOf } from "../../../../shared/git/repository.ts";
import type { EntryKind } from "../../../../shared/workspace/entry.ts";
import { isIgnored } from "../../../../shared/workspace/ignore.ts";
import { Contents, type Found } from "./contents.ts";
import { Folders, type Place } from "./folders.ts";
import type { IndexEntry } from "./index.ts";
import type { EmbeddedRunIn } from "./run.ts";
import { isAsked, leadsTo, UnknownPaths, type Unknown } from "./unknown.ts";
import { needsGit } from "./needs-git.ts";
import type { PersonFacts } from "./person-ignore.ts";
import type { StatusAsk } from "../shapes.ts";
import { kindBits, SUBMODULE } from "./stored.ts";

/** What the index has in one folder. */
interface Folder {
  readonly files: Map<string, IndexEntry>;
  readonly folders: Map<string, Folder>;
}

export interface Walked extends Unknown {
  /** What each path of the index is in the working tree, those with a conflict left out. */
  readonly found: ReadonlyMap<string, Found>;
}

/** Walks a working tree, not through links. Throws `unavailable` where it cannot be sure to see what git sees. */
export async function walkWorkTree(
  at: EmbeddedRunIn,
  entries: readonly IndexEntry[],
  { ask, person }: { readonly ask: StatusAsk; readonly person: PersonFacts },
): Promise<Walked> {
  if (ask.untracked && isTrue(settingOf(at.repository, "core.ignorecase")))
    throw needsGit("finding untracked files where small letters equal capitals");
  const walk = new Walk(at, { entries, ask, person });
  await walk.all(entries, person);
  return walk;
}

class Walk implements Walked {
  readonly found = new Map<string, Found>();
  readonly untracked: string[] = [];
  readonly ignored: string[] = [];
  readonly #contents: Contents;
  readonly #folders: Folders;
  readonly #unknown: UnknownPaths;
  readonly #ask: StatusAsk;
  readonly #isSparse: boolean;

  constructor(
    at: EmbeddedRunIn,
    {
      entries,
      ask,
      person,
    }: { readonly entries: readonly IndexEntry[]; readonly ask: StatusAsk; readonly person: PersonFacts },
  ) {
    this.#contents = new Contents(at, entries, person);
    this.#folders = new Folders(at);
    this.#unknown = new UnknownPaths(this.#folders, ask);
    this.#ask = ask;
    this.#isSparse = isTrue(settingOf(at.repository, "core.sparsecheckout"));
  }

  async all(entries: readonly IndexEntry[], person: PersonFacts): Promise<void> {
    const rules = this.#ask.untracked ? await this.#folders.topRules(person) : undefined;
    await this.#folder(foldersOf(entries), { prefix: "", rules, isIgnored: false });
  }

  /** One that the index knows. */
  async #folder(known: Folder, outer: Place): Promise<void> {
    const { prefix } = outer;
    const names = await this.#folders.names(prefix);
    const place = this.#ask.untracked
      ? await this.#folders.withRules(outer, names, known.files.get(".gitignore"))
      : outer;
    for (const [name, entry] of known.files)
      if (isAsked(this.#ask, prefix + name)) await this.#compare(entry, names.get(name));
    for (const [name, kind] of names) {
      const inner = known.folders.get(name);
      if (inner !== undefined && kind === "directory") await this.#into(inner, place, name);
      else if (this.#ask.untracked && !isKnown(known, name, kind))
        this.#note(await this.#unknown.at(place, name, kind));
    }
    for (const [name, inner] of known.folders) if (names.get(name) !== "directory") await this.#gone(inner);
  }

  async #into(known: Folder, { prefix, rules, isIgnored: above }: Place, name: string): Promise<void> {
    const path = prefix + name;
    if (!isAsked(this.#ask, path) && !leadsTo(this.#ask, path)) return;
    await this.#folder(known, {
      prefix: `${path}/`,
      rules,
      isIgnored: above || isIgnored(rules, path, true),
    });
  }

  /** Everything below was taken away, with its folder or by something else in its place. */
  async #gone(known: Folder): Promise<void> {
    for (const entry of known.files.values())
      if (isAsked(this.#ask, entry.path)) await this.#compare(entry, undefined);
    for (const inner of known.folders.values()) await this.#gone(inner);
  }

  async #compare(entry: IndexEntry, kind: EntryKind | undefined): Promise<void> {
    if (entry.stage !== 0) return;
    const isLeftOut = entry.skipWorktree && !(this.#isSparse && kind !== undefined);
    const same = { letter: ".", mode: entry.mode, hash: entry.hash };
    this.found.set(
      entry.path,
      entry.assumeValid || isLeftOut ? same : await this.#contents.compare(entry, kind),
    );
  }

  #note({ untracked, ignored }: Unknown): void {
    this.untracked.push(...untracked);
    if (this.#ask.ignored) this.ignored.push(...ignored);
  }
}

function isKnown({ files, folders }: Folder, name: string, kind: EntryKind): boolean {
  const entry = files.get(name);
  if (kind !== "directory") return entry !== undefined;
  return folders.has(name) || (entry !== undefined && kindBits(entry.mode) === SUBMODULE);
}

function foldersOf(entries: readonly IndexEntry[]): Folder {
  const top: Folder = { files: new Map(), folders: new Map() };
  for (const entry of entries) {
    const names = entry.path.split("/");
    const last = names.pop() ?? "";
    let folder = top;
    for (const name of names) {
      const inner: Folder = folder.folders.get(name) ?? { files: new Map(), folders: new Map() };
      folder.folders.set(name, inner);
      folder = inner;
    }
    folder.files.set(last, entry);
  }
  return top;
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(?:true|yes|on|1)$/iu.test(value);
}
