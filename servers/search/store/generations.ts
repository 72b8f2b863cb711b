import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isErrno, ToolError } from "../../../shared/errors.ts";

const CURRENT = "current";
/** More is not ours. */
const MOST_CURRENT = 1_000;
/** Other makeups whose generation stays, and for how long after it was last written. */
const MOST_OTHERS = 2;
const KEPT_MS = 7 * 24 * 3_600_000;
const NAME = /^g(\d{1,9})\.db$/u;
/** What belongs to a generation: the database, what SQLite keeps beside it, and our mark that it is damaged. */
const PARTS = ["", "-wal", "-shm", "-journal", ".broken"];

/** A generation that is to be read by programs that make an index in this way. */
interface Named {
  readonly generation: number;
  readonly makeup: string;
}

/**
 * The databases of one root: `g<N>.db`, and a small file that names the one to be read, for each makeup: programs of
 * several versions, or with other settings, live side by side. The last one published comes first.
 */
export class Generations {
  readonly folder: string;
  readonly #makeup: string;

  /** `makeup`: a line of text. */
  constructor(folder: string, makeup: string) {
    this.folder = folder;
    this.#makeup = makeup;
  }

  /** For the first time. */
  makeFolder(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  /** Number of the generation to be read: ours, else the last one of another makeup; undefined before there is one. */
  current(): number | undefined {
    const named = this.#named();
    return (named.find(({ makeup }) => makeup === this.#makeup) ?? named[0])?.generation;
  }

  #named(): Named[] {
    const path = join(this.folder, CURRENT);
    try {
      const stat = lstatSync(path);
      // a FIFO would be waited for, for ever
      if (!stat.isFile() || stat.size > MOST_CURRENT) return [];
      return readFileSync(path, "utf8").split("\n").flatMap(namedIn);
    } catch (error) {
      if (isErrno(error, "ENOENT", "ENOTDIR")) return [];
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

  /** From now on this one is read by those of our makeup; in one step. Those before it go. */
  publish(generation: number): void {
    const made = join(this.folder, `${CURRENT}.new`);
    rmSync(made, { force: true, recursive: true });
    const named = [{ generation, makeup: this.#makeup }, ...this.#others()];
    const lines = named.map((each) => `g${each.generation}.db ${each.makeup}\n`);
    writeFileSync(made, lines.join(""), { flag: "wx" });
    const path = join(this.folder, CURRENT);
    // nothing of ours is a folder
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) rmSync(path, { recursive: true });
    renameSync(made, path);
    this.sweep(generation);
  }

  /** Deletes all but these and those that another makeup uses. Who still reads one keeps what is open; where that forbids deleting, the next sweep does it. */
  sweep(...kept: readonly number[]): void {
    const used = new Set([...kept, ...this.#others().map(({ generation }) => generation)]);
    for (const generation of this.all().filter((each) => !used.has(each))) {
      try {
        for (const part of PARTS) rmSync(`${this.path(generation)}${part}`, { force: true, recursive: true });
      } catch (error) {
        if (!isErrno(error, "EBUSY", "EPERM", "EACCES")) throw error;
      }
    }
  }

  /** Of other makeups, while somebody seems to use them. */
  #others(): Named[] {
    const isUsed = ({ generation }: Named): boolean => {
      const path = this.path(generation);
      const times = [path, `${path}-wal`].map(
        (each) => lstatSync(each, { throwIfNoEntry: false })?.mtimeMs ?? 0,
      );
      return Date.now() - Math.max(...times) < KEPT_MS;
    };
    return this.#named()
      .filter((each) => each.makeup !== this.#makeup && isUsed(each))
      .slice(0, MOST_OTHERS);
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

function namedIn(line: string): Named[] {
  const [name = "", ...makeup] = line.trim().split(" ");
  const generation = numberOf(name);
  return generation === undefined ? [] : [{ generation, makeup: makeup.join(" ") }];
}

function numberOf(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
