import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import * as z from "zod";
import { isErrno } from "../../errors.ts";
import { isAnyAbandoned, withShare, withWhole } from "../lock-share.ts";
import { changeSchema, type Change } from "./journal.ts";

const beginSchema = z.strictObject({ begin: changeSchema });
const endSchema = z.strictObject({ end: z.string(), done: z.boolean() });
type Line = z.output<typeof beginSchema> | z.output<typeof endSchema>;

/** After so many lines others get their turn. */
const AT_ONCE = 500;

/** The log in sentences for the model. */
export const LOG_SHOWN = "the log of changes";

/** What a log tells. */
export interface LogContents {
  /** The oldest first; only what was carried out. */
  readonly done: readonly Change[];
  /** Those that were begun and neither finished nor taken back: their processes died in them, or their disk broke. */
  readonly unfinished: readonly Change[];
}

/**
 * The changes of all projects of this user, in one file of the state folder, where no repository can forge them. A
 * change is written before its first step and closed after its last one, under a lock of all processes or a share of
 * it; so whoever finds the lock of a dead process finds its change open.
 */
export class ChangeLog {
  readonly #folder: string;
  readonly #path: string;
  readonly #openNote: string;
  /** Open while the lock is held. */
  #fd: number | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, "changes.jsonl");
    this.#openNote = `${this.#path}.open`;
  }

  /** Bytes of the log; 0 when there is none. */
  get size(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Runs `work` while no other change is carried out; `recover` first, when one was left open. */
  async locked<T>(work: () => T | Promise<T>, recover: () => Promise<void>): Promise<T> {
    this.#makeFolder();
    return withWhole(
      this.#path,
      () => this.#opened(work),
      async () => this.#opened(recover),
    );
  }

  /** Runs `work`, which does not wait, beside changes of other files: none under the same `key`, nor under the whole lock. */
  async shared(key: string, work: () => void, recover: () => Promise<void>): Promise<void> {
    this.#makeFolder();
    await withShare(this.#path, () => this.#opened(work), {
      key,
      recover: async () => this.#opened(recover),
    });
  }

  /** True when a process died while it carried out a change. */
  isAbandoned(): boolean {
    return isAnyAbandoned(this.#path);
  }

  /** True when a change was left open since it could not be taken back. */
  isLeftOpen(): boolean {
    return existsSync(this.#openNote);
  }

  /** Notes for the next start whether a change is still open. Only under the lock. */
  leaveOpen(isOpen: boolean): void {
    if (isOpen) closeSync(openSync(this.#openNote, "w", 0o600));
    else rmSync(this.#openNote, { force: true });
  }

  /** Throws what the operating system says; then the change may have to be ended all the same. */
  begin(change: Change, options: { readonly fsync: boolean }): void {
    this.#append(JSON.stringify({ begin: change }), options.fsync);
  }

  end(id: string, done: boolean): void {
    this.#append(JSON.stringify({ end: id, done }), false);
  }

  async read(): Promise<LogContents> {
    const done: Change[] = [];
    const open = new Map<string, Change>();
    for (const [index, line] of (await this.#text()).split("\n").entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
      const parsed = parseLine(line);
      if (parsed === undefined) continue;
      if ("begin" in parsed) {
        open.set(parsed.begin.id, parsed.begin);
        continue;
      }
      const change = open.get(parsed.end);
      if (change !== undefined && parsed.done) done.push(change);
      open.delete(parsed.end);
    }
    return { done, unfinished: [...open.values()] };
  }

  /** Only under the lock: puts these in the place of all that were carried out. */
  async rewrite(changes: readonly Change[]): Promise<void> {
    const { unfinished } = await this.read();
    const lines = [
      ...changes.flatMap((change) => [{ begin: change }, { end: change.id, done: true }]),
      ...unfinished.map((change) => ({ begin: change })),
    ];
    const fresh = `${this.#path}.new`;
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    await writeFile(fresh, text, { mode: 0o600, flush: true });
    await rename(fresh, this.#path);
  }

  async #text(): Promise<string> {
    try {
      return await readFile(this.#path, "utf8");
    } catch (error) {
      if (isErrno(error, "ENOENT")) return "";
      throw error;
    }
  }

  /** Runs `work` with the file open; when it is synchronous, all of this is. */
  #opened<T>(work: () => T | Promise<T>): T | Promise<T> {
    const fd = openSync(this.#path, "a", 0o600);
    this.#fd = fd;
    const close = (): void => {
      this.#fd = undefined;
      closeSync(fd);
    };
    let done: T | Promise<T>;
    try {
      done = work();
    } catch (error) {
      close();
      throw error;
    }
    if (done instanceof Promise) return done.finally(close);
    close();
    return done;
  }

  /** On a line of its own, whatever a crash or a full disk left before it; in one write, or others' lines came between. */
  #append(line: string, fsync: boolean): void {
    const fd = this.#fd;
    if (fd === undefined) throw new Error("the log of changes is written without its lock");
    const bytes = Buffer.from(`\n${line}\n`);
    while (writeSync(fd, bytes) < bytes.length);
    if (fsync) fdatasyncSync(fd);
  }

  #makeFolder(): void {
    if (!existsSync(this.#folder)) makeFolders(this.#folder);
  }
}

function makeFolders(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // that says ENOENT for any disk that does not let us; this says why
    mkdirSync(folder, { mode: 0o700 });
  }
}

/** Nothing for what a crash or another version left. */
function parseLine(line: string): Line | undefined {
  if (line === "") return undefined;
  try {
    const schema = line.startsWith('{"begin"') ? beginSchema : endSchema;
    return schema.safeParse(JSON.parse(line)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
