import { comparePaths, decodeCursor, encodeCursor } from "./walk-cursor.ts";
import type { WalkDirectory } from "./walk-directory.ts";
import type { WalkEntry, WalkRequest, WalkResult } from "./walk-request.ts";

/** Takes the matches of a walk in tree order and keeps what one page needs. */
export interface WalkPage {
  /** `name` in `directory` is the entry; its facts cost a system call. */
  add(entry: WalkEntry, directory: WalkDirectory, name: string): void;
  /** True when nothing below the directory can be on this page or a later one. */
  isPast(directory: string): boolean;
  /** `stopped`: the path at which the walk was given up, when it was. */
  finish(stopped: string | undefined): Pick<WalkResult, "entries" | "total" | "cursor">;
}

export function walkPage(request: WalkRequest): WalkPage {
  return request.sort === "mtime" ? pageByTime(request) : pageByPath(request);
}

function pageByPath({ limit, facts, cursor }: WalkRequest): WalkPage {
  const from = cursor === undefined ? undefined : decodeCursor(cursor);
  const entries: WalkEntry[] = [];
  let total = from?.before ?? 0;
  return {
    add(entry, directory, name) {
      if (from !== undefined && comparePaths(entry.path, from.after) <= 0) return;
      total += 1;
      if (entries.length < limit) entries.push(facts === true ? withFacts(entry, directory, name) : entry);
    },
    isPast: (directory) =>
      from !== undefined &&
      !from.after.startsWith(`${directory}/`) &&
      comparePaths(directory, from.after) < 0,
    finish(stopped) {
      const before = (from?.before ?? 0) + entries.length;
      const after = entries.length === limit ? entries.at(-1)?.path : stopped;
      const more = before < total || stopped !== undefined;
      return {
        entries,
        total,
        ...(more && after !== undefined ? { cursor: encodeCursor({ after, before }) } : {}),
      };
    },
  };
}

function pageByTime({ limit, facts, cursor }: WalkRequest): WalkPage {
  const from = cursor === undefined ? undefined : decodeCursor(cursor);
  const found: WalkEntry[] = [];
  return {
    add: (entry, directory, name) => void found.push(withFacts(entry, directory, name)),
    isPast: () => false,
    finish() {
      found.sort(newestFirst);
      const key: WalkEntry | undefined = from && {
        path: from.after,
        kind: "unknown",
        mtimeMs: from.mtimeMs ?? 0,
      };
      const rest = key === undefined ? found : found.filter((entry) => newestFirst(key, entry) < 0);
      const page = rest.slice(0, limit);
      const entries = facts === true ? page : page.map(bare);
      const last = page.at(-1);
      if (last === undefined || rest.length === page.length) return { entries, total: found.length };
      const mark = { after: last.path, mtimeMs: last.mtimeMs ?? 0, before: 0 };
      return { entries, total: found.length, cursor: encodeCursor(mark) };
    },
  };
}

function bare({ path, kind }: WalkEntry): WalkEntry {
  return { path, kind };
}

function withFacts(entry: WalkEntry, directory: WalkDirectory, name: string): WalkEntry {
  const stats = directory.facts(name);
  return stats === undefined ? entry : { ...entry, size: stats.size, mtimeMs: stats.mtimeMs };
}

function newestFirst(one: WalkEntry, other: WalkEntry): number {
  return (other.mtimeMs ?? 0) - (one.mtimeMs ?? 0) || comparePaths(one.path, other.path);
}
