import { ToolError } from "../../errors.ts";
import type { Log } from "../../context.ts";
import type { Containment } from "../contain.ts";
import type { Root } from "../root.ts";
import { takeBack, type ReadyStep } from "./carry-out.ts";
import type { ChangeLog } from "./change-log.ts";
import type { Spot } from "./folder.ts";
import { HeldFolders } from "./held-folders.ts";
import type { Change, Kept, Step } from "./journal.ts";

/** A root by its path, with what keeps paths inside of it; nothing when it is not there. */
export type FindRoot = (
  path: string,
) => Promise<{ readonly root: Root; readonly containment: Containment } | undefined>;

/** Takes back the change that a process died in, so that all its files are as they were before. Only under the lock. */
export async function recover(log: ChangeLog, findRoot: FindRoot, say: Log): Promise<void> {
  const { unfinished } = await log.read();
  if (unfinished === undefined) return;
  const roots = new Map<string, Ground>();
  for (const { place, from = place, kept = place, staged = place } of unfinished.steps) {
    for (const { root: path } of [place, from, kept, staged]) {
      const found = roots.has(path) ? undefined : await findRoot(path);
      if (found !== undefined)
        roots.set(path, { root: found.root, folders: new HeldFolders(found.containment) });
    }
  }
  try {
    for (const step of unfinished.steps.toReversed()) takeBackStep(step, roots);
  } finally {
    for (const { folders } of roots.values()) folders.close();
  }
  log.end(unfinished.id, false);
  say(
    "warn",
    `a server died while it made a change (${unfinished.tool}, ${describe(unfinished)}): it was taken back`,
  );
}

interface Ground {
  readonly root: Root;
  readonly folders: HeldFolders;
}

function takeBackStep(step: Step, roots: ReadonlyMap<string, Ground>): void {
  const ready = readyAgain(step, roots);
  if (ready === undefined) return;
  try {
    takeBack(ready);
  } catch (error) {
    // what stands in the way is somebody's newer work
    if (!(error instanceof ToolError)) throw error;
  }
}

/** The step with its directories held again; nothing when one of them was never made, or is gone. */
function readyAgain(step: Step, roots: ReadonlyMap<string, Ground>): ReadyStep | undefined {
  const spotAt = ({ root, relative }: Step["place"]): Spot | undefined => {
    const names = relative.split("/");
    const ground = roots.get(root);
    return ground?.folders.find(ground.root, names.slice(0, -1), names.slice(-1)).spot;
  };
  const spotIn = (kept: Kept): Spot | undefined => {
    const ground = roots.get(kept.root);
    return ground === undefined
      ? undefined
      : { folder: ground.folders.trash(ground.root, kept.mount), name: kept.name };
  };
  try {
    const spot = spotAt(step.place);
    if (spot === undefined) return undefined;
    return {
      step,
      spot,
      shown: step.place.relative,
      from: step.from && spotAt(step.from),
      staged: step.staged && spotIn(step.staged),
      kept: step.kept && spotIn(step.kept),
    };
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

function describe({ steps }: Change): string {
  const [first] = steps;
  return `${first?.place.relative ?? "nothing"}${steps.length > 1 ? ` and ${steps.length - 1} more` : ""}`;
}
