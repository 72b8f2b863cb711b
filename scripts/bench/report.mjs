// Figures to tables: ratios against the targets first, then everything that was measured.
import { oneLine, p50, shown, spread } from "./figures.mjs";
import { OPERATIONS } from "./operations.mjs";
import { OURS, OURS_UNSYNCED } from "./servers.mjs";

const REFERENCE = "server-filesystem";
const LIMIT = "limit:cli";

/**
 * What we promise: our p50 over that of `against` is at most `ratio`; `best` is the fastest peer of this run. No peer
 * syncs what it writes, so with fsync nothing is promised, only shown.
 */
const TARGETS = [
  { row: "cold_start", about: "cold start", against: REFERENCE, ratio: 0.9 },
  { row: "read_small", against: "best", ratio: 1.0 },
  { row: "tail_50mb", against: "best", ratio: 1.0 },
  { row: "read_1mb", against: "best", ratio: 0.5 },
  { row: "list_5000", against: "best", ratio: 1.0, maxBytes: 80_000 },
  { row: "glob_20k", against: LIMIT, ratio: 2.0 },
  { row: "grep_20k", against: LIMIT, ratio: 1.3 },
  { row: "edit_line", how: "without fsync", ours: OURS_UNSYNCED, against: "best", ratio: 1.0 },
  { row: "write_2kb", how: "without fsync", ours: OURS_UNSYNCED, against: "best", ratio: 1.2 },
  { row: "edit_clients", how: "without fsync", ours: OURS_UNSYNCED, against: "best", ratio: 1.0 },
  { row: "write_clients", how: "without fsync", ours: OURS_UNSYNCED, against: "best", ratio: 1.0 },
  { row: "edit_synced", against: "best", of: "edit_line" },
  { row: "write_synced", against: "best", of: "write_2kb" },
  { row: "rss", about: "memory after start", against: REFERENCE, ratio: 1.1, unit: "MiB" },
];

/** Judges one run: `[{ about, ours, rival, ratio, target, verdict }]`. */
export function judge({ starts, operations }) {
  const rows = {
    ...operations,
    cold_start: pick(starts, "startMs"),
    rss: pick(starts, "rssMiB"),
  };
  return TARGETS.map((target) => judgeRow(target, rows));
}

function pick(starts, key) {
  return Object.fromEntries(Object.entries(starts).map(([name, figure]) => [name, { ms: figure[key] }]));
}

function judgeRow(target, rows) {
  const { row, ours: who = OURS, against, of = row, maxBytes, unit = "ms" } = target;
  const ours = rows[row]?.[who];
  const rival = against === "best" ? bestPeer(rows[of] ?? {}) : against;
  const rivals = rows[of]?.[rival];
  const ratio = p50(ours) / p50(rivals);
  return {
    about: titleOf(target),
    unit,
    ours,
    rival: rival ?? "no peer",
    rivals,
    ratio,
    ...promise(target, ours, ratio),
    bytes: maxBytes === undefined ? undefined : ours?.bytes,
  };
}

function titleOf({ row, about, how }) {
  return [about ?? OPERATIONS[row].about, ...(how === undefined ? [] : [how])].join(", ");
}

function promise({ ratio: most, maxBytes }, ours, ratio) {
  if (most === undefined) return { target: "", verdict: "" };
  const sized = maxBytes !== undefined;
  return {
    target: `<= ${most.toFixed(1)}${sized ? `, ${maxBytes / 1000} kB` : ""}`,
    verdict: verdict(ours, ratio, ratio <= most && (!sized || ours.bytes <= maxBytes)),
  };
}

function verdict(ours, ratio, good) {
  if (ours?.error !== undefined) return "FAIL";
  if (Number.isNaN(ratio)) return "not measured";
  return good ? "PASS" : "FAIL";
}

function bestPeer(row) {
  const peers = Object.keys(row).filter(
    (name) => name !== OURS && name !== OURS_UNSYNCED && !name.startsWith("limit:") && !row[name].error,
  );
  return peers.sort((a, b) => p50(row[a]) - p50(row[b]))[0];
}

/** The table for people: one line a promise. */
export function summary(rows) {
  const lines = rows.map((row) => {
    const size = row.bytes === undefined ? "" : `, ${(row.bytes / 1000).toFixed(1)} kB`;
    return `| ${row.about} | ${spread(row.ours, row.unit)}${size} | ${row.rival} ${spread(row.rivals, row.unit)} | ${shown(row.ratio)} | ${row.target} | ${row.verdict} |`;
  });
  return [
    "| row | ours p50 / p95 | compared with p50 / p95 | ratio | target | |",
    "|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

/** Everything that was measured, for the results folder. */
export function details({ starts, operations }) {
  const parts = [
    "| server | tools | tools/list bytes | start p50 / p95 ms | tools/list p50 ms | memory MiB |",
    "|---|---|---|---|---|---|",
    ...Object.entries(starts).map(
      ([name, figure]) =>
        `| ${name} | ${figure.tools} | ${figure.listBytes} | ${spread({ ms: figure.startMs })} | ${shown(p50({ ms: figure.listMs }))} | ${shown(p50({ ms: figure.rssMiB }))} |`,
    ),
  ];
  for (const [operation, row] of Object.entries(operations)) {
    parts.push(
      "",
      `**${OPERATIONS[operation].about}**`,
      "",
      "| server | p50 / p95 ms | n | bytes |",
      "|---|---|---|---|",
    );
    for (const [name, figure] of Object.entries(row)) parts.push(detail(name, figure));
  }
  return parts.join("\n");
}

function detail(name, figure) {
  if (figure.error !== undefined) return `| ${name} | FAIL | | ${oneLine(figure.error)} |`;
  const calls = figure.calls > 1 ? ` in ${figure.calls} calls` : "";
  return `| ${name} | ${spread(figure)} | ${figure.ms.length} | ${figure.bytes}${calls} |`;
}
