import type { AuditEntry, AuditLine } from "./audit-line.ts";
import { escapeForPerson } from "../escape-for-person.ts";

const COLORS = { green: 32, red: 31, yellow: 33, grey: 90 } as const;
type Color = keyof typeof COLORS;

const MOST_TOUCHED = 200;

/** One line for people: when, which tool, how it ended, what it touched, why it was allowed, who called. */
export function formatAuditLine(entry: AuditEntry, options: { readonly color: boolean }): string {
  const paint = (color: Color, text: string): string =>
    options.color ? `\u001B[${COLORS[color]}m${text}\u001B[0m` : text;
  if (entry.kind === "unreadable") return paint("red", `unreadable line: ${cut(escapeForPerson(entry.raw))}`);
  const { line } = entry;
  const outcome = escapeForPerson(line.outcome);
  return [
    paint("grey", escapeForPerson(line.time.replace(/\.\d+Z$/u, "Z"))),
    escapeForPerson(line.tool),
    paint(colorOf(line.outcome), outcome),
    ...describeTouched(line),
    paint("grey", escapeForPerson(describeCall(line))),
  ].join("  ");
}

function colorOf(outcome: string): Color {
  if (outcome === "ok") return "green";
  return outcome === "asked" ? "yellow" : "red";
}

function describeTouched({ touched }: AuditLine): string[] {
  const words = [
    ...(touched.paths ?? []),
    ...(touched.argv === undefined ? [] : [`$ ${touched.argv.join(" ")}`]),
  ];
  return words.length === 0 ? [] : [cut(escapeForPerson(words.join(" ")))];
}

function describeCall({ decision, because, ms, chars, caller, id, parent }: AuditLine): string {
  const version = caller.version === undefined ? "" : ` ${caller.version}`;
  const verdict = because === undefined ? decision : `${decision}: ${because}`;
  const family = parent === undefined ? id : `${id} of ${parent}`;
  return `${verdict} | ${ms} ms, ${chars} chars | ${caller.name}${version} (${caller.transport}) | ${family}`;
}

function cut(text: string): string {
  return text.length > MOST_TOUCHED ? `${text.slice(0, MOST_TOUCHED)}...` : text;
}
