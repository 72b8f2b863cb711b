import { needsGit } from "./needs-git.ts";

const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?: ?(Z|[+-]\d{2}:?\d{2}))?$/u;
const AGO = /^(\d{1,6})[ .](second|minute|hour|day|week)s?[ .]ago$/u;
const SECONDS = new Map([
  ["second", 1],
  ["minute", 60],
  ["hour", 3_600],
  ["day", 86_400],
  ["week", 604_800],
]);

/** Seconds since 1970 of a date that `gitDate` let through; without a zone it is this machine's. Throws `unavailable`. */
export function parsedDate(text: string): number {
  const now = Math.floor(Date.now() / 1_000);
  if (text.toLowerCase() === "now") return now;
  const [, count, unit = ""] = AGO.exec(text.toLowerCase()) ?? [];
  if (count !== undefined) return now - Number(count) * (SECONDS.get(unit) ?? 0);
  const [, day = "", time = "", zone = ""] = TIME.exec(text) ?? [];
  const colons = zone.replace(/^([+-]\d{2})(\d{2})$/u, "$1:$2");
  const date = Date.parse(`${day}T${time}${colons}`);
  if (Number.isNaN(date)) throw needsGit(`the date ${JSON.stringify(text)}`);
  return Math.floor(date / 1_000);
}
