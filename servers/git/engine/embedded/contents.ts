import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { Access } from "../../../../shared/access.ts";
import { ToolError } from "../../../../shared/errors.ts";
import { Refs } from "../../../../shared/git/refs.ts";
import { settingOf } from "../../../../shared/git/repository.ts";
import type { EntryKind } from "../../../../shared/workspace/entry.ts";
import { shownPath } from "../../text/foreign.ts";
import { Attributes } from "./attributes.ts";
import type { IndexEntry } from "./index.ts";
import type { EmbeddedRunIn } from "./run.ts";
import { needsGit } from "./needs-git.ts";
import { convertsAll, type PersonFacts } from "./person-ignore.ts";
import { kindBits, LINK, SUBMODULE } from "./stored.ts";

/** Larger files are compared in pieces, and cannot be compared when their line ends might be converted. */
const MAX_WHOLE = 32 * 1024 * 1024;
const PIECE = 1024 * 1024;
const REGULAR = 0o100644;
const PROGRAM = 0o100755;

/** What a path of the index is in the working tree. */
export interface Found {
  /** As in `StatusEntry`. */
  readonly letter: string;
  /** Undefined when there is nothing any more. */
  readonly mode?: number;
  /** Of what stands there; of a file whose contents were not needed to see that it differs, undefined. */
  readonly hash?: string;
}

const GONE: Found = { letter: "D" };

/** Compares files with the index by their contents: times and sizes alone prove nothing. */
export class Contents {
  readonly #at: EmbeddedRunIn;
  readonly #access: Access;
  readonly #attributes: Attributes;
  readonly #convertsAll: boolean;
  readonly #hasModes: boolean;

  /** Throws `unavailable` for a working tree that keeps links as files. */
  constructor(at: EmbeddedRunIn, entries: readonly IndexEntry[], person: PersonFacts) {
    this.#at = at;
    // git looks at every file it knows, whatever its name; nothing of the contents is told from here
    this.#access = { signal: at.signal, permit: () => undefined };
    this.#attributes = new Attributes(at, new Map(entries.map((entry) => [entry.path, entry])));
    this.#convertsAll = convertsAll(at.repository, person);
    this.#hasModes = !isFalse(settingOf(at.repository, "core.filemode"));
    if (isFalse(settingOf(at.repository, "core.symlinks"))) throw needsGit("a working tree without links");
  }

  /** `kind`: what its folder has under this name. */
  async compare(entry: IndexEntry, kind: EntryKind | undefined): Promise<Found> {
    if (kindBits(entry.mode) === SUBMODULE) return await this.#submodule(entry, kind);
    if (kind === undefined) return GONE;
    if (kind === "directory") return (await this.#isRepository(entry.path)) ? typed(entry, SUBMODULE) : GONE;
    if (kind === "link") return await this.#link(entry);
    if (kind !== "file") return { letter: "M", mode: REGULAR };
    return await this.#file(entry);
  }

  /** The bytes of a file or the text of a link, as git would store them. */
  async bytes(path: string, mode: number): Promise<Buffer> {
    if (mode === LINK) return Buffer.from(await this.#target(path));
    await using file = await this.#open(path);
    if (file.stat.size > MAX_WHOLE)
      throw new ToolError("too_large", `${shownPath(this.#at.repository, path)} has more than 32 MiB`, {
        hint: "Ask for counts of other paths, or install git.",
      });
    const bytes = await file.read(0, file.stat.size);
    const { lines, contents } = await this.#conversions(path);
    const mayConvert = bytes.includes("\r\n") && (this.#convertsAll || lines !== "none");
    if (contents || mayConvert) throw this.#unsure(path);
    return bytes;
  }

  async #file(entry: IndexEntry): Promise<Found> {
    await using file = await this.#open(entry.path);
    const { size, mtimeMs } = file.stat;
    const mode = this.#modeOf(entry, file);
    if (kindBits(entry.mode) === LINK) return typed(entry, mode);
    if (entry.intentToAdd) return { letter: "A", mode };
    // as git: a size of 0 may stand for one that nobody looked at
    if (entry.size !== 0 && entry.size !== size % 2 ** 32) return { letter: "M", mode };
    const sums = await summed(file, size);
    const isUntouched = entry.size === size && entry.mtimeMs === mtimeMs;
    if (await this.#mayConvert(entry, { sums, isUntouched })) throw this.#unsure(entry.path);
    const isSame = sums.plain === entry.hash && mode === entry.mode;
    return { letter: isSame ? "." : "M", mode, hash: sums.plain };
  }

  #modeOf(entry: IndexEntry, { stat }: OpenedFile): number {
    if (!this.#hasModes) return entry.mode === PROGRAM ? PROGRAM : REGULAR;
    return (stat.mode & 0o100) === 0 ? REGULAR : PROGRAM;
  }

  /** Whether the answer hangs on what git would make of the contents before it compares them. */
  async #mayConvert(
    { path, hash }: IndexEntry,
    { sums: { plain, hasPairs, unix }, isUntouched }: { readonly sums: Sums; readonly isUntouched: boolean },
  ): Promise<boolean> {
    const { lines, contents } = await this.#conversions(path);
    if (plain === hash) return !isUntouched && (contents || (hasPairs && lines === "named"));
    const mayBeSame = hasPairs && (unix === undefined || unix === hash);
    return contents || (mayBeSame && (this.#convertsAll || lines !== "none"));
  }

  async #link(entry: IndexEntry): Promise<Found> {
    if (entry.intentToAdd) return { letter: "A", mode: LINK };
    if (kindBits(entry.mode) !== LINK) return typed(entry, LINK);
    const hash = blobHash(Buffer.from(await this.#target(entry.path)));
    return { letter: hash === entry.hash ? "." : "M", mode: LINK, hash };
  }

  async #target(path: string): Promise<string> {
    const { files, repository, signal } = this.#at;
    const located = files.workspace.locate(this.#absolute(path));
    const { target } = await files.workspace.stat(located, { signal, permit: () => undefined });
    if (target !== undefined) return target;
    throw needsGit(`comparing ${shownPath(repository, path)}, a link that leads outside,`);
  }

  /** By its commit; a folder that holds no repository is one that was not fetched. */
  async #submodule(entry: IndexEntry, kind: EntryKind | undefined): Promise<Found> {
    if (kind === undefined) return GONE;
    if (kind !== "directory") return typed(entry, kind === "link" ? LINK : REGULAR);
    const same: Found = { letter: ".", mode: SUBMODULE, hash: entry.hash };
    if (!(await this.#isRepository(entry.path))) return same;
    const hash = await this.#headOf(entry.path);
    return hash === undefined || hash === entry.hash ? same : { letter: "M", mode: SUBMODULE, hash };
  }

  /** Undefined where there is no commit, and for one that lies outside: how that differs is nobody's to know. */
  async #headOf(path: string): Promise<string | undefined> {
    const { git, signal } = this.#at;
    try {
      const repository = await git.open(this.#absolute(path), signal);
      if (repository.refFormat !== "files") throw needsGit("a submodule with its references as reftable");
      return (await new Refs(git, repository, signal).head()).hash;
    } catch (error) {
      if (error instanceof ToolError && error.code === "denied") return undefined;
      throw error;
    }
  }

  async #isRepository(path: string): Promise<boolean> {
    return (await this.#at.files.kindOf(join(this.#absolute(path), ".git"))) !== undefined;
  }

  #conversions(path: string): ReturnType<Attributes["of"]> {
    const folder = dirname(path);
    return this.#attributes.of(folder === "." ? "" : folder);
  }

  #open(path: string): Promise<OpenedFile> {
    const { workspace } = this.#at.files;
    return workspace.openFile(workspace.locate(this.#absolute(path)), this.#access);
  }

  #absolute(path: string): string {
    return join(this.#at.repository.workTree ?? "", path);
  }

  #unsure(path: string): ToolError {
    return needsGit(`comparing ${shownPath(this.#at.repository, path)}, whose contents git may convert,`);
  }
}

type OpenedFile = Awaited<ReturnType<EmbeddedRunIn["files"]["workspace"]["openFile"]>>;

interface Sums {
  /** Its hash as a blob. */
  readonly plain: string;
  /** Whether any line ends with CR LF. */
  readonly hasPairs: boolean;
  /** The hash with LF instead of each CR LF; undefined when the file is too large to tell. */
  readonly unix?: string;
}

async function summed(file: OpenedFile, size: number): Promise<Sums> {
  if (size <= MAX_WHOLE) {
    const bytes = await file.read(0, size);
    const hasPairs = bytes.includes("\r\n");
    const plain = blobHash(bytes);
    if (!hasPairs) return { plain, hasPairs };
    const unix = Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
    return { plain, hasPairs, unix: blobHash(unix) };
  }
  const hash = createHash("sha1").update(`blob ${size}\0`);
  let hasPairs = false;
  for (let at = 0; at < size; at += PIECE) {
    const piece = await file.read(at, Math.min(PIECE, size - at));
    hash.update(piece);
    // one that is cut in two counts as well
    hasPairs ||= piece.includes("\r\n") || piece.at(-1) === 0x0d;
  }
  return { plain: hash.digest("hex"), hasPairs };
}

/** What git calls a file with these contents. */
export function blobHash(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Of another kind than before, or only with other permissions. */
function typed({ mode: before }: IndexEntry, mode: number): Found {
  return { letter: kindBits(before) === kindBits(mode) ? "M" : "T", mode };
}

function isFalse(value: string | undefined): boolean {
  return value !== undefined && /^(?:false|no|off|0|)$/iu.test(value);
}
