import type { Scored } from "../rank/scored.ts";

/** How well each leaf of a unit answers, against the unit's best leaf: words and meaning alike. */
export function worthOfLeaves({
  candidate,
  lexical,
  dense,
}: Pick<Scored, "candidate" | "lexical" | "dense">): number[] {
  const mostWords = Math.max(1e-9, lexical.leaf);
  const mostMeaning = Math.max(1e-9, dense?.leaf ?? 0);
  return candidate.leaves.map((_, index) => {
    const byWords = (lexical.leaves[index] ?? 0) / mostWords;
    if (dense === undefined) return byWords;
    return 0.5 * byWords + 0.5 * Math.max(0, (dense.leaves[index] ?? 0) / mostMeaning);
  });
}
