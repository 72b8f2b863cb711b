import type { CandidateLeaf } from "../store/shapes.ts";

/** Lines above and below in which a definition that moved is looked for. */
const NEAR = 400;
const DECORATED = /^\s*(?:@|#?\[|template\b)/u;

/**
 * How many lines a unit has moved since it was indexed, by where the name of its first definition stands now; undefined
 * when it is nowhere near. 0 for a unit that defines nothing.
 */
export function movedBy(
  leaves: readonly Pick<CandidateLeaf, "definition">[],
  lines: readonly string[],
): number | undefined {
  const definition = leaves.find((leaf) => leaf.definition !== undefined)?.definition;
  if (definition === undefined) return 0;
  const { name, startLine, signature } = definition;
  const first = beginningOf(signature);
  const holds = (line: number): boolean => (lines[line - 1] ?? "").includes(name);
  const isThere = (line: number): boolean => holds(line) && spaced(lines[line - 1] ?? "").includes(first);
  // the name may stand below decorators, or below the type that is returned
  const head = DECORATED.test(lines[startLine - 1] ?? "") ? 10 : 2;
  const begins = Array.from({ length: head }, (_, index) => startLine + index);
  if (begins.some(isThere)) return 0;
  for (let away = 1; away <= NEAR; away++) {
    if (isThere(startLine - away)) return -away;
    if (isThere(startLine + away)) return away;
  }
  return begins.some(holds) ? 0 : undefined;
}

/** The signature is one line whatever the file has, so only its beginning is sure to stand on one. */
function beginningOf(signature: string): string {
  return spaced(signature).slice(0, 24).trim();
}

function spaced(text: string): string {
  return text.replaceAll(/\s+/gu, " ");
}
