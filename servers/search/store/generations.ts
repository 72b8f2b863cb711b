import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isErrno, ToolError } from "../../../shared/errors.ts";

const CURRENT = "current";
/** More is not ours. */
const MOST_CURRENT = 100;
const NAME = /^g(\d{1,9})\.db$/u;
/** What belongs to a generation: the database, what SQLite keeps beside it, and our mark that it is damaged. */
const PARTS = ["", "-wal", "-shm", "-journal", ".broken"];

/** The databases of one root: `g<N>.db`, and a small file that names the one to be read. */
export class Generations {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** For the first time. */
  makeFolder(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  /** Number of the generation to be read; undefined before there is one. */
  current(): number | undefined {
    const path = join(this.folder, CURRENT);
    try {
      const stat = lstatSync(path);
      // a FIFO would be waited for, for ever
      if (!stat.isFile() || stat.size > MOST_CURRENT) return undefined;
      return numberOf(readFileSync(path, "utf8").trim());
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
      if (isErrno(error, "EACCES", "EPERM", "ELOOP")) throw closed(error);
      throw error;
    }
  }

  /** All that are there, the oldest first. */
  all(): number[] {
    const numbers = readdirSync(this.folder).flatMap((name) => numberOf(name) ?? []);
    return numbers.sort((a, b) => a - b);
  }

  /** False for what somebody put there that is no file, such as a link to another database. */
  isFile(generation: number): boolean {
    return lstatSync(this.path(generation), { throwIfNoEntry: false })?.isFile() === true;
  }

  path(generation: number): string {
    return join(this.folder, `g${generation}.db`);
  }

  /** From now on this one is read; in one step. Those before it go. */
  publish(generation: number): void {
    const made = join(this.folder, `${CURRENT}.new`);
    rmSync(made, { force: true, recursive: true });
    writeFileSync(made, `g${generation}.db\n`, { flag: "wx" });
    const path = join(this.folder, CURRENT);
    // nothing of ours is a folder
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) rmSync(path, { recursive: true });
    renameSync(made, path);
    this.sweep(generation);
  }

  /** Deletes all but these. Who still reads one keeps what is open; where that forbids deleting, the next sweep does it. */
  sweep(...kept: readonly number[]): void {
    for (const generation of this.all().filter((each) => !kept.includes(each))) {
      try {
        for (const part of PARTS) rmSync(`${this.path(generation)}${part}`, { force: true, recursive: true });
      } catch (error) {
        if (!isErrno(error, "EBUSY", "EPERM", "EACCES")) throw error;
      }
    }
  }

  /** Tells every process that this one is not to be trusted; whoever writes next begins another. */
  markBroken(generation: number): void {
    writeFileSync(`${this.path(generation)}.broken`, "");
  }

  isBroken(generation: number): boolean {
    return readdirSync(this.folder).includes(`g${generation}.db.broken`);
  }
}

function closed(cause: unknown): ToolError {
  return new ToolError("unavailable", "the index cannot be read", {
    hint: "Look at the cache folder: is it ours?",
    cause,
  });
}

function numberOf(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
