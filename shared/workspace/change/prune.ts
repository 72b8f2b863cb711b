import { readdirSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { ToolError } from "../../errors.ts";
import type { Containment } from "../contain.ts";
import { pathOfPlace } from "../path-of-place.ts";
import type { Root } from "../root.ts";
import type { ChangeLog } from "./change-log.ts";
import { look, pathOf, type Folder, type Spot } from "./folder.ts";
import { HeldFolders } from "./held-folders.ts";
import { isBelow, pathsOf } from "./history.ts";
import type { Change, Kept } from "./journal.ts";
import { removeTree } from "./remove-tree.ts";
import { shift } from "./shift.ts";

/** How much of the past is kept. */
export interface Keeping {
  readonly days: number;
  /** Of everything kept for these roots together. The newest change stays, however large it is. */
  readonly maxBytes: number;
}

export interface PruneGround {
  readonly roots: readonly Root[];
  readonly containment: Containment;
  readonly keeping: Keeping;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Ends it between two deletions; the next time goes on. */
  readonly signal: AbortSignal;
  /** Takes back what a process died in, when one did. */
  readonly recover: () => Promise<void>;
}

const DAY_MS = 86_400_000;
/** More are never looked through again; it keeps the log small enough to be read in a moment. */
const MOST_CHANGES = 5_000;
/** After so many names others get their turn. */
const AT_ONCE = 200;
/** A call that prepares a change is over long before; what is older was left by a process that died. */
const LITTER_MS = 3_600_000;
/** `<change>-<number>` and what it is: nothing else in the trash is ours to delete. */
const OURS = /^([0-9a-f]{8})-\d+\.(old|new|gone)$/;

/** A trash by the absolute path of the directory that it lies in. */
type Trashes = ReadonlySet<string>;

/** Forgets changes that are too old or too much, the oldest first, and clears away what dead processes left. */
export async function prune(log: ChangeLog, ground: PruneGround): Promise<void> {
  const folders = new HeldFolders(ground.containment);
  try {
    const before = (await log.read()).done;
    // nearly always there is nothing to forget, and nobody has to wait while that is found out
    const isDue = tooMuch(before, ground).size > 0;
    const left = isDue ? await log.locked(() => forget(log, folders, ground), ground.recover) : before;
    // without the lock: nobody finds by the log any more what is deleted now, and that may take long
    for (const path of trashesOf(before, ground)) await sweep(trashAt(path, folders, ground), left, ground);
  } finally {
    folders.close();
  }
}

/** What is left. Under the lock: what is forgotten cannot be brought back from here on, not even half of a tree. */
async function forget(log: ChangeLog, folders: HeldFolders, ground: PruneGround): Promise<readonly Change[]> {
  const { done } = await log.read();
  const forgotten = tooMuch(done, ground);
  if (forgotten.size === 0) return done;
  const left = done.filter((change) => !forgotten.has(change));
  await log.rewrite(left);
  for (const { kept } of [...forgotten].flatMap(({ steps }) => steps)) release(kept, folders, ground);
  return left;
}

/** By age those of all projects, by size those of these roots. */
function tooMuch(changes: readonly Change[], { roots, keeping, now }: PruneGround): ReadonlySet<Change> {
  const isOld = ({ at }: Change): boolean => now - Date.parse(at) > keeping.days * DAY_MS;
  const isOwn = ({ steps }: Change): boolean => steps.flatMap(pathsOf).every((path) => isBelow(roots, path));
  const own = changes.filter((change) => !isOld(change) && isOwn(change)).toReversed();
  let bytes = 0;
  const large = own.filter((change, index) => (bytes += change.bytes) > keeping.maxBytes && index > 0);
  return new Set([...changes.filter(isOld), ...large, ...own.slice(MOST_CHANGES)]);
}

/** Gives what was kept a name under which it is deleted, now or the next time. */
function release(kept: Kept | undefined, folders: HeldFolders, ground: PruneGround): void {
  const folder = kept && trashAt(mountOf(kept), folders, ground);
  if (kept === undefined || folder === undefined) return;
  const spot = { folder, name: kept.name };
  quietly(() => {
    if (look(spot) !== undefined) shift(spot, { folder, name: kept.name.replace(/old$/, "gone") }, kept.name);
  });
}

function mountOf({ root, mount }: Kept): string {
  return pathOfPlace({ root, relative: mount.join("/") });
}

function trashesOf(changes: readonly Change[], { roots }: PruneGround): Trashes {
  const kept = changes.flatMap(({ steps }) => steps.flatMap((step) => step.kept ?? []));
  return new Set([...roots.map(({ path }) => path), ...kept.map(mountOf)]);
}

/** The trash in a directory, by whichever root leads there; none is made. */
function trashAt(path: string, folders: HeldFolders, { roots }: PruneGround): Folder | undefined {
  return quietly(() => {
    for (const root of roots) {
      const parts = root.below(path);
      if (parts !== undefined)
        return folders.find(root, [...parts, ".plumbline", "trash"], ["."]).spot.folder;
    }
    return undefined;
  });
}

async function sweep(
  folder: Folder | undefined,
  left: readonly Change[],
  ground: PruneGround,
): Promise<void> {
  if (folder === undefined) return;
  const known = new Set(left.map(({ id }) => id));
  const names = quietly(() => readdirSync(pathOf({ folder, name: "." }))) ?? [];
  for (const [index, name] of names.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
    ground.signal.throwIfAborted();
    const spot = { folder, name };
    if (isLitter(spot, known, ground)) await clearAway(spot, ground.signal);
  }
}

/** What another log knows, as that of another user or container, has its time too before it goes. */
function isLitter(spot: Spot, known: ReadonlySet<string>, { now, keeping }: PruneGround): boolean {
  const [, id, kind] = OURS.exec(spot.name) ?? [];
  if (id === undefined) return false;
  if (kind === "gone") return true;
  if (kind === "old" && known.has(id)) return false;
  const age = now - Number(quietly(() => look(spot))?.ctimeMs ?? now);
  if (kind === "new") return age > LITTER_MS;
  return age > Math.max(LITTER_MS, keeping.days * DAY_MS);
}

/** What cannot be deleted now is tried again the next time. */
async function clearAway(spot: Spot, signal: AbortSignal): Promise<void> {
  try {
    await removeTree(spot, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isOfDisk(error)) throw error;
  }
}

/** Nothing when the disk, or what stands there now, does not let us. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isOfDisk(error)) return undefined;
    throw error;
  }
}

function isOfDisk(error: unknown): boolean {
  return error instanceof ToolError || (error instanceof Error && "syscall" in error);
}
