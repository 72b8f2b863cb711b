import { wordsOf } from "../../../shared/words/words-of.ts";
import type { FileRole } from "../store/shapes.ts";
import type { Query } from "./read-query.ts";
import type { Scored } from "./scored.ts";

/** What the last ranking looks at; every one is about 0..1. */
export const FEATURES = [
  "fused",
  "lexicalUnit",
  "lexicalLeaf",
  "denseUnit",
  "denseLeaf",
  "lexicalRank",
  "denseRank",
  "model",
  "inPath",
  "inSymbols",
  "inUnit",
  "inLeaf",
  "holdsFunction",
  "length",
  "leaves",
  "central",
  "fileOther",
  "fileShare",
  "test",
  "example",
  "docs",
  "config",
  "generated",
  "vendored",
  "tools",
] as const;
export type Feature = (typeof FEATURES)[number];
export type Features = Readonly<Record<Feature, number>>;

/** What features need beside the candidates. */
export interface Surroundings {
  readonly query: Query;
  readonly units: number;
  /** In how many units each of these names is; names that are not in it count as nowhere. */
  readonly uses: ReadonlyMap<string, number>;
}

/** Features of every candidate, in the order given. */
export function featuresOf(scored: readonly Scored[], surroundings: Surroundings): Features[] {
  const byWords = ranksOf(scored.map(({ lexicalShare }) => lexicalShare));
  const byMeaning = ranksOf(scored.map(({ denseShare }) => denseShare));
  const files = filesOf(scored);
  return scored.map((one, index) => ({
    fused: one.fused,
    ...one.parts,
    lexicalRank: 1 / (1 + (byWords[index] ?? 0)),
    denseRank: one.dense === undefined ? 0 : 1 / (1 + (byMeaning[index] ?? 0)),
    model: one.modelShare,
    inPath: one.lexical.inPath,
    inSymbols: one.lexical.inSymbols,
    inUnit: one.lexical.inUnit,
    inLeaf: one.lexical.inLeaf,
    ...shapeOf(one),
    central: centralityOf(one, surroundings),
    ...besidesOf(one, files),
    ...rolesOf(one.candidate.role, surroundings.query),
  }));
}

/** The names that candidates define, as the index counts words: for `uses`. */
export function namesIn(scored: readonly Scored[]): string[] {
  const names = new Set<string>();
  for (const { candidate } of scored) {
    for (const { definition } of candidate.leaves) {
      const name = definition === undefined ? undefined : wordOf(definition.name);
      if (name !== undefined) names.add(name);
    }
  }
  return [...names];
}

/** The whole identifier, as `wordsOf` puts it before its parts. */
function wordOf(name: string): string | undefined {
  return wordsOf(name)[0];
}

/** The place of each in the order of scores, from 0; equal scores share one. */
function ranksOf(scores: readonly number[]): number[] {
  const order = [...scores].sort((one, other) => other - one);
  const places = new Map<number, number>();
  order.forEach((score, index) => {
    if (!places.has(score)) places.set(score, index);
  });
  return scores.map((score) => places.get(score) ?? scores.length);
}

function shapeOf({ candidate }: Scored): Pick<Features, "holdsFunction" | "length" | "leaves"> {
  const { startLine, endLine, leaves } = candidate;
  const holds = leaves.some(({ definition }) => definition !== undefined && FUNCTIONS.has(definition.kind));
  return {
    holdsFunction: holds ? 1 : 0,
    length: Math.log(1 + endLine - startLine) / Math.log(60),
    leaves: Math.min(1, leaves.length / 10),
  };
}

const FUNCTIONS: ReadonlySet<string> = new Set(["function", "method", "macro"]);

/** How often what the unit defines is spoken of elsewhere. */
function centralityOf({ candidate }: Scored, { uses, units }: Surroundings): number {
  let most = 0;
  for (const { definition } of candidate.leaves) {
    const name = definition === undefined ? undefined : wordOf(definition.name);
    if (name !== undefined) most = Math.max(most, uses.get(name) ?? 0);
  }
  return Math.log(1 + most) / Math.log(2 + units);
}

interface FileSums {
  best: number;
  second: number;
  sum: number;
}

function filesOf(scored: readonly Scored[]): Map<number, FileSums> {
  const files = new Map<number, FileSums>();
  for (const { candidate, fused } of scored) {
    const sums = files.get(candidate.file) ?? { best: 0, second: 0, sum: 0 };
    sums.sum += fused;
    if (fused > sums.best) {
      sums.second = sums.best;
      sums.best = fused;
    } else if (fused > sums.second) sums.second = fused;
    files.set(candidate.file, sums);
  }
  return files;
}

/** How well the rest of its file answers: its best other unit, and all of them. */
function besidesOf(
  { candidate, fused }: Scored,
  files: ReadonlyMap<number, FileSums>,
): Pick<Features, "fileOther" | "fileShare"> {
  const { best, second, sum } = files.get(candidate.file) ?? { best: 0, second: 0, sum: 0 };
  return { fileOther: fused === best ? second : best, fileShare: Math.log(1 + sum) };
}

function rolesOf(role: FileRole, { roles }: Query): Pick<Features, Exclude<FileRole, "code">> {
  const is = (wanted: FileRole): number => (role === wanted && !roles.includes(role) ? 1 : 0);
  return {
    test: is("test"),
    example: is("example"),
    docs: is("docs"),
    config: is("config"),
    generated: is("generated"),
    vendored: is("vendored"),
    tools: is("tools"),
  };
}
