import { ripgrep } from "../../../shared/workspace/ripgrep.ts";
import { locateIn, type Ground } from "./ground.ts";

/** Hits after which a search is given up: a word that is everywhere tells nothing. */
const MOST_HITS = 4_000;
const MOST_WORDS = 6;
const SHORTEST = 3;

export interface FindOptions {
  readonly words: readonly string[];
  readonly signal: AbortSignal;
}

/** Files that hold these words, those first that hold the most and the rarest of them. Stops in time with what it has. */
export async function findByWords(ground: Ground, { words, signal }: FindOptions): Promise<string[]> {
  const sought = [...new Set(words.filter((word) => word.length >= SHORTEST))]
    .sort((a, b) => b.length - a.length)
    .slice(0, MOST_WORDS);
  if (sought.length === 0) return [];
  const found = new Map<string, Set<string>>();
  try {
    for await (const [path, line] of linesWith(ground, sought, signal)) {
      const text = `${path.toLowerCase()} ${line}`;
      const here = sought.filter((word) => text.includes(word));
      found.set(path, new Set([...(found.get(path) ?? []), ...here]));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const files = new Map(sought.map((word) => [word, 0]));
  for (const here of found.values()) for (const word of here) files.set(word, (files.get(word) ?? 0) + 1);
  const weight = (here: ReadonlySet<string>): number =>
    [...here].reduce((sum, word) => sum + Math.log(1 + found.size / (files.get(word) ?? 1)), 0);
  return [...found]
    .map(([path, here]) => ({ path, weight: weight(here) }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ path }) => path);
}

async function* linesWith(
  ground: Ground,
  words: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly [path: string, line: string]> {
  await using directory = await ground.workspace.openDirectory(locateIn(ground, ""), ground.access);
  const request = {
    pattern: words.map((word) => word.replaceAll(/[^\w]/gu, String.raw`\$&`)).join("|"),
    literal: false,
    ignoreCase: true,
    multiline: false,
    globs: ["!node_modules"],
    ignored: false,
    inRepository: false,
    firstOnly: false,
    sorted: false,
    where: { directory: directory.workingDirectory },
  };
  let hits = 0;
  for await (const lines of ripgrep(request, signal)) {
    for (const { path, text } of lines) yield [path, text.toString("utf8").toLowerCase()];
    hits += lines.length;
    if (hits > MOST_HITS) return;
  }
}
