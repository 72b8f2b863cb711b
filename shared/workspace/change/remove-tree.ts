import { chmodSync, readdirSync, unlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { Folder, look, pathOf, type Spot } from "./folder.ts";
import { dropFolder } from "./shift.ts";

/** After so many deletions others get their turn. */
const AT_ONCE = 200;
const ALL = 0o700n;

/**
 * Deletes what stands at a spot of the trash, with all that is in it. No link is followed, no directory left unheld.
 * Throws the signal's reason when it is aborted in the middle.
 */
export async function removeTree(spot: Spot, signal?: AbortSignal, counter = { deleted: 0 }): Promise<void> {
  const stats = look(spot);
  if (stats === undefined) return;
  if (stats.isDirectory()) {
    // what was read-only where it stood would stay here for ever
    if ((stats.mode & ALL) !== ALL) chmodSync(pathOf(spot), Number((stats.mode & 0o7777n) | ALL));
    await empty(Folder.below(spot.folder, spot.name), (inner) => removeTree(inner, signal, counter));
    dropFolder(spot);
  } else unlinkSync(pathOf(spot));
  counter.deleted += 1;
  if (counter.deleted % AT_ONCE !== 0) return;
  await setImmediate();
  signal?.throwIfAborted();
}

async function empty(folder: Folder, remove: (spot: Spot) => Promise<void>): Promise<void> {
  try {
    for (const name of readdirSync(pathOf({ folder, name: "." }))) await remove({ folder, name });
  } finally {
    folder.close();
  }
}
