import * as z from "zod";
import { decodeCursor, encodeCursor } from "../../shared/cursor.ts";
import { counted } from "../../shared/listed.ts";

const Cursor = z.tuple([z.int().nonnegative()]);

/** Some of a list, and how to go on. */
export interface Page<T> {
  readonly items: readonly T[];
  /** How many come before. */
  readonly before: number;
  readonly total: number;
  readonly cursor?: string;
}

/** The part of a list at a cursor. Throws `invalid_input` for a cursor that is none. */
export function pageOf<T>(all: readonly T[], limit: number, cursor: string | undefined): Page<T> {
  const [before] = cursor === undefined ? [0] : decodeCursor(Cursor, cursor);
  const items = all.slice(before, before + limit);
  const end = before + items.length;
  return { items, before, total: all.length, ...(end < all.length ? { cursor: encodeCursor([end]) } : {}) };
}

/** `12 definitions`, or `definitions 11-20 of 45`. */
export function shownOf({ items, before, total }: Page<unknown>, noun: string): string {
  if (items.length === total) return counted(total, noun);
  return `${noun}s ${before + 1}-${before + items.length} of ${total}`;
}
