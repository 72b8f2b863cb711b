import { setImmediate } from "node:timers/promises";
import type { StaticTable } from "../../../shared/model/static-table.ts";
import { Lane, type Shared } from "./lane.ts";
import { Maker, type Made } from "./maker.ts";
import type { FileToWrite } from "./messages.ts";

/** Milliseconds between two signs of life. */
const BEAT_MS = 1_000;
/** Characters of files that a thread is started for: reading them takes as long as its start. */
const MUCH = 100_000;

type Files = readonly FileToWrite[];

interface MakingParts {
  /** Told each second that files are made, and each file that is made with care before it is begun. */
  readonly at: (path?: string) => void;
  /** The second thread broke off, and this process with it. */
  readonly failed: () => void;
}

/** Makes the files of one batch after the other, in two threads where there is more than one batch to make. */
export class MakingFiles {
  readonly #at: MakingParts["at"];
  readonly #lane: Lane;
  readonly #shared = new Map<Files, Shared>();
  #maker: Maker | undefined;
  #table: StaticTable | undefined;
  #isBusy = false;
  #beatAt = 0;

  constructor({ at, failed }: MakingParts) {
    this.#at = at;
    this.#lane = new Lane({ failed, heard: () => this.#beat() });
  }

  /** What is foreseen from now on is made with this. */
  begin(table: StaticTable | undefined): void {
    this.#table = table;
    this.#maker = new Maker(table);
  }

  /** Much is to come: a second thread starts while there is nothing to make yet. */
  expectMuch(): void {
    this.#lane.start(this.#table);
  }

  /** These files will be made soon. A second thread begins with them, where it is not more than its start that it saves. */
  foresee(files: Files): void {
    if (this.#isBusy && charsOf(files) > MUCH) this.expectMuch();
    if (files.length === 0 || (files.length === 1 && !this.#isBusy)) return;
    const shared = this.#lane.share(files);
    if (shared !== undefined) this.#shared.set(files, shared);
  }

  /** In the order given, whoever made them. */
  async make(files: Files): Promise<Made[]> {
    this.#isBusy = true;
    try {
      return await this.#make(files);
    } finally {
      this.#isBusy = false;
    }
  }

  async #make(files: Files): Promise<Made[]> {
    const shared = this.#shared.get(files);
    const places = files.keys();
    const next = shared === undefined ? () => places.next().value : shared.next;
    const made = shared?.made ?? new Map<number, Made>();
    await this.#makeAll(files, { next, made });
    this.#shared.delete(files);
    // a thread that only just starts is not waited for when it took nothing
    if (shared !== undefined && made.size < files.length) await this.#helpUntil(shared);
    return files.flatMap((_, place) => made.get(place) ?? []);
  }

  async #makeAll(files: Files, { next, made }: Pick<Shared, "next" | "made">): Promise<void> {
    for (let place = next(); place !== undefined; place = next()) {
      this.#beat();
      made.set(place, await this.#makeOne(files[place]));
      // what others say shall be heard before the next file
      await setImmediate();
    }
  }

  /** Makes files of what comes later while the other thread is still busy with its part. */
  async #helpUntil({ others }: Shared): Promise<void> {
    let isOver = false;
    const ending = others.finally(() => {
      isOver = true;
    });
    for (const [files, { next, made }] of this.#shared) {
      const untilThen = (): number | undefined => (isOver ? undefined : next());
      await this.#makeAll(files, { next: untilThen, made });
    }
    await ending;
  }

  /** In this thread alone; each is told before it is begun. */
  async oneByOne(files: Files): Promise<Made[]> {
    const made: Made[] = [];
    for (const file of files) {
      this.#at(file.path);
      made.push(await this.#makeOne(file));
      // what is told above shall be on its way before the next file
      await setImmediate();
    }
    // what comes now is no file's doing
    this.#at();
    await setImmediate();
    return made;
  }

  async #makeOne(file: FileToWrite | undefined): Promise<Made> {
    if (file === undefined || this.#maker === undefined) throw new Error("the index was not opened");
    return await this.#maker.make(file);
  }

  #beat(): void {
    const now = performance.now();
    if (now - this.#beatAt < BEAT_MS) return;
    this.#beatAt = now;
    this.#at();
  }
}

function charsOf(files: Files): number {
  return files.reduce((sum, { text }) => sum + text.length, 0);
}
