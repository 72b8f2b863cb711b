import { join } from "node:path";
import * as z from "zod";
import { StartupError } from "../errors.ts";
import { StateFile } from "./state-file.ts";

const entrySchema = z.strictObject({
  kind: z.enum(["hook", "repository", "check"]),
  /** What is trusted, as a person names it: a file, a repository's folder. */
  subject: z.string().min(1).max(4_096),
  /** SHA-256 of all that was shown. */
  hash: z.string().regex(/^[0-9a-f]{64}$/u),
  at: z.iso.datetime(),
});
const MAX_ENTRIES = 10_000;
const fileSchema = z.strictObject({
  version: z.literal(1),
  trusted: z.array(entrySchema).max(MAX_ENTRIES),
});
type File = z.output<typeof fileSchema>;

export type TrustEntry = z.output<typeof entrySchema>;
export type TrustKind = TrustEntry["kind"];

/** What a person saw whole and approved, by hash, in `<state>/trust.json`: whatever changes is pending again. */
export class Trust {
  readonly #file: StateFile<File>;

  private constructor(stateFolder: string) {
    this.#file = new StateFile<File>(join(stateFolder, "trust.json"), fileSchema, {
      version: 1,
      trusted: [],
    });
  }

  /** Opens nothing yet; the file is read when it is asked for, and again when it changed. */
  static open(stateFolder: string): Trust {
    return new Trust(stateFolder);
  }

  /** Throws `StartupError` that names the file when it cannot be understood. */
  async isTrusted(kind: TrustKind, subject: string, hash: string): Promise<boolean> {
    const entries = await this.list();
    return entries.some((entry) => entry.kind === kind && entry.subject === subject && entry.hash === hash);
  }

  /** Replaces what was trusted of the same kind and subject. */
  async grant(kind: TrustKind, subject: string, hash: string): Promise<void> {
    await this.grantAll(kind, [{ subject, hash }], () => false);
  }

  /** Several at once, in the place of what has the same kind and subject, or is of that kind and outdated by them. */
  async grantAll(
    kind: TrustKind,
    granted: readonly { readonly subject: string; readonly hash: string }[],
    isOutdated: (entry: TrustEntry) => boolean,
  ): Promise<void> {
    const at = new Date().toISOString();
    const added = granted.map(({ subject, hash }) => entrySchema.parse({ kind, subject, hash, at }));
    await this.#file.update(({ trusted }) => {
      const kept = trusted.filter(
        (entry) =>
          !added.some((other) => isSame(entry, other)) && !(entry.kind === kind && isOutdated(entry)),
      );
      if (kept.length + added.length > MAX_ENTRIES)
        throw new StartupError(`${this.#file.path} is full; take trust back before giving more`);
      return { version: 1, trusted: [...kept, ...added] };
    });
  }

  /** False when nothing of that kind and subject was trusted. */
  async revoke(kind: TrustKind, subject: string): Promise<boolean> {
    let found = false;
    await this.#file.update((file) => {
      const trusted = file.trusted.filter((entry) => !isSame(entry, { kind, subject }));
      found = trusted.length < file.trusted.length;
      return found ? { version: 1, trusted } : file;
    });
    return found;
  }

  /** The same array until the file changes. */
  async list(): Promise<readonly TrustEntry[]> {
    return this.#file.read().trusted;
  }
}

function isSame(a: Pick<TrustEntry, "kind" | "subject">, b: Pick<TrustEntry, "kind" | "subject">): boolean {
  return a.kind === b.kind && a.subject === b.subject;
}
