import type { Access, Place } from "../../access.ts";
import type { Log } from "../../context.ts";
import { ToolError } from "../../errors.ts";
import { inWords } from "../contain-errors.ts";
import type { Containment } from "../contain.ts";
import { ChangeLog, LOG_SHOWN } from "./change-log.ts";
import { commit } from "./commit.ts";
import { Draft } from "./draft.ts";
import { historyOf, isBelow, pathsOf, type PastChange } from "./history.ts";
import type { By, Change } from "./journal.ts";
import type { TreeGround } from "./permit-tree.ts";
import { prune, type Keeping } from "./prune.ts";
import { takePruneTurn } from "./prune-turn.ts";
import { recover, type FindRoot } from "./recover.ts";
import { soleFile } from "./sole-file.ts";
import { Stale } from "./shift.ts";
import { undoChange, type UndoRequest } from "./undo-change.ts";
import type { Root } from "../root.ts";
import type { SafePath } from "../safe-path.ts";
import { wordedWrite } from "./write-errors.ts";

export interface ChangesOptions {
  /** Where the log lies: in the state folder, closed to tools. */
  readonly folder: string;
  readonly containment: Containment;
  readonly roots: readonly Root[];
  readonly show: (place: Place) => string;
  readonly locate: (path: string) => SafePath;
  readonly ground: TreeGround;
  readonly findRoot: FindRoot;
  readonly fsync: boolean;
  readonly keeping: Keeping;
  readonly log: Log;
}

/** How often a change is prepared again when its file changes meanwhile; each time somebody else got his through. */
const TRIES = 60;
const PRUNE_EVERY_MS = 3_600_000;
const PRUNE_LARGE_MS = 60_000;
const LARGE_LOG_BYTES = 8 * 1024 * 1024;
/** After the first change, when nobody waits any more. */
const PRUNE_FIRST_MS = 10_000;

/** All changes of the disk go through here: prepared beside, carried out at once, kept so that they can be undone. */
export class Changes {
  readonly log: ChangeLog;
  readonly #options: ChangesOptions;
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #closing = new AbortController();
  #pruning: Promise<void> | undefined;
  #pruneTimer: NodeJS.Timeout | undefined;

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
    // what is taken back may lie in the trash for others to find too
    const file = undoes === undefined ? soleFile(draft) : undefined;
    const recover = (): Promise<void> => this.#recover();
    try {
      if (file === undefined) await this.log.locked(() => this.#carryOut(change, draft), recover);
      else await this.log.shared(file, () => this.#carryOutNow(change, draft), recover);
    } catch (error) {
      throw wordedWrite(LOG_SHOWN, error);
    }
    draft.carriedOut();
    this.#pruneLater();
    return change;
  }

  /** Changes at places below these roots, the newest first, by whatever tool and process. */
  async history(): Promise<PastChange[]> {
    const { done } = await this.log.read();
    const { roots } = this.#options;
    return historyOf(done).filter(({ change }) =>
      change.steps.flatMap(pathsOf).some((path) => isBelow(roots, path)),
    );
  }

  /**
   * Takes a change back, at and below these paths only when some are given; that is a change of its own. Throws
   * `not_found` for a change that nobody knows here, `conflict` with a diff when something changed since,
   * `unavailable` when the old version is gone.
   */
  async undo(id: string, request: UndoRequest): Promise<Change> {
    const { signal } = request.access;
    return await this.settled(`undo ${id}`, signal, () =>
      undoChange(this, { id, ...request }, this.#options),
    );
  }

  /** Ends what runs beside the calls. */
  async close(): Promise<void> {
    clearTimeout(this.#pruneTimer);
    this.#closing.abort();
    await this.#pruning;
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

  /** Takes back what a process that died left half done, if one did. Three looks at the disk when none did. */
  async mend(): Promise<void> {
    const recover = (): Promise<void> => this.#recover();
    if (this.log.isAbandoned()) await this.log.locked(() => undefined, recover);
    else if (this.log.isLeftOpen()) await this.log.locked(recover, recover);
  }

  #carryOut(change: Change, draft: Draft): void | Promise<void> {
    const { lastChecks } = draft;
    // without a wait nobody of this process finds the lock taken
    if (lastChecks.length === 0) return this.#carryOutNow(change, draft);
    const checked = lastChecks.reduce((before, check) => before.then(check), Promise.resolve());
    return checked.then(() => this.#carryOutNow(change, draft));
  }

  #carryOutNow(change: Change, { steps, folders }: Draft): void {
    const { fsync } = this.#options;
    inWords(steps[0]?.shown ?? "the file", () => folders.verify());
    commit(change, steps, { log: this.log, fsync });
  }

  /** Off the path of any call; once an hour, sooner when the log grows fast. */
  #pruneLater(): void {
    if (this.#pruneTimer !== undefined) return;
    const isLarge = this.log.size > LARGE_LOG_BYTES;
    const wait = this.#pruning === undefined ? PRUNE_FIRST_MS : isLarge ? PRUNE_LARGE_MS : PRUNE_EVERY_MS;
    this.#pruneTimer = setTimeout(() => {
      this.#pruneTimer = undefined;
      this.#pruning = this.#prune();
    }, wait).unref();
  }

  async #prune(): Promise<void> {
    const { signal } = this.#closing;
    try {
      const { folder, roots } = this.#options;
      if (!takePruneTurn(folder, roots, PRUNE_LARGE_MS)) return;
      const recover = (): Promise<void> => this.#recover();
      await prune(this.log, { ...this.#options, now: Date.now(), signal, recover });
    } catch (error) {
      if (!signal.aborted)
        this.#options.log("warn", `old changes could not be cleared away: ${String(error)}`);
    }
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
