import { counted } from "../../../shared/listed.ts";
import { escapeForPerson } from "../../../shared/escape-for-person.ts";
import { linesOf } from "../outline/lines-of.ts";
import { shownOf } from "../page.ts";
import { firstLine } from "./asking.ts";
import type { ReferencesAnswer, ReferenceAt } from "./references-answer.ts";
import { fullName } from "./subject.ts";
import type { Neighbour, WalkAnswer } from "./walk-answer.ts";

const MOST_TEXT = 160;
const MOST_LINES = 12;
const MOST_NAMED = 5;

/** References below their files; `?` marks those of which only the name fits. */
export function referencesText(answer: ReferencesAnswer): string {
  const { page, files, name } = answer;
  const of =
    answer.subjects.length === 0 ? `${name}, which nothing in the index defines` : subjectText(answer);
  const what = page.total === 0 ? `no reference to ${of} found` : `${shownOf(page, "reference")} to ${of}`;
  const facts = [
    page.total === 0 ? what : `${what}, in ${counted(files, "file")}`,
    ...choiceOf(answer),
    ...doubts(answer),
  ];
  const lines: string[] = [];
  let path: string | undefined;
  for (const item of page.items) {
    if (item.path !== path) lines.push(item.path);
    ({ path } = item);
    lines.push(`  ${referenceLine(item)}`);
  }
  return [firstLine(facts, { ...answer, cursor: page.cursor }), ...lines].join("\n");
}

function referenceLine({ line, kind, confidence, holder, text }: ReferenceAt): string {
  const where = holder === undefined ? "" : ` in ${fullName(holder)}`;
  const shown = text === undefined ? kind : cutText(text);
  return `${line}${confidence === "name" ? "?" : ""}${where}: ${shown}`;
}

/** Callers or callees by distance and file. */
export function walkText(answer: WalkAnswer): string {
  const { page, direction, depth } = answer;
  const noun = direction === "callers" ? "caller" : "callee";
  const of = subjectText(answer);
  const what = page.total === 0 ? `no ${noun} of ${of} found` : `${shownOf(page, noun)} of ${of}`;
  const facts = [
    `${what}${depth > 1 ? `, up to ${depth} steps away` : ""}`,
    ...choiceOf(answer),
    ...doubts(answer),
    ...(direction === "callers" && page.total === 0 ? ["dynamic uses cannot be seen"] : []),
  ];
  const lines = neighbourLines(page.items, depth > 1 ? 0 : 1);
  return [firstLine(facts, { ...answer, cursor: page.cursor }), ...lines].join("\n");
}

/** Below their distance, when it is not `depth`, and their files. */
export function neighbourLines(items: readonly Neighbour[], depth: number): string[] {
  const lines: string[] = [];
  let level = depth;
  let path: string | undefined;
  for (const item of items) {
    if (item.depth !== level) lines.push(`step ${item.depth}`);
    if (item.depth !== level || item.path !== path) lines.push(item.path);
    level = item.depth;
    ({ path } = item);
    lines.push(`  ${neighbourLine(item)}`);
  }
  return lines;
}

function neighbourLine({ path, confidence, definition, at }: Neighbour): string {
  const doubt = confidence === "name" ? "?" : "";
  const what =
    definition === undefined ? "top of the file" : `${linesOf(definition)} ${fullName(definition)}`;
  const places = placesOf(at, path);
  const more = places.length > MOST_LINES ? ` and ${places.length - MOST_LINES} more` : "";
  const shown = places.length === 0 ? "" : `, at ${places.slice(0, MOST_LINES).join(", ")}${more}`;
  return `${what}${doubt}${shown}`;
}

/** Lines in the order of their files, each file named once; the one that is `told` already, not. */
function placesOf(at: Neighbour["at"], told: string): string[] {
  const files = new Map<string, Set<number>>([[told, new Set()]]);
  for (const { path, line } of at) files.set(path, (files.get(path) ?? new Set()).add(line));
  return [...files].flatMap(([path, lines]) =>
    [...lines]
      .toSorted((one, other) => one - other)
      .map((line, index) => (path === told || index > 0 ? String(line) : `${path}:${line}`)),
  );
}

type About = Pick<ReferencesAnswer, "subjects" | "total" | "name">;

function subjectText({ subjects, total, name }: About): string {
  const [first] = subjects;
  if (first === undefined) return name;
  const place = ({ shown, definition }: (typeof subjects)[number]): string =>
    `${fullName(definition)} (${shown}:${definition.nameLine})`;
  if (total === 1) return place(first);
  const some = subjects.slice(0, MOST_NAMED).map(place).join(", ");
  const more = total > MOST_NAMED ? ", ..." : "";
  const cut = total > subjects.length ? ` (only the first ${subjects.length} are followed)` : "";
  return `${total} definitions called ${name}${cut}: ${some}${more}`;
}

/** How to ask for less, where more than one is meant. */
function choiceOf({ total }: About): string[] {
  return total > 1 ? ["Class.name or path:line picks one"] : [];
}

interface Doubted extends Pick<ReferencesAnswer, "unsure" | "elsewhere" | "unclear" | "cut" | "withheld"> {
  /** Steps of a walk, which ends where it is unsure. */
  readonly depth?: number;
}

/** What is not known, so that nothing is missed in silence. */
export function doubts({ unsure, elsewhere, unclear, cut, withheld, depth = 1 }: Doubted): string[] {
  return [
    ...(unsure > 0 ? [`?: only the name fits (${unsure})${depth > 1 ? ", not followed on" : ""}`] : []),
    ...(elsewhere > 0
      ? [
          `${counted(elsewhere, "other use")} of the name ${elsewhere === 1 ? "means" : "mean"} something else`,
        ]
      : []),
    ...(unclear > 0 ? [`${counted(unclear, "reference")} left out: their name is too common to tell`] : []),
    ...(cut ? ["not all were looked at: there are more"] : []),
    ...(withheld > 0 ? [`${withheld} withheld`] : []),
  ];
}

export function cutText(text: string, most = MOST_TEXT): string {
  const shown = escapeForPerson(text);
  return shown.length > most ? `${shown.slice(0, most)}…` : shown;
}
