import { digits, type Verdict } from "./judge.ts";
import { groupsOf, type Row } from "./rows.ts";

/** One line a system. */
export function summaryTable(rows: readonly Row[]): string {
  return table(
    [
      "system",
      "function NDCG@10",
      "file NDCG@10",
      "MRR",
      "recall@5 / @10",
      "tokens of ten",
      "tokens until the file",
      "query p50 / p95 ms",
      "index s / 1,000 files",
      "memory MiB",
    ],
    rows.map(({ name, version, ours, summary, p50, p95, secondsPer1000Files, peakMiB }) => [
      ours ? `**${name}**` : `${name} ${version}`,
      `${digits(summary.functionNdcg)} ± ${digits(summary.functionNdcgError)}`,
      digits(summary.fileNdcg),
      digits(summary.reciprocalRank),
      `${digits(summary.recallAt5)} / ${digits(summary.recallAt10)}`,
      digits(Math.round(summary.tokens)),
      digits(Math.round(summary.tokensUntilHit)),
      `${digits(p50)} / ${digits(p95)}`,
      secondsPer1000Files === 0 ? "none" : digits(secondsPer1000Files),
      digits(Math.round(peakMiB)),
    ]),
  );
}

/** Function and file NDCG@10 of each system by kind of query or by language. */
export function groupTable(rows: readonly Row[], by: "kind" | "language"): string {
  const [first] = rows;
  if (first === undefined) return "";
  const groups = [...groupsOf(first, by)];
  return table(
    [`function / file NDCG@10`, ...groups.map(([name, { queries }]) => `${name} (${queries})`)],
    rows.map((row) => [
      row.name,
      ...[...groupsOf(row, by).values()].map(
        ({ functionNdcg, fileNdcg }) => `${digits(functionNdcg)} / ${digits(fileNdcg)}`,
      ),
    ]),
  );
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  return table(
    ["what", "ours", "compared with", "target", ""],
    verdicts.map(({ about, ours, compared, target, verdict }) => [about, ours, compared, target, verdict]),
  );
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(head), `|${head.map(() => "---").join("|")}|`, ...lines.map(row)].join("\n");
}
