import type { Log } from "../context.ts";
import type { Scope } from "../scope.ts";
import { appendLines, auditFolder, rotate } from "./audit-files.ts";
import type { AuditLine } from "./audit-line.ts";

export interface AuditLogOptions {
  readonly stateFolder: string;
  /** From `projectKey`. */
  readonly project: string;
  readonly scope: Scope;
  readonly log: Log;
  /** A file that is larger is set aside; default 10 MB. */
  readonly maxBytes?: number;
  /** How many files set aside are kept; default 5. */
  readonly keep?: number;
  /** False leaves it to the system when a durable line reaches the disk; true when left out. */
  readonly fsync?: boolean;
}

const FLUSH_MS = 100;
/** Beyond this many lines that wait for the disk, a call waits too. */
const MOST_PENDING = 1_000;
/** A longer line, in bytes, loses its arguments; far above what `redact` leaves. */
const LONGEST_LINE = 60_000;

/** The append-only record of one project. Several processes may hold one each; nothing here ever throws. */
export class AuditLog {
  readonly #folder: string;
  readonly #log: Log;
  readonly #fsync: boolean;
  readonly #limits: { readonly maxBytes: number; readonly keep: number };
  #pending: (() => AuditLine)[] = [];
  #sync = false;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<boolean> = Promise.resolve(true);
  #next: Promise<boolean> | undefined;
  #failing = false;
  #closed = false;

  private constructor(options: AuditLogOptions) {
    this.#folder = auditFolder(options.stateFolder, options.project);
    this.#log = options.log;
    this.#fsync = options.fsync ?? true;
    this.#limits = { maxBytes: options.maxBytes ?? 10_000_000, keep: options.keep ?? 5 };
  }

  /** Makes no file before the first line. Closing the scope writes what is buffered. */
  static open(options: AuditLogOptions): AuditLog {
    const log = new AuditLog(options);
    options.scope.defer(() => log.#close());
    return log;
  }

  /**
   * Writes one line within 100 ms; it is made when it is written, so that no caller waits for that. With a promise the
   * caller waits: a `durable` line is on the disk when it resolves; false says that it is not, which is logged here.
   */
  append(line: () => AuditLine, options: { readonly durable: boolean }): Promise<boolean> | undefined {
    this.#pending.push(line);
    if (options.durable) return this.#appendDurable(line);
    if (this.#closed || this.#pending.length > MOST_PENDING) return this.flush();
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
    return undefined;
  }

  async #appendDurable(line: () => AuditLine): Promise<boolean> {
    this.#sync = true;
    const written = await this.flush();
    if (!written) this.#warnOf(line());
    return written;
  }

  /** Writes what is buffered; everybody who comes while a write is under way shares the next one. */
  flush(): Promise<boolean> {
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      this.#writing = this.#write();
      return this.#writing;
    });
    return this.#next;
  }

  #warnOf({ id, tool }: AuditLine): void {
    this.#log("warn", `not audited: call ${id} of ${tool}, which changed something`);
  }

  #close(): Promise<boolean> {
    // A call that ends later finds nobody to wait for its line.
    this.#closed = true;
    return this.flush();
  }

  async #write(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#pending;
    const sync = this.#sync && this.#fsync;
    this.#pending = [];
    this.#sync = false;
    if (lines.length === 0) return true;
    try {
      const size = await appendLines(this.#folder, lines.map((line) => serialise(line())).join(""), sync);
      this.#failing = false;
      if (size >= this.#limits.maxBytes) await this.#rotate();
      return true;
    } catch (error) {
      this.#warn(`audit cannot be written, ${lines.length} lines lost`, error);
      return false;
    }
  }

  async #rotate(): Promise<void> {
    try {
      await rotate(this.#folder, this.#limits);
    } catch (error) {
      this.#warn("audit file cannot be set aside, it grows on", error);
    }
  }

  /** One warning for a row of failures: a full disk must not fill the log as well. */
  #warn(message: string, error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#log("warn", `${message}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function serialise(line: AuditLine): string {
  const text = `${JSON.stringify(line)}\n`;
  if (Buffer.byteLength(text) <= LONGEST_LINE) return text;
  return `${JSON.stringify({ ...line, input: "(too large to keep)", touched: {} })}\n`;
}
