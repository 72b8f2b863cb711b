import { ToolError } from "../../../shared/errors.ts";
import type { Root } from "../../../shared/workspace/root.ts";
import type { Ranked } from "../rank/order.ts";
import { sourceText, type Reading } from "../source-text.ts";
import type { CodeResult } from "./code-answer.ts";
import { fitResults, type ReadUnit } from "./fit-results.ts";
import { movedBy } from "./moved-by.ts";
import { locateIn } from "../index/ground.ts";
import { shownPath } from "../shown-path.ts";

/** A ranked unit of one of the roots. */
export interface RankedIn extends Ranked {
  readonly root: Root;
}

export interface Shown {
  readonly results: readonly CodeResult[];
  /** How many of the ranked ones were looked at: the next page begins behind them. */
  readonly taken: number;
  readonly withheld: number;
  readonly gone: number;
}

type Source = readonly string[] | "withheld" | "gone";

/**
 * Reads the first `limit` units that may be read and are still there, and trims them to `room` characters in all. Those
 * that may not be read are counted, and the next ones take their place.
 */
export async function showResults(
  ranked: readonly RankedIn[],
  { limit, room }: { readonly limit: number; readonly room: number },
  reading: Reading,
): Promise<Shown> {
  const sources = new Map<string, Source>();
  const units: ReadUnit[] = [];
  const missing = { withheld: 0, gone: 0 };
  let taken = 0;
  for (const { root, scored } of ranked) {
    if (units.length === limit) break;
    taken += 1;
    const path = shownPath(root, scored.candidate.path);
    const source = sources.get(path) ?? (await linesOf(root, scored.candidate.path, reading));
    sources.set(path, source);
    const moved = typeof source === "string" ? undefined : movedBy(scored.candidate.leaves, source);
    if (typeof source === "string") missing[source] += 1;
    else if (moved === undefined) missing.gone += 1;
    else units.push({ scored, path, lines: source, moved });
  }
  return { results: fitResults(units, room), taken, ...missing };
}

async function linesOf(root: Root, path: string, reading: Reading): Promise<Source> {
  try {
    return (await sourceText(locateIn({ root }, path), reading)).split(/\r?\n/u);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.code === "denied") return "withheld";
    if (["not_found", "invalid_input", "too_large"].includes(error.code)) return "gone";
    throw error;
  }
}
