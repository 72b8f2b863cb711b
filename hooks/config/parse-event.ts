import type { Node } from "jsonc-parser";
import { shown } from "../../shared/config/shown.ts";
import { nearest } from "../../shared/nearest.ts";
import { eventOf, foreignEventOf } from "./event-of.ts";
import { EVENTS, factsOf, type EventName } from "./events.ts";
import { type Field, fieldOf, fieldsOf, itemsOf, kindOf } from "./json-fields.ts";
import type { Dialect } from "./layout.ts";
import type { LineIndex } from "./line-index.ts";
import { MATCHER_ADVICE, lintMatcher } from "./lint-matcher.ts";
import { parseForeignHandler } from "./parse-foreign-handler.ts";
import { type WrittenHandler, parseHandler } from "./parse-handler.ts";
import type { ProblemList, Remark } from "./problem-list.ts";

export interface ParsedEvent {
  /** As written; foreign text. */
  readonly name: string;
  /** What it is in Claude's terms, if anything. */
  readonly event?: EventName;
  readonly groups: readonly ParsedGroup[];
}

export interface ParsedGroup {
  /** As written, also where the event does not look at it. */
  readonly matcher?: string;
  readonly handlers: readonly WrittenHandler[];
}

export interface EventParserOptions {
  readonly dialect: Dialect;
  readonly own: boolean;
  readonly lines: LineIndex;
  readonly problems: ProblemList;
}

/** Where a group stands, and what is known of its event. */
interface GroupPlace {
  readonly at: string;
  readonly eventName: string;
  readonly event: EventName | undefined;
}

const GROUP_KEYS = ["matcher", "hooks"];

/** Reads the events of one file, with what is to be said about them. */
export class EventParser {
  readonly #dialect: Dialect;
  readonly #own: boolean;
  readonly #lines: LineIndex;
  readonly #problems: ProblemList;
  /** Claude's rules are held against what Claude, or Codex with the same shape, would read. */
  readonly #isClaudes: boolean;

  constructor({ dialect, own, lines, problems }: EventParserOptions) {
    this.#dialect = dialect;
    this.#own = own;
    this.#lines = lines;
    this.#problems = problems;
    this.#isClaudes = dialect === "claude" || dialect === "codex" || dialect === "fragment";
  }

  event({ name, value }: Field): ParsedEvent {
    const eventName = shown(name, 40);
    const event = this.#isClaudes ? eventOf(name, { own: this.#own }) : foreignEventOf(name);
    if (event === undefined) this.#reportEvent(name, value);
    if (value.type !== "array") {
      const message = `${eventName} has to be a list, and this is ${kindOf(value)}`;
      this.#error("event_not_a_list", value, { message, at: eventName });
    }
    const groups = itemsOf(value).flatMap((item, index) => {
      const group = this.#group(item, { at: `${eventName}[${index}]`, eventName, event });
      return group === undefined ? [] : [group];
    });
    return { name, ...(event === undefined ? {} : { event }), groups };
  }

  /** A group that stands alone in its file. */
  fragment(root: Node): ParsedEvent {
    const message = "this is one group without an event: put it into a list under hooks and the event's name";
    this.#problems.add({ level: "warning", code: "no_event_name", message, offset: root.offset });
    const group = this.#group(root, { at: "", eventName: "(none)", event: undefined });
    return { name: "(none)", groups: group === undefined ? [] : [group] };
  }

  #group(node: Node, place: GroupPlace): ParsedGroup | undefined {
    const hooks = fieldOf(node, "hooks");
    if (hooks === undefined && !this.#isClaudes) return this.#single(node, place);
    if (hooks?.type !== "array") return this.#reportGroup(node, hooks, place);
    const written = this.#matcher(node, place);
    if (written === "wrong") return undefined;
    this.#lookAtKeys(node, place);
    const handlers = itemsOf(hooks).flatMap((handler, index) => {
      const parsed = this.#handler(
        handler,
        { ...place, at: `${place.at}.hooks[${index}]`.replace(/^\./u, "") },
        written,
      );
      return parsed === undefined ? [] : [parsed];
    });
    return { ...(written === undefined ? {} : { matcher: written.matcher }), handlers };
  }

  /** Flat files: a handler that is its own group. */
  #single(node: Node, place: GroupPlace): ParsedGroup | undefined {
    const written = this.#matcher(node, place);
    if (written === "wrong") return undefined;
    const handler = this.#handler(node, place, written);
    return {
      ...(written === undefined ? {} : { matcher: written.matcher }),
      handlers: handler === undefined ? [] : [handler],
    };
  }

  #handler(node: Node, place: GroupPlace, written: Matcher | undefined): WrittenHandler | undefined {
    const parse = this.#isClaudes ? parseHandler : parseForeignHandler;
    return parse(node, {
      ...place,
      matcher: written?.counts === true ? written.matcher : undefined,
      lineOf: (offset) => this.#lines.lineOf(offset),
      problems: this.#problems,
    });
  }

  #matcher(node: Node, { at, event, eventName }: GroupPlace): Matcher | undefined | "wrong" {
    const value = fieldOf(node, "matcher");
    if (value === undefined) return undefined;
    const matcher: unknown = value.value;
    if (typeof matcher !== "string") {
      const message = `"matcher" has to be a text, and this is ${kindOf(value)}: the group does not count`;
      this.#error("matcher_not_a_text", value, { message, at });
      return "wrong";
    }
    const { offset } = value;
    const counts = event === undefined || !this.#isClaudes || factsOf(event).matches !== undefined;
    if (!counts && matcher !== "") {
      const message = `${eventName} has nothing to match: this runs every time`;
      this.#problems.add({ level: "warning", code: `matcher_ignored_on:${eventName}`, message, offset, at });
    }
    if (event !== undefined && factsOf(event).matches === "tool_name")
      for (const code of lintMatcher(matcher))
        this.#problems.add({ level: "warning", code, message: MATCHER_ADVICE[code], offset, at });
    return { matcher, counts };
  }

  #lookAtKeys(node: Node, { at }: GroupPlace): void {
    if (!this.#isClaudes) return;
    for (const { name, value } of fieldsOf(node)) {
      if (GROUP_KEYS.includes(name)) continue;
      const key = shown(name, 40);
      const message = `"${key}" is not a key of a group`;
      this.#problems.add({
        level: "info",
        code: `unknown_group_key:${key}`,
        message,
        offset: value.offset,
        at,
      });
    }
  }

  #reportEvent(name: string, { offset }: Node): void {
    const key = shown(name, 40);
    if (!this.#isClaudes) {
      const message = `${key} has no counterpart in Claude Code`;
      this.#problems.add({ level: "info", code: `event_without_claude_equivalent:${key}`, message, offset });
      return;
    }
    const isCodexs = this.#dialect === "codex";
    const message = (): string => {
      const meant = name === "OnMessage" ? "UserPromptSubmit" : nearest(name, Object.keys(EVENTS));
      return `there is no event ${key}: nothing runs this${meant === undefined ? "" : `; did you mean ${meant}?`}`;
    };
    const code = `${isCodexs ? "event_without_claude_equivalent" : "unknown_event"}:${key}`;
    this.#problems.add({ level: "warning", code, message, offset });
  }

  #reportGroup(node: Node, hooks: Node | undefined, { at }: GroupPlace): undefined {
    if (node.type !== "object")
      this.#error("group_not_an_object", node, {
        message: `a group has to be an object, and this is ${kindOf(node)}`,
        at,
      });
    else if (hooks !== undefined)
      this.#error("group_hooks_not_a_list", hooks, {
        message: `"hooks" has to be a list, and this is ${kindOf(hooks)}`,
        at,
      });
    else
      this.#error("group_without_hooks", node, {
        message: 'a group needs a list "hooks" with its handlers in it',
        at,
      });
    return undefined;
  }

  #error(code: string, { offset }: Node, about: Pick<Remark, "message" | "at">): void {
    this.#problems.add({ level: "error", code, offset, ...about });
  }
}

interface Matcher {
  readonly matcher: string;
  /** False on an event that has nothing to match. */
  readonly counts: boolean;
}
