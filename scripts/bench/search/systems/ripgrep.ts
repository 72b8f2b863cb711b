import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { rgPath } from "@vscode/ripgrep";
import { isStopWord } from "../../../../shared/words/stop-words.ts";
import type { Contender, Found } from "../system.ts";

const run = promisify(execFile);
const WINDOW = 25;
const MOST_OUTPUT = 2 ** 29;

/** What matches of one place: how many different words, then how often. */
interface Place {
  readonly path: string;
  readonly startLine: number;
  readonly words: Set<string>;
  matches: number;
}

/** What an agent without an index does: looks for the words of the question, and reads what holds most of them. */
export const RIPGREP: readonly Contender[] = [
  contender("ripgrep, whole files", () => 1),
  contender("ripgrep, 25 lines", (line) => line - ((line - 1) % WINDOW)),
];

function contender(name: string, startOf: (line: number) => number): Contender {
  return {
    name,
    ours: false,
    prepare: async () => ({
      name,
      version: await versionOf(),
      open: (folder) =>
        Promise.resolve({
          indexSeconds: 0,
          peakMiB: Number.NaN,
          async search(query, limit) {
            const began = performance.now();
            const places = await find(folder, query, startOf);
            const results = places.slice(0, limit).map((place) => shown(folder, place, startOf));
            return { results, ms: performance.now() - began };
          },
          close: () => Promise.resolve(),
        }),
    }),
  };
}

async function versionOf(): Promise<string> {
  const { stdout } = await run(rgPath, ["--version"]);
  return /ripgrep (\S+)/u.exec(stdout)?.[1] ?? "unknown";
}

async function find(folder: string, query: string, startOf: (line: number) => number): Promise<Place[]> {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const patterns = words.flatMap((word) => ["-e", word]);
  const args = ["-0", "-n", "-o", "-i", "-F", "--no-heading", "--no-messages", ...patterns, "."];
  const places = new Map<string, Place>();
  for (const line of (await printed(folder, args)).split("\n")) {
    const match = /^(?:\.\/)?(?<path>[^\0]+)\0(?<line>\d+):(?<word>.*)$/u.exec(line)?.groups;
    if (match === undefined) continue;
    const { path = "", word = "" } = match;
    const startLine = startOf(Number(match["line"]));
    const key = `${path}\0${startLine}`;
    const place = places.get(key) ?? { path, startLine, words: new Set(), matches: 0 };
    place.words.add(word.toLowerCase());
    place.matches += 1;
    places.set(key, place);
  }
  return [...places.values()].sort(
    (one, other) =>
      other.words.size - one.words.size ||
      other.matches - one.matches ||
      (one.path < other.path ? -1 : 1) ||
      one.startLine - other.startLine,
  );
}

/** ripgrep exits with 1 when nothing matches. */
async function printed(folder: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(rgPath, args, { cwd: folder, maxBuffer: MOST_OUTPUT })).stdout;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === 1) return "";
    throw error;
  }
}

function wordsOf(query: string): string[] {
  const words = query.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? [];
  return [...new Set(words)].filter((word) => !isStopWord(word));
}

function shown(folder: string, { path, startLine }: Place, startOf: (line: number) => number): Found {
  const lines = readFileSync(join(folder, path), "utf8").split("\n");
  const endLine = startOf(lines.length) === startLine ? lines.length : startLine + WINDOW - 1;
  const text = `${path}:${startLine}-${endLine}\n${lines.slice(startLine - 1, endLine).join("\n")}`;
  return { path, startLine, endLine, text };
}
