import type { SearchContext } from "../../deps.ts";
import { readableIn } from "../asking.ts";
import type { Walk } from "../walk.ts";
import type { Neighbour } from "../walk-answer.ts";
import type { ImpactAnswer, InView, ReachedTest } from "./impact-answer.ts";
import { shownPath } from "../../shown-path.ts";

interface Part {
  readonly starts: ImpactAnswer["starts"];
  readonly neighbours: readonly Neighbour[];
  readonly tests: readonly ReachedTest[];
  readonly importers: readonly string[];
  readonly unsure: number;
  readonly withheld: number;
}

/** What of one root is shown: only what may be read, tests by themselves. */
export function partOf({ view, starts, walk, tests, importers }: InView, context: SearchContext): Part {
  const mayRead = readableIn(view, context);
  const show = (path: string): string => shownPath(view.root, path);
  const reached = walk.reached.filter(({ path }) => mayRead(path));
  const code = reached.filter(({ path }) => !tests.has(path));
  const told = new Set(reached.map(({ path }) => path));
  return {
    starts: starts
      .filter(({ path }) => mayRead(path))
      .map((definition) => ({ definition, shown: show(definition.path) })),
    neighbours: code.map(({ path, depth, confidence, definition, uses }) => ({
      path: show(path),
      depth,
      confidence,
      ...(definition === undefined ? {} : { definition }),
      at: uses.map(({ mention }) => ({ path: show(mention.path), line: mention.line })),
    })),
    tests: testsOf(reached.filter(({ path }) => tests.has(path))).map((test) => ({
      ...test,
      path: show(test.path),
    })),
    importers: importers.filter((path) => !told.has(path) && mayRead(path)).map(show),
    unsure: code.filter(({ confidence }) => confidence === "name").length,
    withheld: walk.reached.length - reached.length,
  };
}

/** One a file: the surest first, then the nearest, then those that use most. */
function testsOf(reached: Walk["reached"]): ReachedTest[] {
  const tests = new Map<string, ReachedTest>();
  for (const { path, depth, confidence, uses } of reached) {
    const known = tests.get(path);
    tests.set(path, {
      path,
      depth: Math.min(depth, known?.depth ?? depth),
      uses: uses.length + (known?.uses ?? 0),
      unsure: confidence === "name" && (known?.unsure ?? true),
    });
  }
  return [...tests.values()].toSorted(
    (one, other) =>
      Number(one.unsure) - Number(other.unsure) || one.depth - other.depth || other.uses - one.uses,
  );
}
