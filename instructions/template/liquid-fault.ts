import { LiquidError } from "liquidjs";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { MOST_CHARACTERS, type LiquidFault } from "./liquid-job.ts";

const MOST_QUOTED = 80;

/** The engine's words, and ours for them; `$` is what it names. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^undefined variable: (.+)$/su, "there is no variable $"],
  [/^undefined filter: (.+)$/su, "the filter $ is not among those that can be used here"],
  [/^tag "(.*)" not found$/su, "the tag $ is not among those that can be used here"],
  [/^(?:tag|output|raw) "?(.+?)"? not closed$/su, "$ is not closed"],
  [/^(?:memory alloc limit exceeded|Invalid (?:string|array) length)/u, "it makes too much text"],
  [/^template render limit exceeded/u, "it takes too long"],
  [/^parse length limit exceeded/u, `it is longer than ${MOST_CHARACTERS} characters`],
  [/^Maximum call stack size exceeded/u, "it is nested too deeply"],
  [/^text to look for is too long/u, "it looks for a text that is too long"],
  [/^list is too long/u, "a list in it is too long"],
  [/^no ranges/u, "ranges cannot be used here"],
];

/** What went wrong, in our words, and the line. */
export function liquidFault(error: unknown): LiquidFault {
  const said = (error instanceof Error ? error.message : String(error)).replace(
    /(?:, line:\d+, col:\d+)+$/u,
    "",
  );
  const why = worded(said);
  const [line] = LiquidError.is(error) ? error.token.getPosition() : [];
  return line === undefined ? { why } : { why, line };
}

function worded(said: string): string {
  for (const [pattern, words] of WORDS) {
    const found = pattern.exec(said);
    if (found !== null) return words.replace("$", () => quoted(found[1] ?? ""));
  }
  return `Liquid does not understand it (${quoted(said)})`;
}

function quoted(foreign: string): string {
  const cut = foreign.length > MOST_QUOTED ? `${foreign.slice(0, MOST_QUOTED)}…` : foreign;
  return `\`${escapeForPerson(cut).replaceAll("`", "'")}\``;
}
