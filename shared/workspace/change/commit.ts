import { readFileSync } from "node:fs";
import { ToolError } from "../../errors.ts";
import { inWords } from "../contain-errors.ts";
import { LOG_SHOWN, type ChangeLog } from "./change-log.ts";
import { carryOut } from "./carry-out.ts";
import type { Planned } from "./draft.ts";
import { look, pathOf } from "./folder.ts";
import type { Change } from "./journal.ts";
import { Stale } from "./shift.ts";
import { isSameLook } from "./stamp.ts";
import { takeAllBack, type Left } from "./take-all-back.ts";
import { wordedWrite } from "./write-errors.ts";

/** A file system's clock ticks in steps of up to 10 ms: two changes in one step have one time. */
const TICK_MS = 12;

/**
 * Carries out all steps or none, synchronously, under the log's lock. Throws `Stale` when something is not as it was
 * when it was looked at, else a `ToolError`; in both cases all is as it was before.
 */
export function commit(
  change: Change,
  steps: readonly Planned[],
  { log, fsync }: { log: ChangeLog; fsync: boolean },
): void {
  for (const step of steps) inWords(step.shown, () => check(step));
  let shown = LOG_SHOWN;
  const begun: Planned[] = [];
  try {
    // one step is one rename, which a power failure does not tear
    log.begin(change, { fsync: fsync && steps.length > 1 });
    for (const step of steps) {
      ({ shown } = step);
      begun.push(step);
      carryOut(step);
    }
    shown = LOG_SHOWN;
    log.end(change.id, true);
  } catch (error) {
    throw giveUp(log, change.id, takeAllBack(begun)) ?? wordedWrite(shown, error);
  }
}

function check({ spot, from = spot, looked, basis, shown }: Planned): void {
  if (looked === undefined) return;
  const now = look(from);
  if (!isSameLook(now, looked.before)) throw new Stale(shown);
  const isYoung = now !== undefined && Number(now.mtimeNs / 1_000_000n) > looked.at - TICK_MS;
  if (isYoung && basis !== undefined && !readFileSync(pathOf(from)).equals(basis)) throw new Stale(shown);
}

/** Closes a change that failed, or leaves it to the next start of a server. An error when something is left of it. */
function giveUp(log: ChangeLog, id: string, left: readonly Left[]): ToolError | undefined {
  const again = left.some((each) => each.again);
  closeQuietly(() => (again ? log.leaveOpen(true) : log.end(id, false)));
  if (left.length === 0) return undefined;
  const places = left.map(({ where }) => where).join(", ");
  return new ToolError(
    "unavailable",
    `the change failed in the middle, and could not be taken back at ${places}`,
    {
      hint: `Tell the person before anything else.${again ? " The next server that starts tries again." : ""}`,
      cause: left[0]?.cause,
    },
  );
}

/** A change that was begun and has no end counts for nothing, as long as its lock is let go. */
function closeQuietly(close: () => void): void {
  try {
    close();
  } catch {
    // the state folder's disk is full
  }
}
