import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { featuresOf, type Features } from "../../../../servers/search/rank/features.ts";
import { order, type Ranked } from "../../../../servers/search/rank/order.ts";
import { queryVector } from "../../../../servers/search/rank/query-vector.ts";
import { readQuery, type Query } from "../../../../servers/search/rank/read-query.ts";
import { gather, retrieve } from "../../../../servers/search/rank/retrieve.ts";
import { rate } from "../../../../servers/search/rank/reranker.ts";
import type { Scored } from "../../../../servers/search/rank/scored.ts";
import type { IndexReader } from "../../../../servers/search/store/shapes.ts";
import { layOut } from "../lay-out.ts";
import { readQueries, type Asked } from "../queries.ts";
import { shows, type Score } from "../score.ts";
import { summarize } from "../summarize.ts";
import { indexFolder } from "./index-folder.ts";
import { judge } from "./judge.ts";
import { openTable } from "./open-table.ts";
import { readAnnotations } from "./read-annotations.ts";
import { fitWeights, type Weights } from "./fit-weights.ts";

const { values: options } = parseArgs({
  options: {
    table: { type: "string" },
    cache: { type: "string", default: join(tmpdir(), "plumbline-fit") },
    only: { type: "string" },
    annotations: { type: "string" },
    repositories: { type: "string", default: "repositories" },
    fit: { type: "boolean", default: false },
    misses: { type: "boolean", default: false },
    version: { type: "string", default: "1" },
  },
});

interface Case {
  readonly set: string;
  readonly project: string;
  readonly asked: Asked;
  readonly query: Query;
  readonly reader: IndexReader;
  readonly scored: readonly Scored[];
  readonly best: readonly Scored[];
  readonly features: readonly Features[];
  readonly ranked: readonly Ranked[];
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
mkdirSync(options.cache, { recursive: true });
const table = await openTable(options.table);
const cases = await readCases();
const annotated = await readAnnotated();
const every = new Map<IndexReader, readonly Pick<Scored, "candidate">[]>();
report();

async function readCases(): Promise<Case[]> {
  const sets = readQueries(join(import.meta.dirname, "queries"), ["dev"]).filter(
    ({ id }) => options.only === undefined || options.only.split(",").includes(id),
  );
  const found: Case[] = [];
  for (const { set, folder, reason } of await layOut(sets, { cache: options.cache, say })) {
    if (folder === undefined) {
      say(`${set.id} is left out: ${reason}`);
      continue;
    }
    const started = performance.now();
    const reader = await indexFolder(folder, {
      folder: join(options.cache, "indexes", `${set.id}-${table?.id ?? "none"}-${options.version}`),
      table,
      version: Number(options.version),
    });
    const indexed = performance.now();
    for (const asked of set.queries) found.push(caseOf(asked, { set: set.id, project: folder, reader }));
    const per = (performance.now() - indexed) / set.queries.length;
    say(
      `${set.id}: ${reader.totals().files} files, ${reader.totals().units} units, ${((indexed - started) / 1000).toFixed(1)} s, ${per.toFixed(1)} ms a query`,
    );
  }
  return found;
}

/** Questions of which the files are known alone: they take part in fitting, and in nothing that is told here. */
async function readAnnotated(): Promise<Case[]> {
  if (options.annotations === undefined) return [];
  const found: Case[] = [];
  for (const { name, folder, queries } of readAnnotations(options.annotations, options.repositories)) {
    const cached = join(options.cache, "annotated", `${name}-${table?.id ?? "none"}`);
    const reader = await indexFolder(folder, { folder: cached, table, version: Number(options.version) });
    for (const asked of queries) found.push(caseOf(asked, { set: name, project: folder, reader }));
  }
  return found;
}

function caseOf(asked: Asked, at: Pick<Case, "set" | "project" | "reader">): Case {
  const query = readQuery(asked.query);
  const place = { reader: at.reader };
  const vectorOf = queryVector(query, table);
  const { scored } = gather([place], { query, vectorOf });
  const best = [...scored].sort((one, other) => first(other) - first(one)).slice(0, 200);
  const features = featuresOf(best, query);
  const { ranked } = retrieve([place], { query, vectorOf });
  return { ...at, asked, query, scored, best, features, ranked };
}

function first({ fused, prior }: Scored): number {
  return fused * prior;
}

function report(): void {
  const whole = 1e9;
  row(
    "candidates that hold it",
    cases.map((one) => reached(one, one.scored)),
  );
  row(
    "of them, ranked last",
    cases.map((one) => reached(one, one.best)),
  );
  line("fused", (one) =>
    judge(
      one.asked,
      one.best.map((scored) => ({ scored, score: 0 })),
      { ...one, room: whole },
    ),
  );
  line("as shipped, whole", (one) => judge(one.asked, one.ranked, { ...one, room: whole }));
  line("as shipped, 12,000", (one) => judge(one.asked, one.ranked, { ...one, room: 12_000 }));
  bySet();
  if (options.fit) fitAll();
  if (options.misses) misses();
}

function reached({ asked }: Case, scored: readonly Pick<Scored, "candidate">[]): number {
  const held = asked.targets.filter((target) => scored.some(({ candidate }) => shows(candidate, target)));
  return held.length / asked.targets.length;
}

function bySet(): void {
  for (const set of new Set(cases.map((one) => one.set))) {
    const ours = cases.filter((one) => one.set === set);
    const sum = summarize(ours.map((one) => judge(one.asked, one.ranked, { ...one, room: 1e9 })));
    const held = ours.map((one) => reached(one, one.scored));
    const possible = ours.map((one) => reached(one, everyUnit(one.reader)));
    const mean = (numbers: readonly number[]): string =>
      (numbers.reduce((total, each) => total + each, 0) / numbers.length).toFixed(3);
    say(
      `  ${set.padEnd(24)} strict ${sum.functionNdcg.toFixed(3)} file ${sum.fileNdcg.toFixed(3)} reached ${mean(held)} possible ${mean(possible)}`,
    );
  }
}

function everyUnit(reader: IndexReader): readonly Pick<Scored, "candidate">[] {
  const known = every.get(reader);
  if (known !== undefined) return known;
  const ids = Array.from({ length: reader.totals().units * 2 }, (_, index) => index + 1);
  const all = reader.candidates(ids).map((candidate) => ({ candidate }));
  every.set(reader, all);
  return all;
}

function row(name: string, numbers: readonly number[]): void {
  say(`${name.padEnd(34)} ${(numbers.reduce((sum, one) => sum + one, 0) / numbers.length).toFixed(3)}`);
}

function line(name: string, of: (one: Case, index: number) => Score): void {
  const sum = summarize(cases.map(of));
  say(
    `${name.padEnd(34)} strict ${sum.functionNdcg.toFixed(3)}+-${sum.functionNdcgError.toFixed(3)} file ${sum.fileNdcg.toFixed(3)} mrr ${sum.reciprocalRank.toFixed(3)} r5 ${sum.recallAt5.toFixed(3)} r10 ${sum.recallAt10.toFixed(3)} tokens ${sum.tokens.toFixed(0)} until ${sum.tokensUntilHit.toFixed(0)}`,
  );
}

function fitAll(): void {
  const sets = [...new Set(cases.map(({ set }) => set))];
  for (const l2 of [0.003, 0.01, 0.03]) {
    const bySet = new Map(
      sets.map((set) => [set, fitWeights([...cases.filter((one) => one.set !== set), ...annotated], l2)]),
    );
    for (const saturation of [0.2, 0.5, 0.8]) {
      line(`left out, l2 ${l2}, saturation ${saturation}`, (one) =>
        judge(one.asked, ranking(one, bySet.get(one.set), saturation), { ...one, room: 1e9 }),
      );
    }
  }
  const all = Object.entries(fitWeights([...cases, ...annotated], 0.01));
  say(all.map(([feature, weight]) => `  ${feature}: ${weight.toFixed(2)},`).join("\n"));
}

function ranking(one: Case, weights: Weights | undefined, saturation: number): Ranked[] {
  const ranked = one.best.map((scored, index) => {
    const features = one.features[index];
    const boost = { symbol: 15, mixed: 5, language: 0 }[one.query.class] * scored.named;
    return { scored, score: features === undefined ? 0 : rate(features, weights) + boost };
  });
  return order(ranked, saturation);
}

function misses(): void {
  for (const one of cases) {
    const result = judge(one.asked, one.ranked, { ...one, room: 1e9 });
    if (result.functionNdcg > 0.3) continue;
    const at = one.ranked.findIndex(({ scored }) =>
      one.asked.targets.some((target) => shows(scored.candidate, target)),
    );
    const tops = one.ranked
      .slice(0, 3)
      .map(({ scored: { candidate } }) => `${candidate.path}:${candidate.startLine}`);
    const targets = one.asked.targets.map(({ path, lines }) => `${path}:${lines.join("-")}`);
    say(`${one.set} | ${one.asked.query} | at ${at} | ${targets.join(" ")} | ${tops.join(" ")}`);
  }
}
