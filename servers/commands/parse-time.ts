import { StartupError } from "../../shared/errors.ts";

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of a span such as `30m`, `1h` or `7d`; nothing for any other text. */
function spanOf(text: string): number | undefined {
  const found = /^(\d{1,6})([smhdw])$/.exec(text);
  return found === null ? undefined : Number(found[1]) * (UNITS[found[2] ?? ""] ?? 0);
}

/** A moment: a date, or a span before now (`ago`) or after it (`ahead`). Throws `StartupError`. */
export function parseTime(text: string, direction: "ago" | "ahead"): Date {
  const span = spanOf(text);
  const at = span === undefined ? Date.parse(text) : Date.now() + (direction === "ago" ? -span : span);
  if (Number.isNaN(at))
    throw new StartupError(`"${text.slice(0, 60)}" is no time: write 30m, 1h, 7d or 2026-01-31T12:00`);
  return new Date(at);
}
