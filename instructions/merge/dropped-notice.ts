import type { Excluded } from "../shapes.ts";
import { harmless } from "./merged-text.ts";
import { said, saidTokens } from "./said.ts";

const MOST_LINES = 50;
const START = "Left out, over the budget:";

/**
 * One line for each dropped file, those first that were dropped last: path, size, how to load it. What has no room is
 * counted in a last line; the whole holds `room` characters, but never less than that count.
 */
export function droppedNotice(dropped: readonly Excluded[], room: number): string {
  if (dropped.length === 0) return "";
  const lines: string[] = [];
  let left = room - START.length - countLine(dropped.length).length - 2;
  for (const excluded of dropped.slice(-MOST_LINES).toReversed()) {
    const path = harmless(said(excluded.path));
    const line = `- ${path}: ${saidTokens(excluded.tokens)}; ids ["${excluded.id}"] loads it`;
    left -= line.length + 1;
    if (left < 0) break;
    lines.push(line);
  }
  const more = dropped.length - lines.length;
  return [START, ...lines, ...(more === 0 ? [] : [countLine(more)])].join("\n");
}

function countLine(count: number): string {
  return `- ${count === 1 ? "1 file" : `${count} files`} more, named under excluded`;
}
