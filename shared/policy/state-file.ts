import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { chmod, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type * as z from "zod";
import { StartupError } from "../errors.ts";
import { withLock } from "../workspace/lock-file.ts";

const MAX_BYTES = 4 * 1024 * 1024;

/**
 * A small JSON file that several processes read and change. What is read is as fresh as the file: its stat is
 * compared at each read, which costs a few microseconds; the file itself is read only after a change. Changes are made under a lock and replace the file at once. Private to its owner.
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
      const facts = statSync(this.path, { bigint: true, throwIfNoEntry: false });
      return facts === undefined ? MISSING : `${facts.dev}:${facts.ino}:${facts.size}:${facts.mtimeNs}`;
    } catch (error) {
      throw new StartupError(`cannot read ${this.path}: ${wordsOf(error)}`, { cause: error });
    }
  }

  #text(): string {
    try {
      const text = readFileSync(this.path, "utf8");
      if (text.length > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
      return text;
    } catch (error) {
      throw new StartupError(`cannot read ${this.path}: ${wordsOf(error)}`, { cause: error });
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
    const temporary = `${this.path}.${randomBytes(6).toString("hex")}`;
    try {
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
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
