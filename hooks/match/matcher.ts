import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { factsOf, type EventName } from "../config/events.ts";
import { spellingsOf } from "./legacy-names.ts";
import { PatternRunner } from "./pattern-runner.ts";

/** The longest regular expression, and the longest name that one is tested against, in characters. */
const MAX_PATTERN = 512;
const MAX_NAME = 128;
/** After so many slow names a pattern is not tried on another. */
const MOST_SLOW = 3;
const MOST_KNOWN = 500;

/** Which names the matcher of a handler selects, as Claude Code decides it. */
export interface Matcher {
  readonly kind: "all" | "list" | "regex" | "invalid";
  /** Why it decides nothing, or not everything; in our words. May appear after a test. */
  readonly problem: string | undefined;
  /** `unknown` when that cannot be said: never a reason to leave out a guard. */
  test(name: string): boolean | "unknown";
}

/**
 * Absent, empty and `*` select everything. Letters, digits, `_`, `-`, spaces, commas and `|` alone are a list of exact
 * names; anything else is a JavaScript regular expression that may match anywhere in the name, so that `A || B` selects
 * everything by its empty alternative and `mcp__memory` selects no tool. Case counts. Old names of tools still stand for
 * the tools. `FileChanged` and `StopFailure` know no hyphen, space or comma in a list. Ignored where the event has
 * nothing to match. Does not throw; a runner that several matchers share bounds the time of all of them.
 */
export function compileMatcher(
  text: string | undefined,
  event: EventName,
  runner = new PatternRunner(),
): Matcher {
  const { matches, names } = factsOf(event);
  if (matches === undefined || text === undefined || text === "" || text === "*") return ALL;
  const spell = matches === "tool_name" ? spellingsOf : itself;
  const isList = names === "exact" ? /^[\w|]+$/u.test(text) : /^[\w\-, |]+$/u.test(text);
  if (isList) return listOf(text, spell);
  const problem = problemOf(text);
  return problem === undefined ? new PatternMatcher(text, { spell, runner }) : invalid(problem);
}

type Spell = (name: string) => readonly string[];

const ALL: Matcher = { kind: "all", problem: undefined, test: () => true };

function itself(name: string): readonly string[] {
  return [name];
}

function listOf(text: string, spell: Spell): Matcher {
  const names = new Set(text.split(/[|,]/u).flatMap((name) => spell(name.trim())));
  return { kind: "list", problem: undefined, test: (name) => names.has(name) };
}

function invalid(problem: string): Matcher {
  return { kind: "invalid", problem, test: () => "unknown" };
}

function problemOf(text: string): string | undefined {
  if (text.length > MAX_PATTERN) return `is longer than ${MAX_PATTERN} characters`;
  try {
    RegExp(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const why = error.message.slice(error.message.lastIndexOf("/: ") + 3);
    return `is no valid regular expression: ${escapeForPerson(why)}`;
  }
}

/** A regular expression from a file that anybody may have written. */
class PatternMatcher implements Matcher {
  readonly kind = "regex";
  readonly #pattern: string;
  readonly #spell: Spell;
  readonly #runner: PatternRunner;
  readonly #known = new Map<string, boolean | "unknown">();
  readonly #slow = new Set<string>();
  #isLate = false;

  constructor(pattern: string, { spell, runner }: { readonly spell: Spell; readonly runner: PatternRunner }) {
    this.#pattern = pattern;
    this.#spell = spell;
    this.#runner = runner;
  }

  get problem(): string | undefined {
    if (this.#slow.size > 0) return "takes too long as a regular expression and is not always decided";
    return this.#isLate ? "could not be decided yet, since others take too long" : undefined;
  }

  test(name: string): boolean | "unknown" {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const answer = this.#testAll(this.#spell(name));
    this.#isLate = answer === "later";
    if (answer === "later") return "unknown";
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(name, answer);
    return answer;
  }

  #testAll(spellings: readonly string[]): Answer {
    const answers = spellings.map((name) => this.#testOne(name));
    if (answers.includes(true)) return true;
    return (["later", "unknown"] as const).find((answer) => answers.includes(answer)) ?? false;
  }

  #testOne(name: string): Answer {
    // cut, it could match where the whole does not, and the other way round
    if (name.length > MAX_NAME || this.#slow.size >= MOST_SLOW || this.#slow.has(name)) return "unknown";
    const answer = this.#runner.test(this.#pattern, name);
    if (answer === undefined) return "later";
    if (answer.slow) this.#slow.add(name);
    return answer.holds === "stopped" ? "unknown" : answer.holds;
  }
}

/** `later`: there was no time to decide it. */
type Answer = boolean | "unknown" | "later";
