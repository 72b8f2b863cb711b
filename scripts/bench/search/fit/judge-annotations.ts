import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeupOf } from "../../../../servers/search/index/makeup.ts";
import { queryVector } from "../../../../servers/search/rank/query-vector.ts";
import { readQuery } from "../../../../servers/search/rank/read-query.ts";
import { retrieve } from "../../../../servers/search/rank/retrieve.ts";
import type { Candidate } from "../../../../servers/search/store/shapes.ts";
import { CONSIDERED, fileNdcg, ndcg } from "../score.ts";
import type { Target } from "../queries.ts";
import { mean } from "../summarize.ts";
import { indexFolder } from "./index-folder.ts";
import { openTable } from "./open-table.ts";
import { readAnnotations } from "./read-annotations.ts";

const { values: options } = parseArgs({
  options: {
    annotations: { type: "string", default: "annotations" },
    repositories: { type: "string", default: "repositories" },
    table: { type: "string" },
    cache: { type: "string", default: join(tmpdir(), "plumbline-fit") },
  },
});

interface Verdict {
  readonly repository: string;
  readonly category: string;
  /** NDCG@10 of the results as they come: a second one of the same file takes a place. */
  readonly results: number;
  /** NDCG@10 of their files, each where it first comes. */
  readonly files: number;
}

const table = await openTable(options.table);
const { version } = makeupOf(undefined);
const verdicts: Verdict[] = [];
for (const { name, folder, queries } of readAnnotations(options.annotations, options.repositories)) {
  const cached = join(options.cache, "annotated", `${name}-${table?.id ?? "none"}`);
  const reader = await indexFolder(folder, { folder: cached, table, version });
  for (const { query: text, category, targets } of queries) {
    const query = readQuery(text);
    const { ranked } = retrieve([{ reader }], { query, vectorOf: queryVector(query, table) });
    const hits = ranked.slice(0, CONSIDERED).map(({ scored }) => scored.candidate);
    verdicts.push({
      repository: name,
      category,
      results: ndcg(gainsOf(targets, hits), targets.length),
      files: fileNdcg(targets, hits),
    });
  }
  reader.close();
}
report(({ repository }) => repository);
report(({ category }) => category);

/** 1 for each result that is the first to touch a target. */
function gainsOf(targets: readonly Target[], hits: readonly Candidate[]): number[] {
  const firsts = targets.map(({ path, lines: [from, to] }) =>
    hits.findIndex((hit) => hit.path === path && hit.startLine <= to && hit.endLine >= from),
  );
  return hits.map((_, index) => (firsts.includes(index) ? 1 : 0));
}

/** A line for each group, and one for the mean of the groups. */
function report(groupOf: (verdict: Verdict) => string): void {
  const groups = [...new Set(verdicts.map(groupOf))].map((name) => {
    const own = verdicts.filter((verdict) => groupOf(verdict) === name);
    const results = mean(own.map((one) => one.results));
    return { name, queries: own.length, results, files: mean(own.map((one) => one.files)) };
  });
  const all = {
    results: mean(groups.map((one) => one.results)),
    files: mean(groups.map((one) => one.files)),
  };
  for (const { name, queries, results, files } of [
    ...groups,
    { name: "mean", queries: verdicts.length, ...all },
  ])
    process.stdout.write(
      `${name.padEnd(24)} ${String(queries).padStart(5)} queries  results ${results.toFixed(3)}  files ${files.toFixed(3)}\n`,
    );
}
