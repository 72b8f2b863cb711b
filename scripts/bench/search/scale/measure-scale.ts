import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { McpClient } from "../mcp-client.ts";
import { quantile } from "../summarize.ts";
import { serveOurs, startOurs, untilComplete } from "../systems/ours.ts";
import { makeTree, type TreeSize } from "./make-tree.ts";
import { randomFrom } from "./random.ts";
import { vocabularyFrom } from "./vocabulary.ts";

/** What a large tree costs; NaN for what was not measured of it. */
export interface ScaleFigures {
  readonly about: string;
  readonly lexicalMs: number;
  readonly hybridMs: number;
  /** From writing a file until an answer has what is new in it. */
  readonly changedMs: number;
  readonly indexSeconds: number;
  readonly secondsPer1000Files: number;
  readonly peakMiB: number;
  /** 95th of a hundred of `list_directory` while the index is built. */
  readonly listingMs: number;
  readonly mostLexicalMs: number | undefined;
  readonly mostHybridMs: number | undefined;
}

export interface Scale extends Pick<ScaleFigures, "about" | "mostLexicalMs" | "mostHybridMs"> {
  readonly size: TreeSize;
  /** Whether queries are timed too, or indexing alone. */
  readonly queries: boolean;
}

export interface Measuring {
  readonly project: string;
  readonly cache: string;
  readonly scratch: string;
  readonly say: (line: string) => void;
}

const LEXICAL_FLAGS = ["--search-embedder", "none"];
/** A server that has answered some questions: its code is compiled by then. */
const WARM_UPS = 60;
const QUERIES = 60;
const CHANGES = 10;
const CHANGE_LIMIT_MS = 10_000;
const LISTED_EVERY_MS = 50;

/** Functions of about 1,500 characters, of which each is a chunk of its own. */
const CHUNKS = { functionsPerFile: 10, lines: 32 } as const;
export const SCALES: Readonly<Record<"small" | "large" | "files", Scale>> = {
  small: {
    about: "25,000 chunks",
    size: { files: 2_500, ...CHUNKS },
    queries: true,
    mostLexicalMs: 5,
    mostHybridMs: 20,
  },
  large: {
    about: "100,000 chunks",
    size: { files: 10_000, ...CHUNKS },
    queries: true,
    mostLexicalMs: undefined,
    mostHybridMs: 60,
  },
  files: {
    about: "100,000 files",
    size: { files: 100_000, functionsPerFile: 2, lines: 20 },
    queries: false,
    mostLexicalMs: undefined,
    mostHybridMs: undefined,
  },
};

/** Makes the tree once, indexes it anew, and asks. */
export async function measureScale(scale: Scale, measuring: Measuring): Promise<ScaleFigures> {
  const { about, mostLexicalMs, mostHybridMs, size } = scale;
  const folder = treeIn(measuring, scale);
  measuring.say(`${about}: indexing`);
  const indexed = await measureIndexing(folder, measuring);
  measuring.say(`${about}: indexed in ${indexed.indexSeconds.toFixed(1)} s`);
  const lexical = scale.queries ? await measureQueries(folder, measuring, LEXICAL_FLAGS) : undefined;
  const hybrid = scale.queries ? await measureQueries(folder, measuring, []) : undefined;
  return {
    about,
    mostLexicalMs,
    mostHybridMs,
    ...indexed,
    secondsPer1000Files: (indexed.indexSeconds / size.files) * 1_000,
    lexicalMs: lexical?.queryMs ?? Number.NaN,
    hybridMs: hybrid?.queryMs ?? Number.NaN,
    changedMs: hybrid?.changedMs ?? Number.NaN,
  };
}

function treeIn({ cache, say }: Measuring, { about, size }: Scale): string {
  const name = `${size.files}-${size.functionsPerFile}-${size.lines}`;
  const folder = join(cache, "trees", name);
  if (existsSync(folder)) {
    // an earlier run has changed some of them
    execFileSync("git", ["checkout", "--quiet", "--force", "HEAD", "--", "."], { cwd: folder });
    return folder;
  }
  say(`${about}: writing them`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(partial);
  makeTree(partial, size);
  renameSync(partial, folder);
  return folder;
}

/** Lists a folder all the time while the index is built: what else the server does must not wait for it. */
async function measureIndexing(
  folder: string,
  { project, scratch }: Measuring,
): Promise<Pick<ScaleFigures, "indexSeconds" | "peakMiB" | "listingMs">> {
  const servers = ["search", "filesystem"];
  const { client, memory, began } = await startOurs(folder, { project, flags: [], scratch, servers });
  try {
    const built = new AbortController();
    const complete = untilComplete(client).finally(() => built.abort());
    const listings: number[] = [];
    while (!built.signal.aborted) {
      listings.push((await client.call("list_directory", { path: "." })).ms);
      await sleep(LISTED_EVERY_MS);
    }
    await complete;
    const indexSeconds = (performance.now() - began) / 1_000;
    return { indexSeconds, peakMiB: memory.stop(), listingMs: quantile(listings, 0.95) };
  } finally {
    memory.stop();
    await client.close();
  }
}

async function measureQueries(
  folder: string,
  { project, scratch }: Measuring,
  flags: readonly string[],
): Promise<{ queryMs: number; changedMs: number }> {
  const served = await serveOurs(folder, { project, flags, scratch });
  try {
    const words = vocabularyFrom(randomFrom(7));
    const times: number[] = [];
    for (let query = 0; query < WARM_UPS + QUERIES; query++) {
      const { ms } = await served.search(`where do we ${words.words(3 + (query % 4)).join(" ")}`, 10);
      if (query >= WARM_UPS) times.push(ms);
    }
    return { queryMs: quantile(times, 0.5), changedMs: await measureChanges(folder, served.client) };
  } finally {
    await served.close();
  }
}

/** Writes a function into one file after another and asks for it at once, until it is found. */
async function measureChanges(folder: string, client: McpClient): Promise<number> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".py"),
  );
  const times: number[] = [];
  for (let change = 0; change < CHANGES; change++) {
    const file = files[Math.floor((files.length / CHANGES) * change)];
    if (file === undefined) break;
    // of one word that is nowhere else: nothing leads to the file but that it changed
    const name = Array.from(
      { length: 12 },
      () => "bcdfghjklmnpqrstvwxz"[Math.floor(Math.random() * 20)],
    ).join("");
    const began = performance.now();
    appendFileSync(join(folder, file), `\n\ndef ${name}(value):\n    return value\n`);
    times.push(await untilFound(client, name, began));
  }
  return quantile(times, 0.5);
}

async function untilFound(client: McpClient, name: string, began: number): Promise<number> {
  while (performance.now() - began < CHANGE_LIMIT_MS) {
    const { text } = await client.call("search_code", { query: name, limit: 3 });
    if (text.includes(`def ${name}`)) break;
  }
  return performance.now() - began;
}
