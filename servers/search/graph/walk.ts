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
  /** Of the last step: those before are sure. */
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

/** What uses these definitions, what uses that, and so on, each once. No way goes on behind a use that only a name suggests. */
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
  const begun = new Set(starts.map(({ id }) => String(id)));
  const reached = new Map<string, Reached>();
  const sums = { elsewhere: 0, unclear: 0, cut: false, looked: 0 };
  let level: readonly DefinitionRow[] = starts;
  for (let depth = 1; depth <= deepest && level.length > 0; depth++) {
    const found = new Map<string, Arrival>();
    const looked = turns.isOver ? [] : level.slice(0, Math.max(0, most - sums.looked));
    sums.looked += looked.length;
    sums.cut ||= looked.length < level.length;
    for (const definition of looked) {
      await turns.give();
      const around = neighbours(definition);
      sums.elsewhere += depth === 1 && starts.length === 1 ? around.elsewhere : 0;
      sums.unclear += around.unclear;
      sums.cut ||= around.cut;
      for (const step of around.next.filter(({ use }) => follow(use))) add(found, step);
    }
    for (const key of begun) found.delete(key);
    level = arrive(found, depth, reached);
  }
  const { elsewhere, unclear, cut } = sums;
  return { reached: [...reached.values()], elsewhere, unclear, cut };
}

/** Adds what is new, or now is sure, to all that was reached, the sure ones first. Those are where the walk goes on. */
function arrive(
  found: ReadonlyMap<string, Arrival>,
  depth: number,
  reached: Map<string, Reached>,
): DefinitionRow[] {
  const fresh = [...found]
    .filter(([key, { isSure }]) => !reached.has(key) || (isSure && reached.get(key)?.confidence === "name"))
    .toSorted(([, one], [, other]) => Number(other.isSure) - Number(one.isSure));
  for (const [key, { step, uses, isSure }] of fresh) {
    // in the order of distance, also what was only suspected before
    reached.delete(key);
    reached.set(key, { ...about(step), depth, uses, confidence: isSure ? "import" : "name" });
  }
  return fresh.flatMap(([, { step, isSure }]) => (isSure && step.to !== undefined ? [step.to] : []));
}

interface Arrival {
  readonly step: Step;
  readonly uses: Use[];
  isSure: boolean;
}

function add(found: Map<string, Arrival>, step: Step): void {
  const key = step.to === undefined ? step.path : String(step.to.id);
  const isSure = step.use.confidence !== "name";
  const known = found.get(key);
  if (known === undefined) return void found.set(key, { step, uses: [step.use], isSure });
  known.uses.push(step.use);
  known.isSure ||= isSure;
}

function about({ to, path }: Step): Pick<Reached, "definition" | "path"> {
  return to === undefined ? { path } : { path, definition: to };
}
