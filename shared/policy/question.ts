import * as z from "zod";
import { ToolError } from "../errors.ts";
import type { ToolFacts } from "../tool.ts";
import { escapeForPerson } from "../escape-for-person.ts";
import type { Case, Target } from "./judge.ts";
import { shellQuote } from "./shell-quote.ts";

/** Characters of a question, about; a command is shown whole within it or not asked about at all. */
const MAX_QUESTION = 1_500;
const MAX_REASONS = 400;
const MAX_VALUE = 120;
const MIN_ROOM = 300;

/**
 * What a person is asked: what the call would do, to what, and why that is asked. Our words; foreign text in it is
 * escaped. Throws `denied` for a command that is too long to be shown whole.
 */
export function questionMessage(
  tool: ToolFacts,
  input: unknown,
  about: Case & { readonly reasons: readonly string[]; readonly said: readonly string[] },
): string {
  const head = `Allow "${tool.title}" (${about.facts.tool})? It would ${deedOf(about, tool)}.`;
  const why = cut(`Asked because ${escapeForPerson(about.reasons.join("; "))}.`, MAX_REASONS);
  const command = commandLine(about.facts.argv);
  const said = list(about.said.map(escapeForPerson), MAX_QUESTION / 2);
  const used = [head, why, command, ...said].join("\n").length;
  const room = Math.max(MIN_ROOM, MAX_QUESTION - used);
  const foreseen = about.foreseen.map((place) => `- ${about.show(place)}`);
  const places = list([...foreseen, ...about.targets.map((target) => placeLine(target, about))], room * 0.7);
  const values = list(otherValues(tool, input), room - places.join("\n").length);
  return [head, ...(command === "" ? [] : [command]), ...said, ...places, ...values, why].join("\n");
}

function deedOf({ facts, targets }: Case, { reach }: ToolFacts): string {
  const deeds = { read: "read", write: "change", destroy: "destroy" } as const;
  const here = targets.length === 0 ? "something here" : "what is named below";
  if (reach === "process") return `run a program or code of this project`;
  if (reach === "network")
    return `reach the network, to ${facts.effect === "read" ? "ask" : deeds[facts.effect]} something there`;
  return `${deeds[facts.effect]} ${here}`;
}

function commandLine(argv: readonly string[] | undefined): string {
  if (argv === undefined || argv.length === 0) return "";
  const line = `$ ${escapeForPerson(argv.map(shellQuote).join(" "))}`;
  if (line.length <= MAX_QUESTION) return line;
  throw new ToolError(
    "denied",
    `the command has ${line.length} characters, too many to show a person whole`,
    {
      hint: `At most ${MAX_QUESTION} fit; put the command into a script file and run that.`,
    },
  );
}

function placeLine({ spelled, place }: Target, { show }: Case): string {
  const shown = show(place);
  const written = show(spelled);
  return shown === written ? `- ${shown}` : `- ${written}, which leads to ${shown}`;
}

/** The arguments that are neither its paths nor its command. */
function otherValues(tool: ToolFacts, input: unknown): string[] {
  if (typeof input !== "object" || input === null) return [];
  const { paths = [], reads = [], argv = [] } = tool.touches(input);
  const shown = new Set([...paths, ...reads, ...argv]);
  const isShown = (value: unknown): boolean =>
    Array.isArray(value) ? value.every(isShown) : typeof value === "string" && shown.has(value);
  return Object.entries(input)
    .filter(([name, value]) => value !== undefined && !isShown(value) && !isUsual(tool, name, value))
    .map(
      ([name, value]) =>
        `${escapeForPerson(name)}: ${cut(escapeForPerson(JSON.stringify(value)), MAX_VALUE)}`,
    );
}

/** True for a switch that stands as it does when it is left out: it says nothing about this call. */
function isUsual({ input }: ToolFacts, name: string, value: unknown): boolean {
  if (typeof value !== "boolean") return false;
  const usual = z.safeParse(input.shape[name] ?? z.never(), undefined);
  return usual.success && usual.data === value;
}

/** As many lines as fit, and how many there are beside them. */
function list(lines: readonly string[], room: number): string[] {
  const kept: string[] = [];
  let used = 0;
  for (const line of lines) {
    const shown = cut(line, 600);
    used += shown.length + 1;
    if (used > room && kept.length > 0) break;
    kept.push(shown);
  }
  return kept.length === lines.length ? kept : [...kept, `and ${lines.length - kept.length} more`];
}

/** Keeps both ends, since the end of a path says most. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor(limit / 2);
  return `${text.slice(0, half)} [${text.length - 2 * half} characters left out] ${text.slice(-half)}`;
}
