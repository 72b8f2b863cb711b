import type { Access, Place } from "../../access.ts";
import type { Log } from "../../context.ts";
import { ToolError } from "../../errors.ts";
import type { Containment } from "../contain.ts";
import { ChangeLog } from "./change-log.ts";
import { commit } from "./commit.ts";
import { Draft } from "./draft.ts";
import type { Change } from "./journal.ts";
import { recover, type FindRoot } from "./recover.ts";
import { Stale } from "./shift.ts";
import { wordedWrite } from "./write-errors.ts";

/** Which call a change belongs to. */
export interface By {
  /** `<server>.<tool>`. */
  readonly tool: string;
  readonly call: string;
}

export interface ChangesOptions {
  /** Where the log lies: in the state folder, closed to tools. */
  readonly folder: string;
  readonly containment: Containment;
  readonly show: (place: Place) => string;
  readonly findRoot: FindRoot;
  readonly fsync: boolean;
  readonly log: Log;
}

/** How often a change is prepared again when its file changes meanwhile; each time somebody else got his through. */
const TRIES = 60;

/** All changes of the disk go through here: prepared beside, carried out at once, kept so that they can be undone. */
export class Changes {
  readonly log: ChangeLog;
  readonly #options: ChangesOptions;
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: ChangesOptions) {
    this.#options = options;
    this.log = new ChangeLog(options.folder);
  }

  /** The caller disposes of it. */
  draft(access: Access): Draft {
    return new Draft({ ...this.#options, access });
  }

  /**
   * Carries out what a draft holds: all of it or nothing. Throws `conflict` when something is not as it was when the
   * draft looked at it; then all is as it was before, as with any other error.
   */
  async commit(draft: Draft, by: By, undoes?: string): Promise<Change> {
    const { steps, id } = draft;
    const bytes = steps.reduce((sum, step) => sum + (step.bytes ?? 0), 0);
    const change: Change = {
      id,
      at: new Date().toISOString(),
      ...by,
      ...(undoes === undefined ? {} : { undoes }),
      bytes,
      steps: steps.map(({ step }) => step),
    };
    const { fsync } = this.#options;
    try {
      await this.log.locked(
        () => commit(change, steps, { log: this.log, fsync }),
        () => this.#recover(),
      );
    } catch (error) {
      throw wordedWrite(steps[0]?.shown ?? "the file", error);
    }
    return change;
  }

  /**
   * Runs `work`, which drafts and commits, until nobody changes the same thing meanwhile; calls about one `key` wait
   * for each other. Correct without the queue, as between processes, it only saves work.
   */
  async settled<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(key);
    const turn = (async () => {
      await before?.catch(() => undefined);
      for (let tries = 1; ; tries++) {
        signal.throwIfAborted();
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof Stale) || tries >= TRIES) throw error;
        }
      }
    })();
    this.#turns.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    }
  }

  /** Takes back what a process that died left half done, if one did. One look at the disk when none did. */
  async mend(): Promise<void> {
    if (!this.log.isLeftOpen()) return;
    await this.log.locked(
      () => undefined,
      () => this.#recover(),
    );
  }

  #recover(): Promise<void> {
    return recover(this.log, this.#options.findRoot, this.#options.log);
  }
}

/** For tools that were opened without a state folder, as in a test of something else. */
export function noChanges(): ToolError {
  return new ToolError(
    "unavailable",
    "nothing can be changed here: there is no folder for the log of changes",
  );
}
