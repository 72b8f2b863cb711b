import type { Evaluation } from "./evaluate.ts";
import type { Figures } from "./measures.ts";

/** A table of figures as Markdown. */
export function renderEvaluation(evaluation: Evaluation): string {
  const cell = ({ mrr, recall }: Figures): string => `${mrr.toFixed(3)} / ${recall.toFixed(3)}`;
  const rows = [...evaluation].map(
    ([group, { lexical, dense, fused }]) =>
      `| ${group} | ${lexical.texts} | ${cell(lexical)} | ${cell(dense)} | ${cell(fused)} |`,
  );
  return [
    "| pairs | texts | words (MRR / recall@10) | table | both |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
