import type { TrainingPair } from "./corpus.ts";
import type { Random } from "./random.ts";
import type { Settings } from "./settings.ts";

/** One epoch's batches: whole ones only, made of blocks of one package each as far as there are enough pairs. */
export function batchesOf(
  pairs: readonly TrainingPair[],
  settings: Pick<Settings, "batch" | "block">,
  random: Random,
): TrainingPair[][] {
  const byPackage = new Map<number, TrainingPair[]>();
  for (const pair of pairs) {
    const known = byPackage.get(pair.from);
    if (known === undefined) byPackage.set(pair.from, [pair]);
    else known.push(pair);
  }
  const { block, batch } = settings;
  const rest: TrainingPair[] = [];
  const blocks: TrainingPair[][] = [];
  for (const own of byPackage.values()) {
    const shuffled = random.shuffle(own);
    const whole = shuffled.length - (shuffled.length % block);
    blocks.push(...chunks(shuffled.slice(0, whole), block));
    rest.push(...shuffled.slice(whole));
  }
  // what is left of them makes mixed blocks; a short one would shift all that follow
  blocks.push(...chunks(random.shuffle(rest), block).filter(({ length }) => length === block));
  const order = random.shuffle(blocks).flat();
  return chunks(order, batch).filter((each) => each.length === batch);
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const found: Item[][] = [];
  for (let at = 0; at < items.length; at += size) found.push(items.slice(at, at + size));
  return found;
}
