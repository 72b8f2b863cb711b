import * as z from "zod";
import { decodeCursor, encodeCursor } from "../../shared/cursor.ts";
import type { Found } from "../../shared/workspace/ripgrep-records.ts";
import { comparePaths } from "../../shared/workspace/walk-cursor.ts";
import { HASHED_BYTES } from "../../shared/workspace/text-file.ts";
import { gather, type FoundFile, type Gathered, type GatherRequest } from "./search-gather.ts";
import type { SearchGround } from "./search-ground.ts";
import { VerifiedFile, type ShownLine } from "./verified-file.ts";

/** After the page is full this many more are checked, so that the first page can say how many there are. */
const COUNTED_BEYOND = 2_000;

export type SearchMode = "lines" | "files" | "count";

export interface SearchRequest extends Omit<GatherRequest, "firstOnly"> {
  readonly mode: SearchMode;
  readonly context: number;
  /** The most lines, or files when the mode is not `lines`. */
  readonly limit: number;
  /** Characters for the paths of files, when the mode is not `lines`. */
  readonly room: number;
  readonly cursor?: string | undefined;
}

/** One file on a page. */
export interface FileHits {
  readonly path: string;
  /** How many lines match; in `files` mode, 1. */
  count: number;
  /** The matching lines' numbers and, around each, the lines to show; only in `lines` mode. */
  readonly hits: { readonly line: number; readonly shown: readonly ShownLine[] }[];
}

export interface SearchResult {
  readonly mode: SearchMode;
  readonly where: string;
  readonly files: readonly FileHits[];
  /** Lines or files before this page, on it, and in all; `more` says that there are more than `total`. */
  readonly before: number;
  readonly shown: number;
  readonly total: number;
  readonly more: boolean;
  /** True when the time was up. */
  readonly stopped: boolean;
  readonly cursor?: string;
}

/** Path and offset of the last one shown, how many were, the total (-1 unknown), and whether files come in a stream. */
const Cursor = z.tuple([z.string(), z.int(), z.int().nonnegative(), z.int().min(-1), z.boolean()]);
type CursorState = z.output<typeof Cursor>;

/** When to give up. */
export interface SearchLimits {
  readonly signal: AbortSignal;
  /** What was found until this fires is the result. */
  readonly deadline: AbortSignal;
}

/** Searches, checks every claim of ripgrep's against a file opened through the door, and makes one page of it. */
export async function searchPage(
  ground: SearchGround,
  request: SearchRequest,
  limits: SearchLimits,
): Promise<SearchResult> {
  const from = request.cursor === undefined ? undefined : decodeCursor(Cursor, request.cursor);
  const wanted = { ...request, firstOnly: request.mode === "files" };
  const gathered = await gather(ground, wanted, { ...limits, streaming: from?.[4] ?? false });
  const page = new Page(request, from, gathered.streaming);
  const inTime = await fill(page, gathered, { ground, ...limits });
  return page.result(ground, gathered.stopped || !inTime);
}

interface Surroundings extends SearchLimits {
  readonly ground: SearchGround;
}

/** False when the time was up. */
async function fill(
  page: Page,
  gathered: Gathered,
  { ground, signal, deadline }: Surroundings,
): Promise<boolean> {
  try {
    for await (const file of gathered.files) {
      signal.throwIfAborted();
      deadline.throwIfAborted();
      if (!page.wants(file)) continue;
      await ground.withFile(file.path, async (opened) => {
        const verified = await VerifiedFile.of(opened);
        if (verified !== undefined) await page.add(file, verified, opened.stat.size);
      });
      if (page.isDone) break;
    }
    return true;
  } catch (error) {
    if (!deadline.aborted || signal.aborted) throw error;
    return false;
  }
}

/** One page while it fills, and the count of what lies behind it. */
class Page {
  readonly #request: SearchRequest;
  readonly #from: CursorState | undefined;
  readonly #streaming: boolean;
  readonly #files: FileHits[] = [];
  #shown = 0;
  #beyond = 0;
  #room: number;
  #last: { readonly path: string; readonly offset: number } | undefined;

  constructor(request: SearchRequest, from: CursorState | undefined, streaming: boolean) {
    this.#request = request;
    this.#from = from;
    this.#streaming = streaming;
    this.#room = request.room;
  }

  /** True when enough is known: the page is full, and as much behind it counted as is worth it. */
  get isDone(): boolean {
    const enough = this.#streaming || this.#from !== undefined ? 1 : COUNTED_BEYOND;
    return this.#beyond >= enough;
  }

  wants({ path }: FoundFile): boolean {
    if (this.#from === undefined) return true;
    const order = comparePaths(path, this.#from[0]);
    return order > 0 || (order === 0 && this.#request.mode === "lines");
  }

  async add(file: FoundFile, verified: VerifiedFile, size: number): Promise<void> {
    if (this.#request.mode === "lines") await this.#addLines(file, verified);
    else await this.#addFile(file, verified, size);
  }

  result(ground: SearchGround, stopped: boolean): SearchResult {
    const [, , before = 0, known = -1] = this.#from ?? [];
    const total = Math.max(known, before + this.#shown + this.#beyond);
    const more = known === -1 && (this.isDone || stopped);
    const goesOn = this.#beyond > 0 && this.#last !== undefined;
    const cursor = goesOn ? this.#cursor(before + this.#shown, more ? -1 : total) : undefined;
    return {
      mode: this.#request.mode,
      where: ground.shown,
      files: this.#files.map((file) => ({ ...file, path: ground.show(file.path) })),
      before,
      shown: this.#shown,
      total,
      more,
      stopped,
      ...(cursor === undefined ? {} : { cursor }),
    };
  }

  #cursor(before: number, total: number): string {
    const { path = "", offset = 0 } = this.#last ?? {};
    const state: CursorState = [path, offset, before, total, this.#streaming];
    return encodeCursor(state);
  }

  async #addLines({ path, found }: FoundFile, verified: VerifiedFile): Promise<void> {
    const [lastPath, lastOffset] = this.#from ?? ["", -1];
    for (const one of found) {
      if (this.isDone) return;
      if (path === lastPath && one.offset <= lastOffset) continue;
      if (!(await verified.holds(one))) continue;
      if (this.#shown >= this.#request.limit) this.#beyond += 1;
      else await this.#show(path, one, verified);
    }
  }

  async #show(path: string, found: Found, verified: VerifiedFile): Promise<void> {
    const shown = await verified.show(found, this.#request.context);
    const open = this.#files.at(-1);
    const hit = { line: found.line, shown };
    if (open?.path === path) {
      open.hits.push(hit);
      open.count += 1;
    } else this.#files.push({ path, count: 1, hits: [hit] });
    this.#shown += 1;
    this.#last = { path, offset: found.offset };
  }

  async #addFile({ path, found }: FoundFile, verified: VerifiedFile, size: number): Promise<void> {
    const count = await countHeld(found, verified, size);
    if (count === 0) return;
    const open = this.#files.at(-1);
    if (open?.path === path) open.count += count;
    else if (this.#beyond > 0 || this.#shown >= this.#request.limit || path.length + 10 > this.#room)
      this.#beyond += 1;
    else {
      this.#files.push({ path, count, hits: [] });
      this.#shown += 1;
      this.#room -= path.length + 10;
      this.#last = { path, offset: 0 };
    }
  }
}

/** How many of the claims hold; of a large file only the first is looked at. */
async function countHeld(found: readonly Found[], verified: VerifiedFile, size: number): Promise<number> {
  if (size > HASHED_BYTES)
    return found[0] !== undefined && (await verified.holds(found[0])) ? found.length : 0;
  let count = 0;
  for (const one of found) if (await verified.holds(one)) count += 1;
  return count;
}
