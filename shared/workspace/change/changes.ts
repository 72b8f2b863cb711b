import type { Access, Place } from "../../access.ts";
import type { Log } from "../../context.ts";
import { ToolError } from "../../errors.ts";
import type { Containment } from "../contain.ts";
import { ChangeLog } from "./change-log.ts";
import { commit } from "./commit.ts";
import { Draft } from "./draft.ts";
import { historyOf, type PastChange } from "./history.ts";
import type { Change, Step } from "./journal.ts";
import { prune, type Keeping } from "./prune.ts";
import { recover, type FindRoot } from "./recover.ts";
import { Stale } from "./shift.ts";
import { planUndo } from "./undo.ts";
import type { Root } from "../root.ts";
import type { SafePath } from "../safe-path.ts";
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
  readonly roots: readonly Root[];
  readonly show: (place: Place) => string;
  readonly locate: (path: string) => SafePath;
  readonly findRoot: FindRoot;
  readonly fsync: boolean;
  readonly keeping: Keeping;
  readonly log: Log;
}

/** How often a change is prepared again when its file changes meanwhile; each time somebody else got his through. */
const TRIES = 60;
const PRUNE_EVERY_MS = 3_600_000;
/** After the first change, when nobody waits any more. */
const PRUNE_FIRST_MS = 10_000;

/** All changes of the disk go through here: prepared beside, carried out at once, kept so that they can be undone. */
export class Changes {
  readonly log: ChangeLog;
  readonly #options: ChangesOptions;
  readonly #turns = new Map<string, Promise<unknown>>();
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
    const { fsync } = this.#options;
    try {
      await this.log.locked(
        () => commit(change, steps, { log: this.log, fsync }),
        () => this.#recover(),
      );
    } catch (error) {
      throw wordedWrite(steps[0]?.shown ?? "the file", error);
    }
    this.#pruneLater(PRUNE_FIRST_MS);
    return change;
  }

  /** Changes at places below these roots, the newest first, by whatever tool and process. */
  async history(): Promise<PastChange[]> {
    const { done } = await this.log.read();
    return historyOf(done).filter(({ change }) => change.steps.some(({ place }) => this.#isBelow(place)));
  }

  /**
   * Takes a change back, at these places only when some are given; that is a change of its own. Throws `not_found`
   * for a change that nobody knows here, `conflict` with a diff when something changed since, `unavailable` when the
   * old version is gone.
   */
  async undo(
    id: string,
    {
      access,
      by,
      paths,
    }: { readonly access: Access; readonly by: By; readonly paths?: readonly string[] | undefined },
  ): Promise<Change> {
    const past = (await this.history()).find(({ change }) => change.id === id);
    if (past === undefined)
      throw new ToolError("not_found", `there is no change ${JSON.stringify(id.slice(0, 40))} here`, {
        hint: "undo_change with action list shows those that can be taken back.",
      });
    if (past.state === "undone")
      throw new ToolError("conflict", `change ${id} was taken back already`, {
        hint: "To make it again, undo the change that took it back.",
      });
    const { locate } = this.#options;
    const places = paths
      ?.map((path) => locate(path))
      .map(({ root, parts }) => [root.path, ...parts].join("/"));
    const wanted = ({ place, from }: Step): boolean =>
      places === undefined ||
      [place, from].some((each) => each !== undefined && places.includes(`${each.root}/${each.relative}`));
    await using draft = this.draft(access);
    planUndo(past.change, { draft, access, locate, wanted });
    if (draft.steps.length === 0)
      throw new ToolError("not_found", `change ${id} did nothing at ${paths?.join(", ") ?? "these places"}`);
    return await this.commit(draft, by, id);
  }

  /** Ends what runs beside the calls. */
  async close(): Promise<void> {
    clearTimeout(this.#pruneTimer);
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

  /** Takes back what a process that died left half done, if one did. One look at the disk when none did. */
  async mend(): Promise<void> {
    if (!this.log.isLeftOpen()) return;
    await this.log.locked(
      () => undefined,
      () => this.#recover(),
    );
  }

  #isBelow({ root, relative }: Step["place"]): boolean {
    const path = `${root === "/" ? "" : root}/${relative}`;
    return this.#options.roots.some((each) => each.below(path) !== undefined);
  }

  /** Once an hour at most, off the path of any call. */
  #pruneLater(ms: number): void {
    this.#pruneTimer ??= setTimeout(() => {
      const { keeping, log } = this.#options;
      const ground = { ...this.#options, now: Date.now() };
      this.#pruning = this.log
        .locked(
          () => prune(this.log, keeping, ground),
          () => this.#recover(),
        )
        .catch((error: unknown) => log("warn", `old changes could not be cleared away: ${String(error)}`));
      this.#pruneTimer = setTimeout(() => (this.#pruneTimer = undefined), PRUNE_EVERY_MS).unref();
    }, ms).unref();
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
