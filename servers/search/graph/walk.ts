import type { DefinitionRow } from "../store/shapes.ts";
import type { Lookups } from "./lookups.ts";
import type { Turns } from "./turns.ts";
import type { Confidence, Use } from "./shapes.ts";
import { usesBy } from "./uses-by.ts";
import { usesOf } from "./uses-of.ts";

const MOST_LOOKED = 400;

/** A definition, or the top of a file, that was reached. */
export interface Reached {
  /** Undefined for code outside of all definitions. */
  readonly definition?: DefinitionRow;
  readonly path: string;
  /** 1 for what stands next to where the walk began. */
  readonly depth: number;
  /** The uses that led here, from the level before. */
  readonly uses: readonly Use[];
  /** Of the least sure step on the way. */
  readonly confidence: Confidence;
}

export interface Walk {
  readonly reached: readonly Reached[];
  /** References that may belong here, and too many definitions carry their name. */
  readonly unclear: number;
  /** Further references by a name that mean something else. */
  readonly elsewhere: number;
  /** True when not everything was looked at. */
  readonly cut: boolean;
}

export interface Walking {
  readonly depth: number;
  readonly turns: Turns;
  /** Definitions that are looked at before the walk ends, 400 when left out. */
  readonly most?: number;
  /** Which uses are followed. */
  readonly follow: (use: Use) => boolean;
}

const WEAKNESS = { file: 0, import: 0, name: 1 } as const;

/** What uses these definitions, what uses that, and so on, each once. */
export async function walkUp(
  starts: readonly DefinitionRow[],
  walking: Walking,
  lookups: Lookups,
): Promise<Walk> {
  return await walk(starts, walking, (definition) => {
    const { uses, elsewhere, unclear, cut } = usesOf(definition, lookups);
    const next = uses.map((use) => ({ use, to: holderOf(use, lookups), path: use.mention.path }));
    return { next, elsewhere, unclear, cut };
  });
}

/** What these definitions use, and so on. */
export async function walkDown(
  starts: readonly DefinitionRow[],
  walking: Walking,
  lookups: Lookups,
): Promise<Walk> {
  return await walk(starts, walking, (definition) => {
    const { uses } = usesBy(definition, lookups);
    const next = uses.map((use) => ({ use, to: use.definition, path: use.definition.path }));
    return { next, elsewhere: 0, unclear: 0, cut: false };
  });
}

/** The function, method or type in which a use stands; undefined at the top of a file. */
export function holderOf({ mention }: Pick<Use, "mention">, lookups: Lookups): DefinitionRow | undefined {
  const around = lookups.around(mention.within);
  return around.find(({ kind }) => kind !== "constant" && kind !== "module") ?? around[0];
}

interface Step {
  readonly use: Use;
  readonly to: DefinitionRow | undefined;
  readonly path: string;
}

interface Neighbours {
  readonly next: readonly Step[];
  readonly elsewhere: number;
  readonly unclear: number;
  readonly cut: boolean;
}

async function walk(
  starts: readonly DefinitionRow[],
  { depth: deepest, turns, most = MOST_LOOKED, follow }: Walking,
  neighbours: (definition: DefinitionRow) => Neighbours,
): Promise<Walk> {
  const seen = new Set(starts.map(({ id }) => String(id)));
  const reached: Reached[] = [];
  const sums = { elsewhere: 0, unclear: 0, cut: false, looked: 0 };
  let level = starts.map((definition) => ({ definition, weakness: 0 }));
  for (let depth = 1; depth <= deepest && level.length > 0; depth++) {
    const found = new Map<string, Arrival>();
    const looked = turns.isOver ? [] : level.slice(0, Math.max(0, most - sums.looked));
    sums.looked += looked.length;
    sums.cut ||= looked.length < level.length;
    for (const { definition, weakness } of looked) {
      await turns.give();
      const around = neighbours(definition);
      sums.elsewhere += depth === 1 && starts.length === 1 ? around.elsewhere : 0;
      sums.unclear += around.unclear;
      sums.cut ||= around.cut;
      for (const step of around.next.filter(({ use }) => follow(use))) add(found, step, weakness);
    }
    const fresh = [...found].filter(([key]) => !seen.has(key));
    for (const [key] of fresh) seen.add(key);
    reached.push(
      ...fresh.map(([, { step, uses, weakness }]): Reached => {
        return { ...about(step), depth, uses, confidence: weakness > 0 ? "name" : "import" };
      }),
    );
    level = fresh.flatMap(([, { step, weakness }]) =>
      step.to === undefined ? [] : [{ definition: step.to, weakness }],
    );
  }
  return { reached, elsewhere: sums.elsewhere, unclear: sums.unclear, cut: sums.cut };
}

interface Arrival {
  readonly step: Step;
  readonly uses: Use[];
  weakness: number;
}

function add(found: Map<string, Arrival>, step: Step, before: number): void {
  const key = step.to === undefined ? step.path : String(step.to.id);
  const weakness = Math.max(before, WEAKNESS[step.use.confidence]);
  const known = found.get(key);
  if (known === undefined) return void found.set(key, { step, uses: [step.use], weakness });
  known.uses.push(step.use);
  known.weakness = Math.min(known.weakness, weakness);
}

function about({ to, path }: Step): Pick<Reached, "definition" | "path"> {
  return to === undefined ? { path } : { path, definition: to };
}
