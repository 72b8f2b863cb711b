import type { DefinitionRow } from "../../store/shapes.ts";
import type { Lookups } from "../lookups.ts";
import type { Use } from "../shapes.ts";
import type { Turns } from "../turns.ts";
import { usesBy } from "../uses-by.ts";
import { isCall } from "../walk-answer.ts";

/** Calls from one definition to another, each step with the place where it stands. */
export interface CallPath {
  readonly from: DefinitionRow;
  readonly steps: readonly Use[];
}

/** Longer ways explain nothing. */
const MAX_STEPS = 4;
/** Definitions that are looked at from one start. */
const MOST_LOOKED = 120;
/** A call that may mean so many definitions leads nowhere. */
const MOST_MEANINGS = 3;

/** The shortest way of calls from each of these definitions to each other one, the shortest first. */
export async function pathsAmong(
  definitions: readonly DefinitionRow[],
  turns: Turns,
  lookups: Lookups,
): Promise<CallPath[]> {
  const paths: CallPath[] = [];
  for (const from of definitions) {
    await turns.give();
    if (!turns.isOver) paths.push(...pathsFrom(from, definitions, lookups));
  }
  return chained(withoutParts(paths.toSorted((one, other) => one.steps.length - other.steps.length)));
}

function pathsFrom(from: DefinitionRow, all: readonly DefinitionRow[], lookups: Lookups): CallPath[] {
  const wanted = new Set(all.map(({ id }) => id).filter((id) => id !== from.id));
  const seen = new Set([from.id]);
  const found: CallPath[] = [];
  const queue: { at: DefinitionRow; way: readonly Use[] }[] = [{ at: from, way: [] }];
  for (let looked = 0; looked < Math.min(queue.length, MOST_LOOKED) && wanted.size > 0; looked++) {
    const { at, way } = queue[looked] ?? { at: from, way: [] };
    if (way.length >= MAX_STEPS) break;
    for (const use of callsOf(at, lookups)) {
      const { definition } = use;
      if (seen.has(definition.id)) continue;
      seen.add(definition.id);
      const further = [...way, use];
      // what lies behind another one of them is told by its own way
      if (wanted.delete(definition.id)) found.push({ from, steps: further });
      // what only a name suggests leads nowhere further
      else if (use.confidence !== "name") queue.push({ at: definition, way: further });
    }
  }
  return found;
}

function callsOf(definition: DefinitionRow, lookups: Lookups): Use[] {
  return lookups.once(`calls ${definition.id}`, () =>
    usesBy(definition, lookups).uses.filter(
      (use) => isCall(use) && (use.confidence !== "name" || use.named <= MOST_MEANINGS),
    ),
  );
}

/** Joins ways where one goes on from the end of another, so that each is told once. */
function chained(paths: readonly CallPath[]): CallPath[] {
  const left = new Set(paths);
  const ends = new Set(paths.map(endOf));
  const heads = [...paths].sort(
    (one, other) => Number(ends.has(one.from.id)) - Number(ends.has(other.from.id)),
  );
  return heads.flatMap((head) => {
    if (!left.delete(head)) return [];
    const steps = [...head.steps];
    const seen = new Set([head.from.id, ...steps.map(({ definition }) => definition.id)]);
    for (;;) {
      const end = steps.at(-1)?.definition.id;
      const next = [...left].find(({ from, steps: further }) => {
        return from.id === end && further.every(({ definition }) => !seen.has(definition.id));
      });
      if (next === undefined) return [{ from: head.from, steps }];
      left.delete(next);
      for (const step of next.steps) seen.add(step.definition.id);
      steps.push(...next.steps);
    }
  });
}

function endOf({ from, steps }: CallPath): number {
  return steps.at(-1)?.definition.id ?? from.id;
}

/** Leaves out what another way holds whole. */
function withoutParts(paths: readonly CallPath[]): CallPath[] {
  const keyOf = ({ from, steps }: CallPath): string =>
    `>${[from.id, ...steps.map(({ definition }) => definition.id)].join(">")}>`;
  const keys = paths.map(keyOf);
  return paths.filter((path) => {
    const key = keyOf(path);
    return !keys.some((other) => other.length > key.length && other.includes(key));
  });
}
