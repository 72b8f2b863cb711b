import { join } from "node:path";
import { settingOf } from "../../../../shared/git/repository.ts";
import type { DirectoryEntry, EntryKind } from "../../../../shared/workspace/entry.ts";
import { MAX_IGNORE_FILE, withIgnoreFile, type IgnoreRules } from "../../../../shared/workspace/ignore.ts";
import type { IndexEntry } from "./index.ts";
import type { EmbeddedRunIn } from "./run.ts";
import { needsGit } from "./needs-git.ts";
import type { PersonFacts } from "./person-ignore.ts";

/** A folder of the working tree on the way through it. */
export interface Place {
  /** `""` or with a slash behind. */
  readonly prefix: string;
  /** Those that hold in it, once they were read. */
  readonly rules: IgnoreRules | undefined;
  /** Whether it is ignored as a whole. */
  readonly isIgnored: boolean;
}

export type Names = ReadonlyMap<string, EntryKind>;

/** The folders of a working tree, and what is ignored in them. */
export class Folders {
  readonly #at: EmbeddedRunIn;
  readonly #composes: boolean;

  constructor(at: EmbeddedRunIn) {
    this.#at = at;
    this.#composes = /^(?:true|yes|on|1)$/iu.test(settingOf(at.repository, "core.precomposeunicode") ?? "");
  }

  /** What lies in one, git's own folder left out. */
  async names(prefix: string): Promise<Names> {
    this.#at.signal.throwIfAborted();
    const found = (await this.#at.files.entries(this.#absolute(prefix))) ?? [];
    const composed = ({ name, kind }: DirectoryEntry): [string, EntryKind] => {
      if (this.#composes && name.normalize("NFC") !== name)
        throw needsGit("a working tree with decomposed names");
      return [name, kind];
    };
    return new Map(found.filter(({ name }) => name !== ".git").map(composed));
  }

  /** Below those of the folders: the repository's own, then the person's. */
  async topRules({ ignored }: PersonFacts): Promise<IgnoreRules | undefined> {
    const { files, repository } = this.#at;
    const own = await files.bytes(join(repository.commonDir, "info/exclude"));
    const last = ignored === undefined ? undefined : withIgnoreFile(ignored, "", undefined);
    return own === undefined ? last : withIgnoreFile(own, "", last);
  }

  /** With those of the folder's own file; `entry` is what the index has of it. */
  async withRules(place: Place, names: Names, entry?: IndexEntry): Promise<Place> {
    const { prefix, rules } = place;
    if (place.isIgnored) return place;
    const bytes = await this.#ignoreFile(prefix, names.get(".gitignore"), entry);
    return bytes === undefined
      ? place
      : { ...place, rules: withIgnoreFile(bytes, prefix.slice(0, -1), rules) };
  }

  /** As git tells one from a folder that only looks like it: nobody looks into it. */
  async isRepository(path: string): Promise<boolean> {
    const { files } = this.#at;
    const dotGit = join(this.#absolute(path), ".git");
    const kind = await files.kindOf(dotGit);
    if (kind === "file") return /^gitdir: ./u.test((await files.text(dotGit)) ?? "");
    if (kind !== "directory") return false;
    const parts = await Promise.all(
      ["HEAD", "objects", "refs"].map((name) => files.kindOf(join(dotGit, name))),
    );
    return parts.every((part) => part !== undefined);
  }

  /** Git follows no link here, and reads from the index what was left out of the working tree. */
  async #ignoreFile(
    prefix: string,
    kind: EntryKind | undefined,
    entry: IndexEntry | undefined,
  ): Promise<Buffer | undefined> {
    const { files, objects } = this.#at;
    if (kind === "file") return await files.bytes(this.#absolute(`${prefix}.gitignore`), MAX_IGNORE_FILE);
    if (kind !== undefined || entry?.skipWorktree !== true) return undefined;
    return (await objects.read(entry.hash)).bytes;
  }

  #absolute(path: string): string {
    return join(this.#at.repository.workTree ?? "", path);
  }
}
