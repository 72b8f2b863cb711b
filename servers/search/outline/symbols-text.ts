import { cutText } from "../graph/references-text.ts";
import { firstLine } from "../graph/asking.ts";
import { fullName } from "../graph/subject.ts";
import { shownOf } from "../page.ts";
import { linesOf } from "./lines-of.ts";
import type { SymbolAt, SymbolsAnswer } from "./symbols-answer.ts";

/** More results than this are shown without what their docs say. */
const MANY = 20;
const SAID = {
  exact: "",
  qualified: "",
  case: ", but for upper and lower case",
  prefix: " that begin so; none is called exactly so",
  letters: " that hold these letters; none is called so",
} as const;

export function symbolsText(answer: SymbolsAnswer): string {
  const { page, name, fit, withheld } = answer;
  const facts = [
    `${shownOf(page, "definition")} for ${cutText(name)}${SAID[fit]}`,
    ...(withheld > 0 ? [`${withheld} withheld`] : []),
  ];
  const lines = page.items.map((item) => symbolText(item, page.items.length <= MANY));
  return [firstLine(facts, { ...answer, cursor: page.cursor }), ...lines].join("\n");
}

function symbolText({ path, definition, body }: SymbolAt, withDoc: boolean): string {
  const { kind, signature, startLine, endLine, doc } = definition;
  const title = `${path}:${linesOf({ startLine, endLine })} ${kind} ${fullName(definition)}`;
  if (body !== undefined) {
    const rest =
      body.left > 0 ? `\n… ${body.left} more lines: read_file ${path} from ${body.endLine + 1}` : "";
    return `${path}:${linesOf(body)} ${kind} ${fullName(definition)}\n${body.text}${rest}`;
  }
  const said = withDoc ? docLine(doc) : "";
  return `${title}: ${cutText(signature, 200)}${said === "" ? "" : `\n    ${said}`}`;
}

/** The first sentence of a doc comment, when it is short. */
export function docLine(doc: string): string {
  const [first = ""] = doc.split("\n").filter((line) => line.trim() !== "");
  return cutText(first.trim().replace(/(?<=[.!?])\s.*$/u, ""), 120);
}
