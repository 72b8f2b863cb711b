import type { DefinitionRow } from "../store/shapes.ts";
import type { Lookups } from "./lookups.ts";
import type { Confidence, Use } from "./shapes.ts";
import { usesBy } from "./uses-by.ts";
import { usesOf } from "./uses-of.ts";

/** Definitions that are looked at before a walk ends. */
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
  /** Which uses are followed; all when left out. */
  readonly follow?: (use: Use) => boolean;
}

const WEAKNESS = { file: 0, import: 0, name: 1 } as const;

/** What uses these definitions, what uses that, and so on, each once. */
export function walkUp(starts: readonly DefinitionRow[], walking: Walking, lookups: Lookups): Walk {
  return walk(starts, walking, (definition) => {
    const { uses, elsewhere, unclear, cut } = usesOf(definition, lookups);
    const next = uses.map((use) => ({ use, to: holderOf(use, lookups), path: use.mention.path }));
    return { next, elsewhere, unclear, cut };
  });
}

/** What these definitions use, and so on. */
export function walkDown(starts: readonly DefinitionRow[], walking: Walking, lookups: Lookups): Walk {
  return walk(starts, walking, (definition) => {
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

function walk(
  starts: readonly DefinitionRow[],
  { depth: deepest, follow = () => true }: Walking,
  neighbours: (definition: DefinitionRow) => Neighbours,
): Walk {
  const seen = new Set(starts.map(({ id }) => String(id)));
  const reached: Reached[] = [];
  const sums = { elsewhere: 0, unclear: 0, cut: false, looked: 0 };
  let level = starts.map((definition) => ({ definition, weakness: 0 }));
  for (let depth = 1; depth <= deepest && level.length > 0; depth++) {
    const found = new Map<string, { step: Step; uses: Use[]; weakness: number }>();
    for (const { definition, weakness } of level) {
      if (sums.looked++ >= MOST_LOOKED) {
        sums.cut = true;
        break;
      }
      const around = neighbours(definition);
      sums.elsewhere += depth === 1 ? around.elsewhere : 0;
      sums.unclear += around.unclear;
      sums.cut ||= around.cut;
      for (const step of around.next.filter(({ use }) => follow(use))) add(found, step, weakness);
    }
    const fresh = [...found].filter(([key]) => !seen.has(key));
    for (const [key, { step, uses, weakness }] of fresh) {
      seen.add(key);
      reached.push({ ...about(step), depth, uses, confidence: weakness > 0 ? "name" : "import" });
    }
    level = fresh.flatMap(([, { step, weakness }]) =>
      step.to === undefined ? [] : [{ definition: step.to, weakness }],
    );
  }
  return { reached, elsewhere: sums.elsewhere, unclear: sums.unclear, cut: sums.cut };
}

function add(
  found: Map<string, { step: Step; uses: Use[]; weakness: number }>,
  step: Step,
  before: number,
): void {
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
