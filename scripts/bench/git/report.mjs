// Figures to tables: what we promise first, then everything that was measured.
import { oneLine, p50, shown, spread } from "../figures.mjs";
import { AT_ONCE, OPERATIONS } from "./operations.mjs";
import { GIT, OURS } from "./servers.mjs";

/** Milliseconds that a call may take over git's own, once for each call that the work needs. */
const MOST_ADDED_MS = 3;
const MOST_STATUS_RATIO = 1.1;
const MOST_DIFF_RATIO = 1.1;
const MOST_TOKENS = 3_000;

/**
 * Judges one run: `[{ about, ours, rival, compared, target, verdict }]`, all of them words but for the verdict of
 * what was not promised, which is empty.
 */
export function judge({ starts, operations }) {
  return [
    ...Object.keys(operations).flatMap((name) => judgeOperation(name, operations[name])),
    ...(starts === undefined ? [] : judgeStarts(starts)),
  ];
}

function judgeOperation(name, row) {
  const rows = [judgeAlone(name, row), judgeAtOnce(name, row)];
  if (name === "status_large") {
    const [ours, git] = [p50(row[OURS]), p50(row[GIT])];
    rows.push({
      ...judgeRatio(`${OPERATIONS[name].about}, as a ratio`, ours / git, MOST_STATUS_RATIO),
      ours: Number.isNaN(ours) ? "-" : `${shown(ours)} ms`,
      rival: `${GIT} ${shown(git)} ms`,
    });
  }
  if (name === "diff_large") {
    const ours = row[OURS]?.error === undefined ? (row[OURS]?.bytes ?? Number.NaN) : Number.NaN;
    const raw = row[GIT].bytes;
    rows.push({
      ...judgeRatio(`${OPERATIONS[name].about}, bytes of the answer`, ours / raw, MOST_DIFF_RATIO),
      ours: Number.isNaN(ours) ? "-" : `${ours} bytes`,
      rival: `${GIT} ${raw} bytes`,
    });
  }
  return rows;
}

function judgeAlone(name, row) {
  const [ours, git] = [row[OURS], row[GIT]];
  const added = p50(ours) - p50(git);
  const most = MOST_ADDED_MS * (git.calls ?? 1);
  return {
    about: OPERATIONS[name].about,
    ours: spread(ours, "ms"),
    rival: `${GIT} ${spread(git, "ms")}`,
    compared: Number.isNaN(added) ? "-" : `${added < 0 ? "" : "+"}${shown(added)} ms`,
    target: `<= +${most} ms`,
    verdict: verdict(added <= most, added, ours?.error),
  };
}

function judgeAtOnce(name, row) {
  const ours = row[OURS];
  const peers = Object.keys(row).filter((each) => each !== OURS && each !== GIT && rate(row[each]) > 0);
  const best = peers.sort((a, b) => rate(row[b]) - rate(row[a]))[0];
  const ratio = rate(ours) / rate(row[best]);
  return {
    about: `${OPERATIONS[name].about}, ${AT_ONCE} at once`,
    ours: rates(ours),
    rival: best === undefined ? "no peer" : `${best} ${rates(row[best])}`,
    compared: shown(ratio),
    target: best === undefined ? "" : ">= 1.0",
    verdict:
      best === undefined && errorAtOnce(ours) === undefined
        ? ""
        : verdict(ratio >= 1, ratio, errorAtOnce(ours)),
  };
}

function judgeRatio(about, ratio, most) {
  return {
    about,
    compared: shown(ratio),
    target: `<= ${most}`,
    verdict: verdict(ratio <= most, ratio),
  };
}

function judgeStarts(starts) {
  const tokens = starts[OURS]?.listTokens ?? Number.NaN;
  return [
    {
      about: "tokens of tools/list",
      ours: shownWhole(tokens),
      rival: least(starts, ({ listTokens }) => listTokens).words,
      compared: "",
      target: `<= ${MOST_TOKENS}`,
      verdict: verdict(tokens <= MOST_TOKENS, tokens),
    },
    besideFastest(starts, { about: "cold start", key: "startMs", unit: "ms" }),
    besideFastest(starts, { about: "memory after start", key: "rssMiB", unit: "MiB" }),
  ];
}

function besideFastest(starts, { about, key, unit }) {
  const of = (figure) => p50({ ms: figure?.[key] ?? [] });
  const best = least(starts, of);
  return {
    about,
    ours: OURS in starts ? spread({ ms: starts[OURS][key] }, unit) : "-",
    rival:
      best.name === undefined ? "no peer" : `${best.name} ${spread({ ms: starts[best.name][key] }, unit)}`,
    compared: shown(of(starts[OURS]) / of(starts[best.name])),
    target: "",
    verdict: "",
  };
}

function least(starts, of) {
  const peers = Object.keys(starts).filter((each) => each !== OURS);
  const name = peers.sort((a, b) => of(starts[a]) - of(starts[b]))[0];
  return { name, words: name === undefined ? "no peer" : `${name} ${of(starts[name])}` };
}

function verdict(good, measured, error) {
  if (error !== undefined) return "FAIL";
  if (Number.isNaN(measured)) return "not measured";
  return good ? "PASS" : "FAIL";
}

function errorAtOnce(figure) {
  return figure?.error ?? figure?.atOnce.error;
}

/** Calls a second: the median of the blocks. */
function rate(figure) {
  if (figure === undefined || errorAtOnce(figure) !== undefined) return Number.NaN;
  return p50({ ms: figure.atOnce.rates });
}

function rates(figure) {
  if (figure === undefined) return "-";
  const error = errorAtOnce(figure);
  return error === undefined ? `${shown(rate(figure))}/s` : `failed: ${oneLine(error)}`;
}

function shownWhole(number) {
  return Number.isNaN(number) ? "-" : String(number);
}

/** The table for people: one line a promise. */
export function summary(rows) {
  return [
    "| row | ours p50 / p95 | compared with p50 / p95 | ours against it | target | |",
    "|---|---|---|---|---|---|",
    ...rows.map(
      ({ about, ours, rival, compared, target, verdict }) =>
        `| ${about} | ${ours} | ${rival} | ${compared} | ${target} | ${verdict} |`,
    ),
  ].join("\n");
}

/** Everything that was measured, for the results folder. */
export function details({ starts, operations }) {
  const parts = [];
  if (starts !== undefined) {
    parts.push(
      "| server | tools | tools/list tokens | start p50 / p95 ms | memory MiB |",
      "|---|---|---|---|---|",
    );
    for (const [name, { tools, listTokens, startMs, rssMiB }] of Object.entries(starts)) {
      parts.push(
        `| ${name} | ${tools} | ${listTokens} | ${spread({ ms: startMs })} | ${shown(p50({ ms: rssMiB }))} |`,
      );
    }
  }
  for (const [operation, row] of Object.entries(operations)) {
    parts.push(
      "",
      `**${OPERATIONS[operation].about}**`,
      "",
      `| who | p50 / p95 ms | n | ${AT_ONCE} at once p50 / p95 ms | calls | bytes |`,
      "|---|---|---|---|---|---|",
      ...Object.entries(row).map(([name, figure]) => detail(name, figure)),
    );
  }
  return parts.join("\n");
}

function detail(name, figure) {
  if (figure.error !== undefined) return `| ${name} | FAIL | | | | ${oneLine(figure.error)} |`;
  const calls = figure.calls > 1 ? ` in ${figure.calls} calls` : "";
  const many = figure.atOnce.error === undefined ? spread(figure.atOnce) : "FAIL";
  return `| ${name} | ${spread(figure)} | ${figure.ms.length} | ${many} | ${rates(figure)} | ${figure.bytes}${calls} |`;
}
