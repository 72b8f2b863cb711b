import { ripgrep, type RipgrepRequest } from "../../shared/workspace/ripgrep.ts";
import type { Found } from "../../shared/workspace/ripgrep-records.ts";
import { comparePaths } from "../../shared/workspace/walk-cursor.ts";
import type { SearchGround } from "./search-ground.ts";

/** Beyond this many lines a search starts again in the order of paths, and stops when the page is full. */
const MOST_GATHERED = 20_000;

/** What ripgrep claims of one file, in the order of the file. */
export interface FoundFile {
  readonly path: string;
  readonly found: readonly Found[];
}

export interface Gathered {
  /** In the order of paths. */
  readonly files: AsyncIterable<FoundFile> | Iterable<FoundFile>;
  /** True when files come while ripgrep still runs, so that the rest is not known. */
  readonly streaming: boolean;
  /** True when the time was up before everything was searched. */
  readonly stopped: boolean;
}

export type GatherRequest = Omit<RipgrepRequest, "where" | "inRepository" | "sorted">;

export interface GatherLimits {
  readonly signal: AbortSignal;
  /** When it fires, what was found until then is the result. */
  readonly deadline: AbortSignal;
  /** Skips the attempt to gather everything, when an earlier page found that there is too much. */
  readonly streaming: boolean;
}

/** Searches with all threads and sorts, or in order with one thread when there is too much to be sorted. */
export async function gather(
  ground: SearchGround,
  request: GatherRequest,
  limits: GatherLimits,
): Promise<Gathered> {
  const all = limits.streaming ? undefined : await gatherAll(ground, request, limits);
  if (all !== undefined) return { ...all, streaming: false };
  return { files: inOrder(ground, request, limits), streaming: true, stopped: false };
}

async function gatherAll(
  ground: SearchGround,
  request: GatherRequest,
  limits: GatherLimits,
): Promise<Omit<Gathered, "streaming"> | undefined> {
  const files = new Map<string, Found[]>();
  let count = 0;
  let stopped = false;
  const add = (found: Found): void => {
    const file = files.get(found.path);
    if (file !== undefined) file.push(found);
    else if (ground.mayRead(found.path)) files.set(found.path, [found]);
    else return;
    count += 1;
  };
  try {
    for await (const batch of run(ground, { ...request, sorted: false }, limits)) {
      batch.forEach(add);
      if (count > MOST_GATHERED) return undefined;
    }
  } catch (error) {
    if (!limits.deadline.aborted || limits.signal.aborted) throw error;
    stopped = true;
  }
  const sorted = [...files].map(([path, found]) => ({ path, found }));
  sorted.sort((one, other) => comparePaths(one.path, other.path));
  return { files: sorted, stopped };
}

async function* inOrder(
  ground: SearchGround,
  request: GatherRequest,
  limits: GatherLimits,
): AsyncGenerator<FoundFile> {
  for await (const file of byFile(run(ground, { ...request, sorted: true }, limits)))
    if (ground.mayRead(file.path)) yield file;
}

/** What belongs to one file together; a file with very many comes in parts. */
async function* byFile(batches: AsyncIterable<Found[]>): AsyncGenerator<FoundFile> {
  let path = "";
  let found: Found[] = [];
  for await (const batch of batches) {
    for (const one of batch) {
      const ends = one.path !== path || found.length >= MOST_GATHERED;
      if (ends && found.length > 0) yield { path, found };
      if (ends) found = [];
      path = one.path;
      found.push(one);
    }
  }
  if (found.length > 0) yield { path, found };
}

async function* run(
  ground: SearchGround,
  request: Omit<RipgrepRequest, "where" | "inRepository">,
  { signal, deadline }: GatherLimits,
): AsyncGenerator<Found[]> {
  await using opened = await ground.open();
  const { inRepository } = ground;
  yield* ripgrep({ ...request, where: opened.where, inRepository }, AbortSignal.any([signal, deadline]));
}
