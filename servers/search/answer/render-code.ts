import { escapeForPerson } from "../../../shared/escape-for-person.ts";
import { counted } from "../../../shared/listed.ts";
import type { CodeAnswer, CodeResult } from "./code-answer.ts";

/** A line longer than this is cut: it is data. */
const MAX_LINE = 500;

/** Everything: below each place its lines. */
export function renderCode(answer: CodeAnswer): string {
  return [headerOf(answer), ...answer.results.map((result) => `\n${fullForm(result)}`)].join("\n");
}

/** Only places, then only the header. */
export const shorterCode = [
  (answer: CodeAnswer): string =>
    [headerOf(answer, "text left out for want of budget"), ...answer.results.map(placeForm)].join("\n"),
  (answer: CodeAnswer): string => headerOf(answer, "no room for results"),
];

/** Lines of a file as answers show them. */
export function shownLines(lines: readonly string[]): string {
  return lines.map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line)).join("\n");
}

function fullForm(result: CodeResult): string {
  return result.text === undefined ? placeForm(result) : `${titleOf(result)}\n${result.text}`;
}

function placeForm(result: CodeResult): string {
  const { signature } = result;
  return signature === "" ? titleOf(result) : `${titleOf(result)}: ${escapeForPerson(signature)}`;
}

/** The characters that a result takes beside its text. */
export function titleOf({ path, startLine, endLine, name, whole }: CodeResult): string {
  const lines = startLine === endLine ? String(startLine) : `${startLine}-${endLine}`;
  const part = whole === undefined ? "" : `, in ${whole.startLine}-${whole.endLine}`;
  return `${path}:${lines}${part}${name === "" ? "" : ` ${escapeForPerson(name.slice(0, 200))}`}`;
}

function headerOf(answer: CodeAnswer, left?: string): string {
  const { cursor, withheld, gone, state } = answer;
  const facts = [
    countOf(answer),
    ...(left === undefined ? [] : [left]),
    ...(withheld > 0 ? [`${counted(withheld, "result")} withheld`] : []),
    ...(gone > 0 ? [`${counted(gone, "result")} gone since`] : []),
    ...state,
    ...doubtsOf(answer),
    ...(cursor === undefined ? [] : [`go on with cursor ${cursor}`]),
  ];
  return `[${facts.join("; ")}]`;
}

function countOf({ results, before, building }: CodeAnswer): string {
  if (results.length > 0)
    return before > 0
      ? `results ${before + 1}-${before + results.length}`
      : `${counted(results.length, "result")}, best first`;
  if (before > 0) return "no more results";
  return building ? "no result yet" : "no result";
}

/** What to do when the results may not be what was meant. */
function doubtsOf({ results, weak, pattern, building, before }: CodeAnswer): string[] {
  const exact = pattern === "" ? [] : [`search_text ${pattern} finds exact words`];
  if (results.length === 0 && before === 0)
    return building ? ["ask again when the index is complete", ...exact] : exact;
  return weak ? ["weak: little of the question is in these", ...exact] : [];
}
