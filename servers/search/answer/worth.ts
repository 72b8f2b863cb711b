import type { Scored } from "../rank/scored.ts";

/** Imports and the like speak of much and do nothing. */
const FILLER = 0.7;

/** How well each leaf of a unit answers, against the unit's best leaf: words and meaning alike. */
export function worthOfLeaves({
  candidate,
  lexical,
  dense,
}: Pick<Scored, "candidate" | "lexical" | "dense">): number[] {
  const mostWords = Math.max(1e-9, lexical.leaf);
  const mostMeaning = Math.max(1e-9, dense?.leaf ?? 0);
  return candidate.leaves.map(({ definition }, index) => {
    const share = definition === undefined ? FILLER : 1;
    const byWords = (lexical.leaves[index] ?? 0) / mostWords;
    if (dense === undefined) return share * byWords;
    const byMeaning = Math.max(0, (dense.leaves[index] ?? 0) / mostMeaning);
    return share * 0.5 * (byWords + byMeaning);
  });
}
