import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import type { Log } from "../context.ts";
import { isErrno } from "../errors.ts";
import type { HookRunRecord } from "../hook-desk.ts";

/** One full file is kept beside the one that is written. */
const MAX_BYTES = 1024 * 1024;
/** The end of the file that a reader looks at. */
const TAIL_BYTES = 256 * 1024;

const recordSchema = z.object({
  time: z.string(),
  event: z.string(),
  subject: z.string(),
  handler: z.string(),
  matched: z.string(),
  result: z.string(),
  ms: z.number(),
});

/** Which hooks ran in a project, in `<state>/hooks/<project key>/runs.jsonl`: no contents of any tool, for its user only. */
export class HookRuns {
  readonly #file: string;
  readonly #log: Log;
  #failed = false;

  constructor({ stateFolder, project, log }: { stateFolder: string; project: string; log: Log }) {
    this.#file = join(stateFolder, "hooks", project, "runs.jsonl");
    this.#log = log;
  }

  /** Never throws: a full disk costs records, not calls. One write, so lines of several processes never mix. */
  append(record: HookRunRecord): void {
    try {
      this.#setAside();
      appendFileSync(this.#file, `${JSON.stringify(record)}\n`, { mode: 0o600 });
      this.#failed = false;
    } catch (error) {
      if (isErrno(error, "ENOENT") && this.#makeFolder()) return this.append(record);
      if (!this.#failed) this.#log("warn", `runs of hooks cannot be recorded: ${String(error)}`);
      this.#failed = true;
    }
  }

  /** The newest first, as far as the last 256 KiB reach. None when there is no record. */
  async recent(): Promise<readonly HookRunRecord[]> {
    try {
      await using file = await open(this.#file, "r");
      const { size } = await file.stat();
      const start = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
      const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
      return lines.flatMap(parseRecord).toReversed();
    } catch (error) {
      if (isErrno(error, "ENOENT")) return [];
      throw error;
    }
  }

  #setAside(): void {
    const facts = statSync(this.#file, { throwIfNoEntry: false });
    if (facts !== undefined && facts.size > MAX_BYTES) renameSync(this.#file, `${this.#file}.old`);
  }

  #makeFolder(): boolean {
    return mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 }) !== undefined;
  }
}

/** A torn line is left out. */
function parseRecord(line: string): HookRunRecord[] {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}
