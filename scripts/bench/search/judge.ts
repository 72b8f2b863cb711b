import type { Row, Scored } from "./rows.ts";
import type { ScaleFigures } from "./scale/measure-scale.ts";
import { pairedDifference } from "./summarize.ts";
import { HYBRID, LEXICAL, MINILM } from "./systems/ours.ts";

/** One promise and how it was kept; words, ready to be shown. */
export interface Verdict {
  readonly about: string;
  readonly ours: string;
  readonly compared: string;
  readonly target: string;
  readonly verdict: "PASS" | "FAIL" | "not measured" | "";
}

const MOST_INDEX_SECONDS = 4;
const MOST_CHANGED_MS = 50;
const MOST_MIB = 400e6 / 2 ** 20;

/** Holds what was measured against what is promised. */
export function judge(rows: readonly Row[], scales: readonly ScaleFigures[]): Verdict[] {
  return [...judgeVectors(rows), ...judgePeers(rows), ...judgeIndexing(rows), ...scales.flatMap(judgeScale)];
}

/** More of what finds by meaning has to find more. */
function judgeVectors(rows: readonly Row[]): Verdict[] {
  const steps = [
    { of: HYBRID, over: LEXICAL, target: "> 0" },
    { of: MINILM, over: HYBRID, target: "" },
  ];
  return steps.flatMap(({ of, over, target }) => {
    const [more, less] = [named(rows, of), named(rows, over)];
    if (more === undefined || less === undefined) return [];
    const { mean, error } = pairedDifference(...both(more, less, "functionNdcg"));
    return {
      about: `function NDCG@10: ${of}`,
      ours: digits(more.summary.functionNdcg),
      compared: `${over} ${digits(less.summary.functionNdcg)}, ${signed(mean)} ± ${digits(error)}`,
      target,
      verdict: target === "" ? "" : decided(mean > 0, mean),
    };
  });
}

function judgePeers(rows: readonly Row[]): Verdict[] {
  const peers = rows.filter(({ ours }) => !ours);
  return [LEXICAL, HYBRID].flatMap((name) => {
    const row = named(rows, name);
    if (row === undefined || peers.length === 0) return [];
    return [
      against(row, best(peers, "functionNdcg", -1), {
        metric: "functionNdcg",
        sign: 1,
        about: "function NDCG@10",
      }),
      against(row, best(peers, "tokensUntilHit", 1), {
        metric: "tokensUntilHit",
        sign: -1,
        about: "tokens until the right file",
      }),
    ];
  });
}

interface Comparison {
  readonly metric: "functionNdcg" | "tokensUntilHit";
  /** 1: more is better. */
  readonly sign: 1 | -1;
  readonly about: string;
}

function against(row: Row, peer: Row, { metric, sign, about }: Comparison): Verdict {
  const { mean, error } = pairedDifference(...both(row, peer, metric));
  return {
    about: `${about}: ${row.name}`,
    ours: digits(row.summary[metric]),
    compared: `${peer.name} ${digits(peer.summary[metric])}, ${signed(mean)} ± ${digits(error)}`,
    target: sign === 1 ? "> every other" : "< every other",
    verdict: decided(mean * sign > 0, mean),
  };
}

function judgeIndexing(rows: readonly Row[]): Verdict[] {
  const row = named(rows, HYBRID);
  if (row === undefined) return [];
  const { secondsPer1000Files: seconds, peakMiB } = row;
  return [
    limit({ about: "index of 1,000 files", value: seconds, most: MOST_INDEX_SECONDS, unit: "s" }),
    limit({ about: "most memory while indexing a package", value: peakMiB, most: MOST_MIB, unit: "MiB" }),
  ];
}

function judgeScale(figures: ScaleFigures): Verdict[] {
  const at = `${figures.about}:`;
  const { mostLexicalMs, mostHybridMs } = figures;
  return [
    limit({
      about: `${at} query, words alone, p50`,
      value: figures.lexicalMs,
      most: mostLexicalMs,
      unit: "ms",
    }),
    limit({ about: `${at} query, p50`, value: figures.hybridMs, most: mostHybridMs, unit: "ms" }),
    limit({
      about: `${at} a changed file is found, p50`,
      value: figures.changedMs,
      most: MOST_CHANGED_MS,
      unit: "ms",
    }),
    limit({ about: `${at} index`, value: figures.indexSeconds, most: undefined, unit: "s" }),
    limit({
      about: `${at} index of 1,000 files`,
      value: figures.secondsPer1000Files,
      most: undefined,
      unit: "s",
    }),
    limit({ about: `${at} most memory`, value: figures.peakMiB, most: MOST_MIB, unit: "MiB" }),
    limit({
      about: `${at} list_directory meanwhile, p95`,
      value: figures.listingMs,
      most: undefined,
      unit: "ms",
    }),
  ].filter(({ ours, target }) => ours !== "-" || target !== "");
}

interface Limit {
  readonly about: string;
  readonly value: number;
  readonly most: number | undefined;
  readonly unit: string;
}

function limit({ about, value, most, unit }: Limit): Verdict {
  const isPromised = most !== undefined;
  return {
    about,
    ours: Number.isNaN(value) ? "-" : `${digits(value)} ${unit}`,
    compared: "",
    target: isPromised ? `<= ${digits(most)} ${unit}` : "",
    verdict: isPromised ? decided(value <= most, value) : "",
  };
}

function named(rows: readonly Row[], name: string): Row | undefined {
  return rows.find((row) => row.name === name);
}

function best(peers: readonly Row[], metric: Comparison["metric"], sign: 1 | -1): Row {
  return peers.reduce((one, other) =>
    (other.summary[metric] - one.summary[metric]) * sign < 0 ? other : one,
  );
}

function both(one: Row, other: Row, metric: keyof Pick<Scored, Comparison["metric"]>): [number[], number[]] {
  return [one.scored.map((each) => each[metric]), other.scored.map((each) => each[metric])];
}

function decided(isGood: boolean, measured: number): Verdict["verdict"] {
  if (Number.isNaN(measured)) return "not measured";
  return isGood ? "PASS" : "FAIL";
}

/** Three digits that count; of thousands all. */
export function digits(value: number): string {
  if (Number.isNaN(value)) return "-";
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString("en");
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}

function signed(value: number): string {
  return value < 0 ? digits(value) : `+${digits(value)}`;
}
