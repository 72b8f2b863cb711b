import { ToolError } from "../../../shared/errors.ts";
import { oneLine } from "../text/foreign.ts";

const DAY = /^\d{4}-\d{2}-\d{2}$/u;
const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?<zone> ?(?:Z|[+-]\d{2}:?\d{2}))?$/u;
const UNIT = "(?:second|minute|hour|day|week|month|year)s?";
const RELATIVE = new RegExp(String.raw`^(?:\d{1,6}[ .]${UNIT}[ .]){1,4}ago$`, "iu");
const WORD =
  /^(?:now|today|yesterday|last (?:week|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday))$/iu;

/**
 * A date for git, which takes any text and reads nonsense as now. Without a zone it is UTC, as the times of answers
 * are. A day alone is meant whole: from its first second for `since`, to its last for `until`. Throws `invalid_input`.
 */
export function gitDate(text: string, bound: "since" | "until"): string {
  const plain = text.trim();
  if (RELATIVE.test(plain) || WORD.test(plain)) return plain;
  const isDay = DAY.test(plain);
  const time = TIME.exec(plain);
  if ((!isDay && time === null) || Number.isNaN(Date.parse(plain.slice(0, 10)))) throw notDate(text, bound);
  if (isDay) return `${plain}T${bound === "since" ? "00:00:00" : "23:59:59"} +0000`;
  return time?.groups?.["zone"] === undefined ? `${plain} +0000` : plain;
}

function notDate(text: string, bound: string): ToolError {
  return new ToolError("invalid_input", `${bound} ${JSON.stringify(oneLine(text, 64))} is not a date`, {
    hint: "Give 2026-11-21, 2026-11-21 17:05, or 2 weeks ago.",
  });
}
