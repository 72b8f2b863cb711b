import { ToolError } from "../../errors.ts";
import type { Log } from "../../context.ts";
import type { Containment } from "../contain.ts";
import type { Root } from "../root.ts";
import type { ReadyStep } from "./carry-out.ts";
import type { ChangeLog } from "./change-log.ts";
import type { Spot } from "./folder.ts";
import { HeldFolders } from "./held-folders.ts";
import type { Change, Kept, Step } from "./journal.ts";
import { takeAllBack, type Left } from "./take-all-back.ts";

/** A root by its path, with what keeps paths inside of it; nothing when it is not there. */
export type FindRoot = (
  path: string,
) => Promise<{ readonly root: Root; readonly containment: Containment } | undefined>;

/** A root that is not there for so long is not expected back. */
const EXPECTED_MS = 30 * 86_400_000;

/**
 * Takes back the changes that processes died in, so that all their files are as they were before. What the disk does
 * not let us take back stays open, for the next start. Only under the lock.
 */
export async function recover(log: ChangeLog, findRoot: FindRoot, say: Log): Promise<void> {
  let isOpen = false;
  for (const change of (await log.read()).unfinished) {
    const left = await takeChangeBack(change, findRoot);
    const again = left.some((each) => each.again) && Date.now() - Date.parse(change.at) < EXPECTED_MS;
    if (again) isOpen = true;
    else log.end(change.id, false);
    say(
      "warn",
      `a server died while it made a change (${change.tool}, ${describe(change)}): ${outcome(left, again)}`,
    );
  }
  log.leaveOpen(isOpen);
}

function outcome(left: readonly Left[], again: boolean): string {
  if (left.length === 0) return "it was taken back";
  const places = left.map(({ where, cause }) => `${where}: ${String(cause)}`).join("; ");
  return `it could not be taken back everywhere${again ? ", which the next start tries again" : ""}: ${places}`;
}

async function takeChangeBack({ steps }: Change, findRoot: FindRoot): Promise<Left[]> {
  const roots = new Map<string, Ground>();
  const left: Left[] = [];
  try {
    for (const path of new Set(steps.flatMap(rootsOf))) {
      const found = await findRoot(path);
      if (found !== undefined)
        roots.set(path, { root: found.root, folders: new HeldFolders(found.containment) });
    }
    const ready = steps.flatMap((step) => readyAgain(step, roots, left));
    return [...takeAllBack(ready), ...left];
  } finally {
    for (const { folders } of roots.values()) folders.close();
  }
}

function rootsOf({ place, from, kept, staged }: Step): string[] {
  return [place, from, kept, staged].flatMap((each) => (each === undefined ? [] : [each.root]));
}

interface Ground {
  readonly root: Root;
  readonly folders: HeldFolders;
}

/** The step with its directories held again; nothing when one of them was never made, or is gone. */
function readyAgain(step: Step, roots: ReadonlyMap<string, Ground>, left: Left[]): ReadyStep[] {
  const groundAt = (path: string): Ground => {
    const ground = roots.get(path);
    if (ground === undefined) throw new ToolError("unavailable", `${path} is not there`);
    return ground;
  };
  const spotAt = ({ root: path, relative }: Step["place"]): Spot => {
    const names = relative.split("/");
    const { root, folders } = groundAt(path);
    return folders.find(root, names.slice(0, -1), names.slice(-1)).spot;
  };
  const spotIn = ({ root: path, mount, name }: Kept): Spot => {
    const { root, folders } = groundAt(path);
    return { folder: folders.trash(root, mount), name };
  };
  const { place, from, staged, kept } = step;
  const shown = `${place.root === "/" ? "" : place.root}/${place.relative}`;
  try {
    return [
      {
        step,
        spot: spotAt(place),
        shown,
        from: from && spotAt(from),
        staged: staged && spotIn(staged),
        kept: kept && spotIn(kept),
      },
    ];
  } catch (cause) {
    if (cause instanceof ToolError && cause.code === "conflict") return [];
    left.push({ where: shown, again: !(cause instanceof ToolError) || cause.code === "unavailable", cause });
    return [];
  }
}

function describe({ steps }: Change): string {
  const [first] = steps;
  return `${first?.place.relative ?? "nothing"}${steps.length > 1 ? ` and ${steps.length - 1} more` : ""}`;
}
