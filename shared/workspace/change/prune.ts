import { readdirSync } from "node:fs";
import { ToolError } from "../../errors.ts";
import type { Containment } from "../contain.ts";
import type { Root } from "../root.ts";
import type { ChangeLog } from "./change-log.ts";
import { look, pathOf, type Folder } from "./folder.ts";
import { HeldFolders } from "./held-folders.ts";
import type { Change, Kept } from "./journal.ts";
import { removeTree } from "./remove-tree.ts";

/** How much of the past is kept. */
export interface Keeping {
  readonly days: number;
  /** Of everything kept for these roots together. The newest change stays, however large it is. */
  readonly maxBytes: number;
}

const DAY_MS = 86_400_000;
/** A call that prepares a change is over long before; what is older was left by a process that died. */
const LITTER_MS = 3_600_000;
/** `<change>-<number>.old` or `.new`: nothing else in the trash is ours to delete. */
const OURS = /^([0-9a-f]{8})-\d+\.(?:old|new)$/;

interface Ground {
  readonly roots: readonly Root[];
  readonly containment: Containment;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Forgets changes that are too old or too much, the oldest first, and clears away what dead processes left. */
export async function prune(log: ChangeLog, keeping: Keeping, ground: Ground): Promise<void> {
  const { done } = await log.read();
  const own = done.filter(({ steps }) => steps.every(({ place }) => isOwn(ground, place.root)));
  const forgotten = tooMuch(own, keeping, ground.now);
  if (forgotten.size > 0) await log.rewrite(done.filter((change) => !forgotten.has(change)));
  const folders = new HeldFolders(ground.containment);
  try {
    for (const change of forgotten) for (const { kept } of change.steps) await forget(kept, folders, ground);
    const known = new Set(done.filter((change) => !forgotten.has(change)).map(({ id }) => id));
    for (const root of ground.roots) await sweep(trashOf(root, folders), known, ground.now);
  } finally {
    folders.close();
  }
}

function isOwn({ roots }: Ground, path: string): boolean {
  return roots.some((root) => root.path === path);
}

/** By age, then by size. */
function tooMuch(changes: readonly Change[], { days, maxBytes }: Keeping, now: number): Set<Change> {
  const forgotten = new Set<Change>();
  let bytes = 0;
  for (const [index, change] of changes.toReversed().entries()) {
    bytes += change.bytes;
    const isOld = now - Date.parse(change.at) > days * DAY_MS;
    if (isOld || (bytes > maxBytes && index > 0)) forgotten.add(change);
  }
  return forgotten;
}

async function forget(kept: Kept | undefined, folders: HeldFolders, { roots }: Ground): Promise<void> {
  const root = roots.find(({ path }) => path === kept?.root);
  if (kept === undefined || root === undefined) return;
  await quietly(() => removeTree({ folder: folders.trash(root, kept.mount), name: kept.name }));
}

function trashOf(root: Root, folders: HeldFolders): Folder | undefined {
  try {
    return folders.trash(root, []);
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

async function sweep(folder: Folder | undefined, known: ReadonlySet<string>, now: number): Promise<void> {
  if (folder === undefined) return;
  for (const name of readdirSync(pathOf({ folder, name: "." }))) {
    const id = OURS.exec(name)?.[1];
    const spot = { folder, name };
    if (id === undefined || known.has(id)) continue;
    if (now - Number(look(spot)?.ctimeMs ?? now) > LITTER_MS) await quietly(() => removeTree(spot));
  }
}

/** What cannot be deleted now is tried again the next time. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
