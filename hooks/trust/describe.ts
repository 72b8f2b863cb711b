import type { Question } from "../../shared/call.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { MAX_SCRIPT_BYTES, type ScriptFacts } from "../../shared/policy/script-facts.ts";
import type { Handler, LoadedHandler } from "../handler.ts";
import { labelOf } from "../label.ts";
import { commandOf } from "./definition.ts";
import type { Approval } from "./hook-trust.ts";

/** More than this nobody reads in a dialogue. */
const MAX_QUESTION = 1_500;

export interface Pending {
  readonly loaded: LoadedHandler;
  readonly approval: Approval;
}

/**
 * A handler whole, in lines for a person: foreign text in them is escaped. With `textOf` also the texts of its
 * scripts, as far as that gives them.
 */
export function describeHandler(
  loaded: LoadedHandler,
  approval: Approval,
  textOf?: (script: ScriptFacts) => string | undefined,
): readonly string[] {
  const { handler } = loaded;
  const [first = "", ...more] = commandOf(handler).split("\n").map(escapeForPerson);
  return [
    `${labelOf(loaded)}: ${conditionsOf(handler)}${sinceApproved(approval)}`,
    `  ${handler.type === "command" ? "$ " : ""}${first}`,
    ...more.map((line) => `  > ${line}`),
    ...requestOf(handler).map((line) => `  ${line}`),
    ...approval.scripts.flatMap((script) => describeScript(script, textOf)),
    ...approval.unfollowed.map(
      (word) => `  not watched, since only its run tells what it is: ${escapeForPerson(word)}`,
    ),
    ...(approval.problem === undefined ? [] : [`  cannot be approved: ${approval.problem}`]),
    `  hash ${approval.hash}`,
  ];
}

/**
 * Asks a person about handlers that wait, each command whole. Nothing when they do not fit into a dialogue, or none
 * can be approved: then only the terminal helps.
 */
export function trustQuestion(pending: readonly Pending[]): Question | undefined {
  const open = pending.filter(({ approval }) => approval.problem === undefined);
  if (open.length === 0) return undefined;
  const message = [
    "These hooks would run around tool calls in this project, as you:",
    ...open.flatMap(({ loaded, approval }) => askedLines(loaded, approval)),
    "A yes counts until one of them or its scripts changes. The scripts' texts: plumbline hooks trust",
  ].join("\n");
  return message.length > MAX_QUESTION ? undefined : { message, lifetimes: ["always"] };
}

function sinceApproved({ state }: Approval): string {
  return state === "changed" ? " (changed since you approved it)" : "";
}

function askedLines(loaded: LoadedHandler, approval: Approval): string[] {
  const { handler, source } = loaded;
  const { scripts, unfollowed } = approval;
  const start = source.root === undefined ? "" : `${source.root}/`;
  const named = scripts.map((script) => {
    const { path, kind } = script;
    const shown = path.startsWith(start) ? path.slice(start.length) : path;
    return `${escapeForPerson(shown)} (${kind === "absent" ? "not there yet" : sizeOf(script)})`;
  });
  return [
    `- ${conditionsOf(handler)}${sinceApproved(approval)}`,
    `  ${handler.type === "command" ? "$ " : ""}${escapeForPerson(commandOf(handler))}`,
    ...requestOf(handler).map((line) => `  ${line}`),
    ...(named.length === 0 ? [] : [`  scripts: ${named.join(", ")}`]),
    ...(unfollowed.length === 0 ? [] : [`  not watched: ${unfollowed.map(escapeForPerson).join(", ")}`]),
  ];
}

/** When it runs and what its end means. */
function conditionsOf({
  event,
  matcher,
  if: condition,
  timeoutMs,
  async: isAsync,
  onFailure,
}: Handler): string {
  return [
    event,
    matcher === undefined || matcher === "" ? "" : `matcher ${escapeForPerson(matcher)}`,
    condition === undefined ? "" : `if ${escapeForPerson(condition)}`,
    `at most ${timeoutMs / 1_000} s`,
    isAsync ? "not waited for" : "",
    onFailure === undefined ? "" : `when it fails: ${onFailure}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

function requestOf({ shell, headers = {}, allowedEnvVars = [] }: Handler): string[] {
  return [
    ...(shell === undefined ? [] : [`shell ${shell}`]),
    ...Object.entries(headers).map((header) => `header ${escapeForPerson(header.join(": "))}`),
    ...(allowedEnvVars.length === 0
      ? []
      : [`sends variables ${allowedEnvVars.map(escapeForPerson).join(", ")}`]),
  ];
}

function describeScript(script: ScriptFacts, textOf?: (script: ScriptFacts) => string | undefined): string[] {
  const { path, real, kind, hash } = script;
  const where = escapeForPerson(real === path ? path : `${path}, which leads to ${real}`);
  if (kind === "absent") return [`  script ${where}: not there; it would need a new approval`];
  const line = `  script ${where}: ${sizeOf(script)}${hash === undefined ? ", not hashed" : `, SHA-256 ${hash}`}`;
  if (textOf === undefined) return [line];
  const text = textOf(script);
  if (text === undefined)
    return [line, "    (not shown: no text, too long, or out of a tool's reach; look at it yourself)"];
  return [line, ...text.split("\n").map((each) => `    | ${escapeForPerson(each)}`)];
}

function sizeOf({ bytes }: ScriptFacts): string {
  return bytes > MAX_SCRIPT_BYTES ? `${Math.ceil(bytes / MAX_SCRIPT_BYTES)} MiB` : `${bytes} bytes`;
}
