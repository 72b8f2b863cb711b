import type { Asked, Target } from "./queries.ts";

/** A result without its text. */
export interface Hit {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly characters: number;
}

export interface Score {
  /** Of functions: a result has to be the right lines, and not many more. */
  readonly functionNdcg: number;
  /** Of files, each counted where it first comes. */
  readonly fileNdcg: number;
  /** Of the first right function. */
  readonly reciprocalRank: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
  /** What ten results cost to read. */
  readonly tokens: number;
  /** What is read until the right file comes. */
  readonly tokensUntilHit: number;
}

export const CONSIDERED = 10;
/** For a query that is never answered, and the most that any can cost. */
export const NEVER_TOKENS = 32_000;
const CHARACTERS_PER_TOKEN = 4;
const ALWAYS_SHORT = 80;
const TIMES_TARGET = 4;

/** Scores the first ten results of a query. Each target counts once, for the first result that shows it. */
export function score({ targets }: Pick<Asked, "targets">, hits: readonly Hit[]): Score {
  const considered = hits.slice(0, CONSIDERED);
  const gains = functionGains(targets, considered);
  const first = gains.findIndex((gain) => gain > 0);
  return {
    functionNdcg: ndcg(gains, targets.length),
    fileNdcg: fileNdcg(targets, considered),
    reciprocalRank: first < 0 ? 0 : 1 / (first + 1),
    recallAt5: sum(gains.slice(0, 5)) / targets.length,
    recallAt10: sum(gains) / targets.length,
    tokens: tokensOf(considered),
    tokensUntilHit: tokensUntilHit(targets, considered),
  };
}

/** Whether a result shows a target: at least half of its lines, and neither a whole file nor much else. */
export function shows(hit: Omit<Hit, "characters">, { path, lines: [from, to] }: Target): boolean {
  if (hit.path !== path) return false;
  const wanted = to - from + 1;
  const shared = Math.min(hit.endLine, to) - Math.max(hit.startLine, from) + 1;
  const length = hit.endLine - hit.startLine + 1;
  return shared >= wanted / 2 && length <= Math.max(ALWAYS_SHORT, TIMES_TARGET * wanted);
}

/** For each result, how many targets it is the first to show. */
function functionGains(targets: readonly Target[], hits: readonly Hit[]): number[] {
  const open = new Set(targets);
  return hits.map((hit) => {
    const shown = [...open].filter((target) => shows(hit, target));
    for (const target of shown) open.delete(target);
    return shown.length;
  });
}

/** Of the files of results, each counted where it first comes. */
export function fileNdcg(targets: readonly Target[], hits: readonly Pick<Hit, "path">[]): number {
  const wanted = new Set(targets.map(({ path }) => path));
  const files = [...new Set(hits.map(({ path }) => path))];
  return ndcg(
    files.map((path) => (wanted.has(path) ? 1 : 0)),
    wanted.size,
  );
}

/** At most 1: one result may show two targets, which an ideal list of single ones cannot. */
export function ndcg(gains: readonly number[], relevant: number): number {
  const ideal = Array.from({ length: Math.min(relevant, CONSIDERED) }, () => 1);
  return Math.min(1, discounted(gains) / discounted(ideal));
}

function discounted(gains: readonly number[]): number {
  return sum(gains.map((gain, index) => gain / Math.log2(index + 2)));
}

function tokensUntilHit(targets: readonly Target[], hits: readonly Hit[]): number {
  const at = hits.findIndex(({ path }) => targets.some((target) => target.path === path));
  return at < 0 ? NEVER_TOKENS : Math.min(NEVER_TOKENS, tokensOf(hits.slice(0, at + 1)));
}

function tokensOf(hits: readonly Hit[]): number {
  return sum(hits.map(({ characters }) => characters)) / CHARACTERS_PER_TOKEN;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
