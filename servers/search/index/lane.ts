import { availableParallelism, freemem } from "node:os";
import { startMessageThread, type MessageThread } from "../../../shared/process/message-thread.ts";
import type { StaticTable } from "../../../shared/model/static-table.ts";
import type { TableData } from "../../../shared/model/table-file.ts";
import type { Made } from "./maker.ts";
import type { FileToWrite } from "./messages.ts";
import { noneTaken, takeNext, type Taken } from "./share.ts";

/** Of its JavaScript; grammars have their own memory beside it. */
const MOST_MEGABYTES = 96;
/** What a machine has to have left for it, in bytes. */
const LEAST_FREE = 512 * 1024 * 1024;
const IDLE_MS = 5_000;

export interface ToLane {
  readonly id: number;
  readonly files: readonly FileToWrite[];
  readonly taken: Taken;
  /** Comes with the first. */
  readonly table?: TableData;
}

/** A file that was made, or, without one, that all of the lane's part is made. */
export interface FromLane {
  readonly id: number;
  readonly at?: number;
  readonly made?: Made;
}

/** Files that two threads make: who is free takes the next. */
export interface Shared {
  /** The place of the next that nobody else makes; undefined when there is none left. */
  readonly next: () => number | undefined;
  /** What was made, by place. */
  readonly made: Map<number, Made>;
  /** Resolves when the lane made its part. */
  readonly others: Promise<void>;
}

interface Open {
  /** The place among the given files, by the place among the sent ones. */
  readonly order: readonly number[];
  readonly made: Map<number, Made>;
  readonly resolve: () => void;
}

/** A second thread that makes files while this one makes others or writes. It ends after a rest. */
export class Lane {
  readonly #open = new Map<number, Open>();
  readonly #failed: () => void;
  readonly #heard: () => void;
  #thread: MessageThread<ToLane> | undefined;
  #next = 1;
  #idle: NodeJS.Timeout | undefined;

  /** `failed`: it broke off, and what it had will never be ready. `heard`: it is alive. */
  constructor({ failed, heard }: { readonly failed: () => void; readonly heard: () => void }) {
    this.#failed = failed;
    this.#heard = heard;
  }

  /** Starts the thread for what will come; not on a machine of one processor, or of little memory. */
  start(table: StaticTable | undefined): void {
    if (this.#thread !== undefined || availableParallelism() < 2 || freemem() < LEAST_FREE) return;
    this.#thread = startMessageThread<ToLane, FromLane>("make-worker", {
      megabytes: MOST_MEGABYTES,
      heard: (message) => this.#hear(message),
      failed: this.#failed,
    });
    const first = { id: 0, files: [], taken: noneTaken() };
    this.#thread.send(table === undefined ? first : { ...first, table: table.data });
    this.#rest();
  }

  /** Undefined when it does not run. */
  share(files: readonly FileToWrite[]): Shared | undefined {
    if (this.#thread === undefined) return undefined;
    clearTimeout(this.#idle);
    // a large one that comes last would be waited for
    const sorted = [...files.entries()].sort(([, a], [, b]) => b.text.length - a.text.length);
    const order = sorted.map(([place]) => place);
    const id = this.#next++;
    const taken = noneTaken();
    const made = new Map<number, Made>();
    const others = new Promise<void>((resolve) => {
      this.#open.set(id, { order, made, resolve });
    });
    this.#thread.send({ id, files: sorted.map(([, file]) => file), taken });
    return { next: () => order[takeNext(taken)], made, others };
  }

  #hear({ id, at, made }: FromLane): void {
    this.#heard();
    const open = this.#open.get(id);
    if (open === undefined) return;
    if (at !== undefined && made !== undefined) open.made.set(open.order[at] ?? at, made);
    else {
      this.#open.delete(id);
      open.resolve();
      if (this.#open.size === 0) this.#rest();
    }
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref();
  }

  #end(): void {
    this.#thread?.end();
    this.#thread = undefined;
  }
}
