import { isDeepStrictEqual } from "node:util";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { factsOf, type EventName } from "../config/events.ts";
import type { Outcome } from "../outcome.ts";
import { fitTexts } from "./fit-texts.ts";
import { strictest } from "./strictest.ts";

/** What one handler said. */
export interface Said {
  /** A short label for people, such as `.plumbline/hooks.json:12`; escaped already. */
  readonly source: string;
  readonly outcome: Outcome;
}

/** What all handlers of one event said together. Its texts are foreign, each behind `[hook <source>]`. */
export interface Combined {
  readonly decision: "allow" | "ask" | "deny" | "none";
  /** Why, by every hook that decided so. */
  readonly reason?: string;
  /** The sources of those hooks, where they object. */
  readonly by: readonly string[];
  /** Somebody wants the whole work to stop, and not only this; why. */
  readonly stop?: string;
  /** For the model; at most 10,000 characters together. */
  readonly notes: readonly string[];
  /** For the person, escaped; at most 10,000 characters together. */
  readonly systemMessages: readonly string[];
  /** `by` is the place among what was said. */
  readonly updatedInput?: { readonly value: Readonly<Record<string, unknown>>; readonly by: number };
  readonly updatedOutput?: { readonly value: unknown; readonly by: number };
  /** In our words, each with its source; at most 100. */
  readonly problems: readonly string[];
}

const MOST_TEXT = 10_000;
/** With more texts each would get too little room to say anything. */
const MOST_TEXTS = 50;
const MOST_PROBLEMS = 100;
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/gu;

/**
 * One word out of several, which stand in configuration order: a stop beats deny, deny beats ask, ask beats defer (which
 * is no decision), defer beats allow. Nothing in it depends on time.
 */
export function combine(event: EventName, said: readonly Said[]): Combined {
  const stop = joined(said, (outcome) => outcome.stop);
  const word = stop === undefined ? strictest(said.map(({ outcome }) => outcome.decision)) : "deny";
  const decision = word === undefined || word === "defer" ? "none" : word;
  // nobody has to give a reason for having no objection
  const unsaid = decision === "allow" ? undefined : "";
  const reason =
    stop ?? joined(said, (each) => (each.decision === decision ? (each.reason ?? unsaid) : undefined));
  const input = decision === "deny" ? undefined : last(said, inputOf);
  const output = last(said, ({ updatedOutput }) => updatedOutput);
  const objected = decision === "deny" || decision === "ask";
  const deciders = said.filter(({ outcome }) =>
    stop === undefined ? objected && outcome.decision === decision : outcome.stop !== undefined,
  );
  return {
    decision,
    by: [...new Set(deciders.map(({ source }) => source))],
    ...(reason === undefined ? {} : { reason }),
    ...(stop === undefined ? {} : { stop }),
    notes: bounded(said.flatMap((each) => notesOf(event, each))),
    systemMessages: bounded(said.flatMap(systemMessageOf)),
    ...(input === undefined ? {} : { updatedInput: input }),
    ...(output === undefined ? {} : { updatedOutput: output }),
    problems: [
      ...rivals(said, input, { pick: inputOf, what: "input" }),
      ...rivals(said, output, { pick: ({ updatedOutput }) => updatedOutput, what: "answer" }),
      ...problemsOf(said),
    ],
  };
}

/** The texts of those who have one, each with its source; nothing when nobody has. */
function joined(said: readonly Said[], pick: (outcome: Outcome) => string | undefined): string | undefined {
  const texts = said.flatMap(({ source, outcome }) => {
    const text = pick(outcome)?.trim();
    return text === undefined ? [] : [marked(source, text === "" ? "no reason was given" : text)];
  });
  return texts.length === 0 ? undefined : bounded(texts).join("\n");
}

function notesOf(event: EventName, { source, outcome }: Said): string[] {
  const { reason, context } = outcome;
  if (reason === undefined || factsOf(event).blocks) return context.map((text) => marked(source, text));
  // a hook that wanted to block believes that it prevented something
  const late = event === "PostToolUse" ? "(after the call, which was done already) " : "";
  return [`${late}${reason}`, ...context].map((text) => marked(source, text));
}

function systemMessageOf({ source, outcome: { systemMessage } }: Said): string[] {
  if (systemMessage === undefined) return [];
  return [marked(source, systemMessage.split(/\r?\n/u).map(escapeForPerson).join("\n"))];
}

/** Foreign lines are set in: none of them can pass for a label, or for a sentence of ours. */
function marked(source: string, text: string): string {
  return `[hook ${source}] ${text.replaceAll(LINE_BREAK, "\n  ")}`;
}

/** Each text once, and all of them, with line breaks between, within the room that there is. */
function bounded(texts: readonly string[]): string[] {
  const all = [...new Set(texts)];
  const kept = all.slice(0, MOST_TEXTS);
  if (kept.length < all.length) kept.push(`[${all.length - kept.length} more texts of hooks left out]`);
  return fitTexts(kept, MOST_TEXT - kept.length);
}

/** A denied call has no input; one that a person is asked about is asked about with the new one. */
function inputOf({ decision, updatedInput }: Outcome): Outcome["updatedInput"] {
  return decision === "deny" ? undefined : updatedInput;
}

type Picker<Value> = (outcome: Outcome) => Value | undefined;

function last<Value>(said: readonly Said[], pick: Picker<Value>): { value: Value; by: number } | undefined {
  for (const [by, { outcome }] of [...said.entries()].toReversed()) {
    const value = pick(outcome);
    if (value !== undefined) return { value, by };
  }
  return undefined;
}

/** Says that several hooks wanted different things, and whose wish counts. */
function rivals(
  said: readonly Said[],
  winner: { readonly value: unknown; readonly by: number } | undefined,
  { pick, what }: { readonly pick: Picker<unknown>; readonly what: string },
): string[] {
  if (winner === undefined) return [];
  const others = said.filter(({ outcome }) => {
    const value = pick(outcome);
    return value !== undefined && !isDeepStrictEqual(value, winner.value);
  });
  if (others.length === 0) return [];
  const outdone = [...new Set(others.map(({ source }) => source))].slice(0, 5).join(", ");
  return [
    `${said[winner.by]?.source}: its new ${what} counts, as the last one configured, and not that of ${outdone}`,
  ];
}

function problemsOf(said: readonly Said[]): string[] {
  const all = new Set(
    said.flatMap(({ source, outcome }) => outcome.problems.map((each) => `${source}: ${each}`)),
  );
  const kept = [...all].slice(0, MOST_PROBLEMS - 3);
  return kept.length < all.size ? [...kept, `${all.size - kept.length} more problems of hooks`] : kept;
}
