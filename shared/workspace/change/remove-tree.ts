import { readdirSync, unlinkSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { Folder, look, pathOf, type Spot } from "./folder.ts";
import { dropFolder } from "./shift.ts";

/** After so many deletions others get their turn. */
const AT_ONCE = 200;

/** Deletes what stands at a spot of the trash, with all that is in it. No link is followed, no directory left unheld. */
export async function removeTree(spot: Spot, counter = { deleted: 0 }): Promise<void> {
  const stats = look(spot);
  if (stats === undefined) return;
  if (stats.isDirectory()) {
    const folder = Folder.below(spot.folder, spot.name);
    try {
      for (const name of readdirSync(pathOf({ folder, name: "." })))
        await removeTree({ folder, name }, counter);
    } finally {
      folder.close();
    }
    dropFolder(spot);
  } else unlinkSync(pathOf(spot));
  counter.deleted += 1;
  if (counter.deleted % AT_ONCE === 0) await setImmediate();
}
