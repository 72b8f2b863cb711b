import type { CandidateLeaf } from "../store/shapes.ts";

/** Lines above and below in which a definition that moved is looked for. */
const NEAR = 400;

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
  const { name, startLine, endLine, signature } = definition;
  const first = firstLineOf(signature);
  const holds = (line: number): boolean => (lines[line - 1] ?? "").includes(name);
  const isThere = (line: number): boolean => holds(line) && spaced(lines[line - 1] ?? "").includes(first);
  for (let line = startLine; line <= Math.min(endLine, startLine + 10); line++) if (holds(line)) return 0;
  for (let away = 1; away <= NEAR; away++) {
    if (isThere(startLine - away)) return -away;
    if (isThere(startLine + away)) return away;
  }
  return undefined;
}

/** The signature is one line whatever the file has, so only its beginning is sure to stand on one. */
function firstLineOf(signature: string): string {
  return spaced(signature).slice(0, 24).trim();
}

function spaced(text: string): string {
  return text.replaceAll(/\s+/gu, " ");
}
