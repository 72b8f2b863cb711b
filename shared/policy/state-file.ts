import { randomBytes } from "node:crypto";
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
} from "node:fs";
import { chmod, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type * as z from "zod";
import { isErrno, StartupError } from "../errors.ts";
import { withLock } from "../workspace/lock-file.ts";

const MAX_BYTES = 4 * 1024 * 1024;

/**
 * A small JSON file that several processes read and change. What is read is as fresh as the file: its stat is
 * compared at each read, which costs a few microseconds; the file itself is read only after a change. Changes are made
 * under a lock and replace the file at once. Private to its owner: what others could have written is not read.
 */
export class StateFile<Value> {
  readonly path: string;
  readonly #schema: z.ZodType<Value>;
  readonly #empty: Value;
  #last: { readonly stamp: string; readonly value: Value } | undefined;

  constructor(path: string, schema: z.ZodType<Value>, empty: Value) {
    this.path = path;
    this.#schema = schema;
    this.#empty = empty;
  }

  /** Throws `StartupError` that names the file and the place when it cannot be understood; the same object until it changes. */
  read(): Value {
    const stamp = this.#stamp();
    if (this.#last?.stamp !== stamp) {
      const value = stamp === MISSING ? this.#empty : this.#parse(this.#text());
      // A file replaced between the two looks is read again next time: its stamp is the older one.
      this.#last = { stamp, value };
    }
    return this.#last.value;
  }

  /** Reads, changes and replaces while no other process does. `change` may return the same value to leave it. */
  async update(change: (value: Value) => Value): Promise<Value> {
    await this.#makeFolder();
    return withLock(this.path, async () => {
      const before = this.read();
      const after = change(before);
      if (after !== before) await this.#replace(after);
      return after;
    });
  }

  #stamp(): string {
    try {
      const facts = lstatSync(this.path, { bigint: true, throwIfNoEntry: false });
      if (facts === undefined) return MISSING;
      const { dev, ino, size, mtimeNs, ctimeNs } = facts;
      return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
    } catch (error) {
      throw new StartupError(`cannot read ${this.path}: ${wordsOf(error)}`, { cause: error });
    }
  }

  #text(): string {
    let fd: number | undefined;
    try {
      // a link would let whoever can write its target decide; Windows has neither flag
      fd = openSync(
        this.path,
        constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
      );
      const fault = faultOf(fstatSync(fd, { bigint: true }));
      if (fault !== undefined) throw new Error(fault);
      return readFileSync(fd, "utf8");
    } catch (error) {
      const why = isErrno(error, "ELOOP") ? "it is a link" : wordsOf(error);
      throw new StartupError(`cannot read ${this.path}: ${why}`, { cause: error });
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }

  #parse(text: string): Value {
    const parsed = this.#schema.safeParse(parseJson(text, this.path));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const where = (issue?.path ?? [])
      .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
      .join("");
    throw new StartupError(
      `${this.path}: ${where.replace(/^\./u, "") || "the file"}: ${issue?.message ?? "not understood"}`,
    );
  }

  async #makeFolder(): Promise<void> {
    const folder = dirname(this.path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (process.platform !== "win32" && ((await stat(folder)).mode & 0o077) !== 0) await chmod(folder, 0o700);
  }

  async #replace(value: Value): Promise<void> {
    const text = `${JSON.stringify(value, undefined, 2)}\n`;
    if (Buffer.byteLength(text) > MAX_BYTES)
      throw new StartupError(`${this.path} holds too much; take something back before adding more`);
    const temporary = `${this.path}.${randomBytes(6).toString("hex")}`;
    try {
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

const MISSING = "missing";

/** Why a file may not say what its person wants; nothing when it does. */
function faultOf(stats: BigIntStats): string | undefined {
  if (!stats.isFile()) return "it is no regular file";
  if (stats.size > MAX_BYTES) return `it is larger than ${MAX_BYTES} bytes`;
  const own = process.geteuid?.();
  // Windows has neither owners by number nor these modes
  if (own === undefined) return undefined;
  // who is root needs no file to be obeyed
  if (stats.uid !== BigInt(own) && stats.uid !== 0n) return "it belongs to another user";
  if ((stats.mode & 0o022n) !== 0n) return "others may write it; close it with chmod 600";
  return undefined;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StartupError(`${path} is not JSON: ${wordsOf(error)}`, { cause: error });
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
