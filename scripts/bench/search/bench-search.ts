import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askAll, type Outcome } from "./ask-all.ts";
import { judge, type Verdict } from "./judge.ts";
import { layOut } from "./lay-out.ts";
import { readQueries, type Part } from "./queries.ts";
import { rowOf, type Row } from "./rows.ts";
import { measureScale, SCALES, type ScaleFigures } from "./scale/measure-scale.ts";
import type { Contender, Ground } from "./system.ts";
import { CODEGRAPH } from "./systems/codegraph.ts";
import { ours } from "./systems/ours.ts";
import { PROBE } from "./systems/probe.ts";
import { RIPGREP } from "./systems/ripgrep.ts";
import { semble } from "./systems/semble.ts";
import { groupTable, summaryTable, verdictTable } from "./tables.ts";

const QUERIES = "scripts/bench/search/queries";
const SEMBLE = "scripts/bench/search/systems/ask-semble.py";

export interface BenchOptions {
  /** Where `package.json` lies. */
  readonly project: string;
  readonly parts: readonly Part[];
  /** Parts of the names of systems that are wanted; all without any. */
  readonly systems: readonly string[];
  /** Names of query files, without their ending; all of the parts without any. */
  readonly packages: readonly string[];
  /** Every third query alone. */
  readonly quick: boolean;
  /** Measures others again that were measured before. */
  readonly fresh: boolean;
  /** Our row with MiniLM's vectors too, which takes an hour. */
  readonly withMiniLm: boolean;
  readonly scales: readonly (keyof typeof SCALES)[];
  readonly say: (line: string) => void;
}

export interface BenchResult {
  /** For people, and for the README. */
  readonly summary: string;
  /** By kind and language. */
  readonly details: string;
  readonly verdicts: readonly Verdict[];
  /** All figures as JSON. */
  readonly file: string;
}

/** Lets all systems find what the queries ask for, and holds ours against what it promises. */
export async function benchSearch(options: BenchOptions): Promise<BenchResult> {
  const { project, say } = options;
  const cache = process.env["PLUMBLINE_BENCH_DIR"] ?? join(tmpdir(), "plumbline-bench-search");
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
  try {
    const ground = { cache, scratch, say };
    const { rows, absent } = await measureSystems(options, ground);
    const scales: ScaleFigures[] = [];
    for (const scale of options.scales)
      scales.push(await measureScale(SCALES[scale], { ...ground, project }));
    const verdicts = judge(rows, scales);
    const file = join(cache, `${options.parts.join("-")}.json`);
    writeFileSync(file, JSON.stringify({ rows, absent, scales, verdicts }, undefined, 2));
    const summary = [...absent, summaryTable(rows), groupTable(rows, "kind"), verdictTable(verdicts)];
    return { summary: summary.join("\n\n"), details: groupTable(rows, "language"), verdicts, file };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function measureSystems(
  options: BenchOptions,
  ground: Ground,
): Promise<{ rows: Row[]; absent: string[] }> {
  const { parts, packages, quick, fresh } = options;
  const all = readQueries(join(options.project, QUERIES), parts);
  const unknown = packages.find((name) => all.every(({ id }) => id !== name));
  if (unknown !== undefined) throw new Error(`there are no queries about ${unknown}`);
  const wanted = packages.length === 0 ? all : all.filter(({ id }) => packages.includes(id));
  const sets = quick ? wanted.map(everyThird) : wanted;
  const laidOut = (await layOut(sets, ground)).filter(({ folder }) => folder !== undefined);
  const rows: Row[] = [];
  const absent =
    sets.length === laidOut.length ? [] : [`${sets.length - laidOut.length} packages could not be had.`];
  for (const contender of contenders(options)) {
    try {
      const system = await contender.prepare(ground);
      const outcomes = await askAll(system, laidOut, { ...ground, kept: !contender.ours && !fresh });
      absent.push(...missingOf(contender, outcomes));
      rows.push(rowOf({ name: system.name, version: system.version, ours: contender.ours }, outcomes, sets));
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/[\s|]+/gu, " ");
      absent.push(`${contender.name} was not measured: ${reason.slice(0, 160)}.`);
      ground.say(absent.at(-1) ?? "");
    }
  }
  return { rows, absent };
}

function missingOf({ name }: Contender, outcomes: readonly Outcome[]): string[] {
  const reasons = new Set(outcomes.flatMap(({ missing }) => missing ?? []));
  return [...reasons].map((reason) => `${name}: ${reason}.`);
}

function contenders({ project, systems, withMiniLm }: BenchOptions): Contender[] {
  const all = [
    ...ours(project, { withMiniLm }),
    semble(join(project, SEMBLE)),
    PROBE,
    ...CODEGRAPH,
    ...RIPGREP,
  ];
  if (systems.length === 0) return all;
  return all.filter(({ name }) => systems.some((wanted) => name.includes(wanted)));
}

/** Its answers are kept apart from those to all queries. */
function everyThird<Set extends { readonly hash: string; readonly queries: readonly unknown[] }>(
  set: Set,
): Set {
  return { ...set, hash: `${set.hash}-quick`, queries: set.queries.filter((_, index) => index % 3 === 1) };
}
