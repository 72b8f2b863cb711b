// From measured numbers to the words of a table.
import { availableParallelism } from "node:os";

/** "p50 / p95" of `{ ms }`, or why there is none. */
export function spread(figure, unit = "") {
  if (figure?.error !== undefined) return `failed: ${oneLine(figure.error)}`;
  if (figure === undefined) return "-";
  return `${shown(p50(figure))} / ${shown(quantile(figure.ms, 0.95))}${unit === "" ? "" : ` ${unit}`}`;
}

/** The median of `{ ms }`; NaN where nothing was measured. */
export function p50(figure) {
  return figure === undefined || figure.error !== undefined ? Number.NaN : quantile(figure.ms, 0.5);
}

function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** A number with three digits that count. */
export function shown(number) {
  if (Number.isNaN(number)) return "-";
  return Math.abs(number) >= 100 ? number.toFixed(0) : number.toPrecision(3);
}

/** Foreign words, short and harmless in a table. */
export function oneLine(text) {
  return text.replaceAll("|", "/").replaceAll(/\s+/gu, " ").slice(0, 120);
}

/** Where it was measured. */
export function machine() {
  return `${availableParallelism()} cores, ${process.platform}-${process.arch}, Node ${process.versions.node}`;
}
