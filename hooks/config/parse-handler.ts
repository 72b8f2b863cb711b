import { getNodeValue, type Node } from "jsonc-parser";
import { shown } from "../../shared/config/shown.ts";
import { nearest } from "../../shared/nearest.ts";
import { HANDLER_TYPES, type Handler, type HandlerType } from "../handler.ts";
import { isRunHere } from "../run-here.ts";
import { factsOf, type EventName } from "./events.ts";
import {
  type FieldName,
  type FieldValues,
  expectationOf,
  fieldsOfType,
  isDecisive,
  keptOf,
  missingFields,
  typed,
} from "./handler-fields.ts";
import { type Field, fieldOf, fieldsOf, kindOf } from "./json-fields.ts";
import { COMMAND_ADVICE, lintCommand } from "./lint-command.ts";
import type { ProblemList, Remark } from "./problem-list.ts";
import { timeoutOf } from "./timeout.ts";

/** A handler as its file gives it; the event is told by where it stands, if that is one of Claude's. */
export type WrittenHandler = Omit<Handler, "event">;

export interface HandlerPlace {
  readonly at: string;
  /** As a person wrote it, made fit to be shown. */
  readonly eventName: string;
  readonly event?: EventName | undefined;
  /** Of its group. */
  readonly matcher?: string | undefined;
  readonly lineOf: (offset: number) => number;
  readonly problems: ProblemList;
}

const NO_EVENT = { timeoutMs: 60_000 };

/** Checks one handler of Claude's shape. Nothing, and an error among the problems, when it cannot count. */
export function parseHandler(node: Node, place: HandlerPlace): WrittenHandler | undefined {
  const type = typeOf(node, place);
  if (type === undefined) return undefined;
  const values = checkFields(node, type, place);
  if (values === undefined) return undefined;
  advise(node, { ...values, type }, place);
  const timeout = timeoutOf(values.timeout, place.event === undefined ? NO_EVENT : factsOf(place.event));
  if (timeout.odd !== undefined)
    teller(node, place)(
      "warning",
      timeout.odd,
      `a timeout of ${values.timeout} means ${timeout.ms / 1_000} seconds here`,
    );
  return {
    ...(place.matcher === undefined ? {} : { matcher: place.matcher }),
    ...keptOf(values),
    type,
    timeoutMs: timeout.ms,
    async: values.async === true || values.asyncRewake === true,
    at: place.at,
    line: place.lineOf(node.offset),
  };
}

/** What should be said about any command, in whatever dialect it is written. */
export function adviseOnCommand(
  { command, args }: { readonly command: string; readonly args?: readonly string[] | undefined },
  { problems, at }: Pick<HandlerPlace, "problems" | "at">,
  offset: number,
): void {
  for (const code of lintCommand(command, args)) {
    const [level, says] = COMMAND_ADVICE[code];
    problems.add({ level, code, message: `this command ${says}`, offset, at });
  }
}

function typeOf(node: Node, place: HandlerPlace): HandlerType | undefined {
  const fail = teller(node, place);
  const type = fieldOf(node, "type");
  const known = HANDLER_TYPES.find((one) => one === type?.value);
  if (known !== undefined) return known;
  if (node.type !== "object")
    fail("error", "handler_not_an_object", `a handler has to be an object, and this is ${kindOf(node)}`);
  else if (type === undefined)
    fail("error", "handler_without_type", 'a handler needs a "type", such as "command"');
  else fail("error", "unknown_handler_type", `"type" has to be one of ${HANDLER_TYPES.join(", ")}`);
  return undefined;
}

/** The handler's values; nothing when one that decides what it does is missing or wrong. */
function checkFields(node: Node, type: HandlerType, place: HandlerPlace): FieldValues | undefined {
  const known = fieldsOfType(type);
  const values: Record<string, unknown> = {};
  let counts = true;
  for (const { name, value } of fieldsOf(node)) {
    const field = known.find((one) => one === name);
    if (field === undefined) {
      reportUnknown({ name, value }, known, place);
      continue;
    }
    const given: unknown = getNodeValue(value);
    const expected = expectationOf(field, given);
    if (expected === undefined) values[field] = given;
    else counts = !reportWrong({ name: field, value }, { expected, type }, place) && counts;
    // whoever writes it means a guard, and a guard does not fail open
    if (expected !== undefined && field === "onFailure") values[field] = "block";
  }
  const missing = missingFields(type, new Set(fieldsOf(node).map(({ name }) => name)));
  const fail = teller(node, place);
  for (const field of missing)
    fail("error", `handler_without_${field}`, `a handler of type ${type} needs "${field}"`);
  return counts && missing.length === 0 ? typed(values) : undefined;
}

function insteadOf(name: FieldName): string {
  return name === "onFailure" ? "; it counts as block" : "; it is left out";
}

/** True when the handler cannot count any more. */
function reportWrong(
  { name, value }: Field & { readonly name: FieldName },
  { expected, type }: { readonly expected: string; readonly type: HandlerType },
  { problems, at }: HandlerPlace,
): boolean {
  const isFatal = isDecisive(type, name);
  problems.add({
    level: isFatal ? "error" : "warning",
    code: `wrong_value:${name}`,
    message: `"${name}" has to be ${expected}${isFatal ? "" : insteadOf(name)}`,
    offset: value.offset,
    at,
  });
  return isFatal;
}

function reportUnknown(
  { name, value }: Field,
  known: readonly string[],
  { problems, at }: HandlerPlace,
): void {
  problems.add({
    level: "info",
    code: `unknown_handler_key:${shown(name, 40)}`,
    message: () => {
      const meant = nearest(name, known);
      return `"${shown(name, 40)}" is not a key of such a handler${meant === undefined ? "" : `; did you mean "${meant}"?`}`;
    },
    offset: value.offset,
    at,
  });
}

function advise(node: Node, values: FieldValues & { readonly type: HandlerType }, place: HandlerPlace): void {
  const tell = teller(node, place);
  const { type, command, args } = values;
  if (!isRunHere(type))
    tell("warning", `handler_type_not_run_by_us:${type}`, `a handler of type ${type} is not run here`);
  if (values.once === true)
    tell("warning", "once_ignored", '"once" counts in skills only: this runs every time');
  if (args !== undefined && values.shell !== undefined)
    tell("warning", "shell_ignored_with_args", '"args" means that no shell is used, so "shell" says nothing');
  if (values.asyncRewake === true)
    tell("info", "async_rewake_handler", "this runs in the background; its exit code 2 wakes nobody here");
  else if (values.async === true)
    tell("info", "async_handler", "this runs in the background, so it cannot decide anything");
  if (values.if !== undefined) adviseOnIf(node, place);
  if (type === "command" && command !== undefined) adviseOnCommand({ command, args }, place, node.offset);
}

function adviseOnIf(node: Node, place: HandlerPlace): void {
  const { event, eventName } = place;
  const tell = teller(node, place);
  if (event === undefined || factsOf(event).matches === "tool_name")
    tell("info", "if_filter", '"if" narrows down the calls that this runs for');
  else
    tell(
      "warning",
      `if_never_runs_on:${eventName}`,
      `"if" asks about a tool, and ${eventName} is about none: this never runs`,
    );
}

type Tell = (level: Remark["level"], code: string, message: string) => void;

function teller({ offset }: Node, { problems, at }: HandlerPlace): Tell {
  return (level, code, message) => problems.add({ level, code, message, offset, at });
}
