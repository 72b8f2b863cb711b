import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isErrno } from "../../../shared/errors.ts";

const CURRENT = "current";
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
    try {
      return numberOf(readFileSync(join(this.folder, CURRENT), "utf8").trim());
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
      throw error;
    }
  }

  /** All that are there, the oldest first. */
  all(): number[] {
    const numbers = readdirSync(this.folder).flatMap((name) => numberOf(name) ?? []);
    return numbers.sort((a, b) => a - b);
  }

  path(generation: number): string {
    return join(this.folder, `g${generation}.db`);
  }

  /** From now on this one is read; in one step. Those before it go. */
  publish(generation: number): void {
    const made = join(this.folder, `${CURRENT}.new`);
    writeFileSync(made, `g${generation}.db\n`);
    renameSync(made, join(this.folder, CURRENT));
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

function numberOf(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
