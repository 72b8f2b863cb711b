import type { FileRole, FileRow, IndexReader } from "../../store/shapes.ts";
import type { Retrieved } from "../../rank/retrieve.ts";
import { compare } from "../uses-of.ts";
import { pageRank, type Link } from "./page-rank.ts";

/** What a map is about, beside everything. */
export interface Interest {
  /** Files that are worked on, below the root; folders end with `/`. */
  readonly focus: readonly string[];
  /** Finds files that answer a question, by their units, the best first. */
  readonly find?: (() => Retrieved) | undefined;
}

export interface RankedFile {
  readonly file: FileRow;
  readonly rank: number;
}

/** How much of a reader's interest goes to what they name, where they do. */
const NAMED_SHARE = 0.8;
const MOST_MATCHES = 40;
/** Tests say less of what is important than code. */
const FROM_TESTS = 0.2;
const WORTH: Readonly<Record<FileRole, number>> = {
  code: 1,
  tools: 0.5,
  config: 0.15,
  docs: 0.15,
  example: 0.15,
  test: 0.1,
  generated: 0.05,
  vendored: 0.02,
};

/** All files of the index, the most important first. */
export function rankFiles(reader: IndexReader, interest: Interest): RankedFile[] {
  const files = reader.files().filter(({ skipped }) => skipped === undefined);
  const places = new Map(files.map(({ id }, index) => [id, index]));
  const isTest = files.map(({ role }) => role === "test");
  const links: Link[] = [];
  for (const { from, to, count } of reader.edges()) {
    const [source, target] = [places.get(from), places.get(to)];
    if (source === undefined || target === undefined) continue;
    const weight = Math.sqrt(count) * (isTest[source] === true ? FROM_TESTS : 1);
    links.push({ from: source, to: target, count: weight });
  }
  const { starts, named } = startsOf(files, interest);
  const near = pageRank(starts, links);
  // what matters everywhere does not matter more to what is asked about
  const common = named.size === 0 ? near : pageRank(even(files.length), links);
  const rank = near.map((value, index) => (value * value) / (value + (common[index] ?? 0) || 1));
  return files
    .map((file, index) => ({
      file,
      rank: (rank[index] ?? 0) * (named.has(index) ? 1 : WORTH[file.role]),
    }))
    .toSorted((one, other) => other.rank - one.rank || compare(one.file.path, other.file.path));
}

function even(count: number): number[] {
  return Array.from({ length: count }, () => 1 / count);
}

function startsOf(
  files: readonly FileRow[],
  { focus, find }: Interest,
): { starts: number[]; named: ReadonlySet<number> } {
  const wanted = new Map<number, number>();
  const add = (index: number, weight: number): void =>
    void wanted.set(index, (wanted.get(index) ?? 0) + weight);
  const isFocus = (path: string): boolean =>
    focus.some((each) => (each.endsWith("/") ? path.startsWith(each) : path === each));
  for (const [index, { path }] of files.entries()) if (isFocus(path)) add(index, 1);
  const total = Math.max(1, wanted.size);
  for (const [index, weight] of wanted) wanted.set(index, weight / total);
  const byPath = new Map(files.map(({ path }, index) => [path, index]));
  for (const [path, weight] of matches(find)) {
    const index = byPath.get(path);
    if (index !== undefined) add(index, weight);
  }
  const sum = [...wanted.values()].reduce((all, each) => all + each, 0);
  const share = sum === 0 ? 0 : NAMED_SHARE;
  const rest = (1 - share) / Math.max(1, files.length);
  const starts = files.map((_, index) => rest + (sum === 0 ? 0 : (share * (wanted.get(index) ?? 0)) / sum));
  return { starts, named: new Set(wanted.keys()) };
}

/** Files that answer a query, with weights that sum to 1. */
function matches(find: Interest["find"]): [string, number][] {
  const paths = find?.().ranked.map(({ scored }) => scored.candidate.path) ?? [];
  const best = [...new Set(paths)].slice(0, MOST_MATCHES);
  const weights = best.map((path, index): [string, number] => [path, 1 / (index + 1)]);
  const sum = weights.reduce((all, [, weight]) => all + weight, 0);
  return weights.map(([path, weight]) => [path, weight / sum]);
}
