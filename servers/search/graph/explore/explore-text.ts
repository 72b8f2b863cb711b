import { allowances } from "./allowances.ts";
import { bodyOf } from "../../outline/body.ts";
import { linesOf } from "../../outline/lines-of.ts";
import { docLine } from "../../outline/symbols-text.ts";
import { counted } from "../../../../shared/listed.ts";
import { firstLine } from "../asking.ts";
import { cutText } from "../references-text.ts";
import { fullName } from "../subject.ts";
import type { ExploreAnswer, Explored } from "./explore-answer.ts";
import type { CallPath } from "./paths-among.ts";

/** What calls and the rest may take of the room, and no more lines than this. */
const SIDE_SHARE = 0.15;
const MOST_PATHS = 12;
/** A body of one definition, while others wait. */
const MOST_BODY = 6_000;

/** Sections, each as long as the budget allows: calls among what was found, code, places of the rest, what depends on it. */
export function exploreText(answer: ExploreAnswer): string {
  const { found, budget } = answer;
  const side = Math.floor(budget * SIDE_SHARE);
  const calls = sectionOf(
    "Calls",
    answer.paths.slice(0, MOST_PATHS).map(({ path, show }) => pathLine(path, show)),
    side,
  );
  const uses = sectionOf("Used by", found.flatMap(reachLine), side);
  const header = headerOf(answer);
  const room = budget - header.length - calls.length - uses.length - 40;
  const bodies = bodiesOf(found, room);
  const rest = found.filter((_, index) => bodies[index] === undefined).map(placeLine);
  const code = bodies.some((body) => body !== undefined)
    ? ["## Code", ...bodies.filter((each) => each !== undefined)]
    : [];
  const used = code.join("\n").length;
  const others = sectionOf("Also", rest, Math.max(0, room - used));
  const parts = [header, calls, code.join("\n"), others, uses].filter((part) => part !== "");
  return within(parts, budget);
}

function headerOf(answer: ExploreAnswer): string {
  const { found, paths, weak, question } = answer;
  const what =
    found.length === 0
      ? "nothing in the index answers this"
      : `${counted(found.length, "definition")}, best first, ${counted(paths.length, "way")} of calls among them`;
  const doubt = weak && found.length > 0 ? ["weak: little of the question is in these"] : [];
  const dynamic = found.length > 0 ? ["dynamic calls cannot be seen"] : [];
  return firstLine([what, ...doubt, ...dynamic, `for ${cutText(question, 80)}`], answer);
}

function bodiesOf(found: readonly Explored[], room: number): (string | undefined)[] {
  const sizes = found.map(({ definition, lines = [] }) => {
    const text = lines.slice(definition.startLine - 1, definition.endLine);
    return lines.length === 0 ? 0 : Math.min(MOST_BODY, text.join("\n").length + 120);
  });
  const got = allowances(sizes, Math.max(0, room - 200));
  return found.map((each, index) => {
    const share = got[index] ?? 0;
    const body =
      share === 0 || each.lines === undefined ? undefined : bodyOf(each.definition, each.lines, share - 118);
    if (body === undefined) return undefined;
    const title = `${each.shown}:${linesOf(body)} ${fullName(each.definition)}`;
    const left = body.left > 0 ? `\n… ${counted(body.left, "more line")}` : "";
    const text = `${title}\n${body.text}${left}`;
    // a single long line may be more than its share
    return text.length > share + 200 ? undefined : text;
  });
}

function pathLine({ from, steps }: CallPath, show: (path: string) => string): string {
  const names = steps.map(({ mention, definition, confidence }) => {
    const doubt = confidence === "name" ? "?" : "";
    return ` -> ${fullName(definition)}${doubt} (${show(mention.path)}:${mention.line})`;
  });
  return `${fullName(from)}${names.join("")}`;
}

function placeLine({ shown, definition }: Explored): string {
  const said = docLine(definition.doc);
  return `${shown}:${linesOf(definition)} ${fullName(definition)}: ${cutText(definition.signature)}${said === "" ? "" : ` // ${said}`}`;
}

function reachLine({ definition, reach }: Explored): string[] {
  if (reach === undefined) return [];
  const { callers, files, unsure, tests, moreTests } = reach;
  const by = callers === 0 ? "no caller found" : `${counted(callers, "caller")} in ${counted(files, "file")}`;
  const more = moreTests > 0 ? ` and ${moreTests} more` : "";
  const tested = tests.length === 0 ? "no test reaches it" : `tests: ${tests.join(", ")}${more}`;
  return [`${fullName(definition)}: ${by}${unsure ? " (some by name only)" : ""}; ${tested}`];
}

/** A section with as many lines as fit; "" when none does. */
function sectionOf(title: string, lines: readonly string[], room: number): string {
  const kept: string[] = [];
  let left = room - title.length - 4;
  for (const line of lines) {
    if (line.length + 1 > left) break;
    kept.push(line);
    left -= line.length + 1;
  }
  if (kept.length === 0) return "";
  const cut = kept.length < lines.length ? `, ${kept.length} of ${lines.length}` : "";
  return [`## ${title}${cut}`, ...kept].join("\n");
}

/** The parts that fit, in their order; of the first one at least its beginning. */
function within(parts: readonly string[], budget: number): string {
  let text = "";
  for (const part of parts) {
    const next = text === "" ? part : `${text}\n\n${part}`;
    if (next.length <= budget) text = next;
  }
  return text === "" ? (parts[0] ?? "").slice(0, budget) : text;
}
