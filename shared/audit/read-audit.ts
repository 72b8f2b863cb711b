import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isErrno } from "../errors.ts";
import { auditFolder, CURRENT, fullFiles } from "./audit-files.ts";
import type { AuditEntry } from "./audit-line.ts";
import { parseAuditLine } from "./audit-line.ts";

export interface ReadAuditOptions {
  readonly stateFolder: string;
  /** From `projectKey`. */
  readonly project: string;
  /** Older lines are left out; lines without a readable time are not. */
  readonly since?: Date;
  /** Goes on with new lines, through rotations, until the signal aborts. */
  readonly follow?: boolean;
  readonly signal: AbortSignal;
}

const POLL_MS = 250;
const CHUNK = 256 * 1024;
/** A longer line is no audit line; it is shown in pieces. */
const LONGEST_LINE = 1_000_000;

/** The lines of a project's audit, oldest file first. No audit yet: no lines. An abort ends it without an error. */
export async function* readAudit(options: ReadAuditOptions): AsyncGenerator<AuditEntry, void, undefined> {
  const tails = new Tails(auditFolder(options.stateFolder, options.project));
  try {
    do yield* newEntries(tails, options);
    while (options.follow === true && (await pause(options.signal)));
  } finally {
    await tails.close();
  }
}

async function* newEntries(
  tails: Tails,
  { signal, since, follow }: ReadAuditOptions,
): AsyncGenerator<AuditEntry, void, undefined> {
  for await (const raw of tails.newLines(follow !== true)) {
    if (signal.aborted) return;
    const entry = parseAuditLine(raw);
    if (isWanted(entry, since)) yield entry;
  }
}

function isWanted(entry: AuditEntry, since: Date | undefined): boolean {
  return (
    since === undefined || entry.kind === "unreadable" || !(Date.parse(entry.line.time) < since.getTime())
  );
}

async function pause(signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(POLL_MS, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return !signal.aborted;
}

/** A file and how far it was read. While it is open its inode cannot be given to a newer file. */
interface Tail {
  readonly handle: FileHandle;
  position: number;
  /** Bytes after the last newline. */
  rest: Buffer;
}

/** The files of one audit, open, so that renames and removals between two looks lose and repeat nothing. */
class Tails {
  readonly #folder: string;
  readonly #tails = new Map<string, Tail>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What was written since the last look, oldest file first; with `final` the unfinished last line too. */
  async *newLines(final: boolean): AsyncGenerator<string, void, undefined> {
    const present = await this.#look();
    for (const [identity, tail] of this.#tails) {
      if (present.has(tail)) continue;
      yield* readLines(tail, true);
      this.#tails.delete(identity);
      await tail.handle.close();
    }
    for (const tail of present) yield* readLines(tail, final);
  }

  async close(): Promise<void> {
    for (const tail of this.#tails.values()) await tail.handle.close();
    this.#tails.clear();
  }

  async #look(): Promise<Set<Tail>> {
    // The current file first: set aside while we look, it turns up under its new name and is read once.
    const current = await this.#open(CURRENT);
    const present = new Set<Tail>();
    for (const name of await fullFiles(this.#folder)) {
      const tail = await this.#open(name);
      if (tail !== undefined) present.add(tail);
    }
    if (current !== undefined) present.add(current);
    return present;
  }

  async #open(name: string): Promise<Tail | undefined> {
    const handle = await openIfThere(join(this.#folder, name));
    if (handle === undefined) return undefined;
    const { dev, ino } = await handle.stat({ bigint: true });
    const identity = `${dev}:${ino}`;
    const known = this.#tails.get(identity);
    if (known === undefined) {
      const tail = { handle, position: 0, rest: Buffer.alloc(0) };
      this.#tails.set(identity, tail);
      return tail;
    }
    await handle.close();
    return known;
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function* readLines(tail: Tail, final: boolean): AsyncGenerator<string, void, undefined> {
  for (;;) {
    const { buffer, bytesRead } = await tail.handle.read(Buffer.alloc(CHUNK), 0, CHUNK, tail.position);
    if (bytesRead === 0) break;
    tail.position += bytesRead;
    const bytes = Buffer.concat([tail.rest, buffer.subarray(0, bytesRead)]);
    const newline = bytes.lastIndexOf("\n") + 1;
    const end = newline === 0 && bytes.length > LONGEST_LINE ? bytes.length : newline;
    tail.rest = bytes.subarray(end);
    yield* bytes
      .subarray(0, end)
      .toString()
      .split("\n")
      .filter((line) => line !== "");
  }
  if (final && tail.rest.length > 0) yield tail.rest.toString();
}
