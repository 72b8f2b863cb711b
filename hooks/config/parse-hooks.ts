import type { Node } from "jsonc-parser";
import { JsonProblem, parseJson, parseJsonTree } from "../../shared/config/parse-json.ts";
import { shown } from "../../shared/config/shown.ts";
import { nearest } from "../../shared/nearest.ts";
import type { Problem } from "../handler.ts";
import { EVENTS, isEventName } from "./events.ts";
import { type Field, fieldOf, fieldsOf, kindOf } from "./json-fields.ts";
import { type About, type Dialect, type Shape, dialectByPlace, layoutOf } from "./layout.ts";
import { LineIndex } from "./line-index.ts";
import { type ParsedEvent, EventParser } from "./parse-event.ts";
import { ProblemList } from "./problem-list.ts";

/** What a text of hooks says. Only what is `claude` is ever run by us; the rest is there to be shown. */
export interface ParsedHooks {
  readonly dialect: Dialect;
  /** `invalid_json` and `invalid` (JSON of another kind) have no events. */
  readonly parse: "ok" | "ok_with_warnings" | "invalid_json" | "invalid";
  readonly shape: Shape;
  readonly events: readonly ParsedEvent[];
  readonly disableAllHooks: boolean;
  readonly problems: readonly Problem[];
}

/** More than any real file has by far; each of them costs time at every call. */
const MAX_HANDLERS = 200;
const OWN_KEYS = ["$schema", "description", "hooks", "disableAllHooks"];

/**
 * Reads hooks as Claude Code writes them, and recognises how others do. Never throws; a handler or a group that is
 * wrong is left out and named among the problems, with its line. Takes time in proportion to the text.
 */
export function parseHooks(text: string, about: About): ParsedHooks {
  try {
    // strict first: the tree's reader takes comments, which Claude Code does not
    parseJson(text);
    return readRoot(parseJsonTree(text), text, about);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    const message = `not JSON, at column ${error.column}: ${error.message}`;
    return nothing("invalid_json", about, [
      { level: "error", code: "invalid_json", message, line: error.line },
    ]);
  }
}

function readRoot(root: Node, text: string, about: About): ParsedHooks {
  const lines = new LineIndex(text);
  const problems = new ProblemList(lines);
  const hooks = fieldOf(root, "hooks");
  const { dialect, shape, events } = layoutOf(root, about);
  const wrong = whatIsWrong(root, hooks, shape);
  if (wrong !== undefined) {
    problems.add(wrong);
    return nothing("invalid", about, problems.all());
  }
  const parser = new EventParser({ dialect, own: about.own, lines, problems });
  const parsed = shape === "fragment" ? [parser.fragment(root)] : events.map((event) => parser.event(event));
  if (countHandlers(parsed) > MAX_HANDLERS) {
    const message = `more than ${MAX_HANDLERS} handlers: none of them counts`;
    problems.add({ level: "error", code: "too_many_handlers", message });
    return nothing("invalid", about, problems.all());
  }
  if (hooks?.type === "array" && shape !== "fragment") {
    const message = '"hooks" has to be an object of events; this empty list is taken for one without any';
    problems.add({ level: "warning", code: "hooks_not_an_object", message, offset: hooks.offset });
  }
  const disableAllHooks = readSwitch(root, problems);
  lookAtKeys(root, problems, { ours: about.own && shape !== "fragment" });
  const said = problems.all();
  return {
    dialect,
    parse: said.length === 0 ? "ok" : "ok_with_warnings",
    shape,
    events: parsed,
    disableAllHooks,
    problems: said,
  };
}

function whatIsWrong(
  root: Node,
  hooks: Node | undefined,
  shape: Shape,
): Parameters<ProblemList["add"]>[0] | undefined {
  const level = "error";
  if (root.type !== "object") {
    const message = `the file has to hold an object, and this is ${kindOf(root)}`;
    return { level, code: "not_an_object", message, offset: root.offset };
  }
  const isEmptyList = hooks?.type === "array" && (hooks.children ?? []).length === 0;
  if (hooks === undefined || hooks.type === "object" || shape === "fragment" || isEmptyList) return undefined;
  const message = `"hooks" has to be an object of events, and this is ${kindOf(hooks)}`;
  return { level, code: "hooks_not_an_object", message, offset: hooks.offset };
}

function readSwitch(root: Node, problems: ProblemList): boolean {
  const value = fieldOf(root, "disableAllHooks");
  if (value === undefined || value.type === "boolean") return value?.value === true;
  const message = '"disableAllHooks" has to be true or false; it is left out';
  problems.add({ level: "warning", code: "wrong_value:disableAllHooks", message, offset: value.offset });
  return false;
}

/** In a file of our own every key is meant for us; others' settings are full of keys that are not. */
function lookAtKeys(root: Node, problems: ProblemList, { ours }: { readonly ours: boolean }): void {
  for (const { name, value } of fieldsOf(root)) {
    if (isEventName(name)) {
      const message = `${name} has to stand under "hooks"; here nothing runs it`;
      problems.add({ level: "error", code: `event_outside_hooks:${name}`, message, offset: value.offset });
    } else if (ours && !OWN_KEYS.includes(name)) problems.add(unknownKey({ name, value }));
  }
}

function unknownKey({ name, value }: Field): Parameters<ProblemList["add"]>[0] {
  const key = shown(name, 40);
  const message = (): string => {
    const meant = nearest(name, [...OWN_KEYS, ...Object.keys(EVENTS)]);
    return `"${key}" is not a key of this file${meant === undefined ? "" : `; did you mean "${meant}"?`}`;
  };
  return { level: "warning", code: `unknown_root_key:${key}`, message, offset: value.offset };
}

function countHandlers(events: readonly ParsedEvent[]): number {
  return events.reduce(
    (sum, { groups }) => sum + groups.reduce((all, { handlers }) => all + handlers.length, 0),
    0,
  );
}

function nothing(parse: "invalid_json" | "invalid", about: About, problems: readonly Problem[]): ParsedHooks {
  return {
    dialect: dialectByPlace(about),
    parse,
    shape: "none",
    events: [],
    disableAllHooks: false,
    problems,
  };
}
