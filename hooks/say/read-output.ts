import { factsOf, type EventName } from "../config/events.ts";
import type { HookDecision, Outcome } from "../outcome.ts";
import { excerpt } from "./excerpt.ts";
import { PERMISSION_WORDS } from "./fields.ts";
import { specificOutput } from "./specific-output.ts";
import { strictest } from "./strictest.ts";
import { unusedFields } from "./unused-fields.ts";

type Fields = Readonly<Record<string, unknown>>;

/** One output on its way through the readers of its fields. */
interface Output {
  readonly event: EventName;
  readonly printed: Fields;
  readonly specific: Fields;
  /** What was wrong with fields that decide something: a decision may be lost. */
  readonly grave: string[];
  readonly slight: string[];
}

/** The meaning of the object that a handler printed. Never throws: what decides and cannot be read makes it `failed`. */
export function readOutput(printed: Fields, event: EventName): Outcome {
  const output = { event, printed, specific: specificOutput(printed, event) ?? {}, grave: [], slight: [] };
  checkSpecific(output);
  const said = { ...decided(output), ...told(output), ...replaced(output) };
  return {
    ...statusOf(output, said),
    printed,
    problems: [...output.grave, ...output.slight, ...unusedFields(printed, event)],
  };
}

type Said = Omit<Outcome, "status" | "problems" | "printed"> & { readonly refuses: boolean };

/** Whoever could not be understood has no say but to hold the call back. */
function statusOf({ grave }: Output, { refuses, ...said }: Said): Omit<Outcome, "problems"> {
  if (refuses) return { status: "blocked", ...said };
  if (grave.length === 0) return { status: "ok", ...said };
  const { updatedInput: _, updatedOutput: __, decision, ...rest } = said;
  return { status: "failed", ...rest, ...(decision === "ask" ? { decision } : {}) };
}

function checkSpecific({ event, printed, specific, grave, slight }: Output): void {
  const given = printed["hookSpecificOutput"];
  if (given === undefined) return;
  const problem =
    typeof given !== "object" || given === null || Array.isArray(given)
      ? "hookSpecificOutput must be an object"
      : `hookSpecificOutput is about another event and was ignored: hookEventName must be ${event}`;
  if (specificOutput(printed, event) === undefined) grave.push(problem);
  else if (specific["hookEventName"] === undefined) slight.push(`hookEventName is missing: ${event}`);
}

function decided(output: Output): Pick<Said, "refuses" | "decision" | "reason" | "stop"> {
  const word = topWord(output);
  const stop = stopText(output);
  const permission = permissionWord(output);
  const decision = strictest([permission, meaningOf(word, output)]);
  const reasons = [
    textField(output, "specific", "permissionDecisionReason"),
    textField(output, "printed", "reason"),
  ];
  // that of the word that counts
  const reason = (decision === permission ? reasons : reasons.toReversed()).find(
    (text) => text !== undefined,
  );
  const refuses = decision === "deny" || word === "block" || stop !== undefined;
  return {
    refuses,
    ...(decision === undefined ? {} : { decision }),
    ...(reason === undefined || (decision === undefined && word !== "block") ? {} : { reason }),
    ...(stop === undefined ? {} : { stop }),
  };
}

function topWord({ printed, grave }: Output): "approve" | "block" | undefined {
  const word = printed["decision"];
  if (word === undefined || word === "approve" || word === "block") return word;
  grave.push(`decision is ${shown(word)}, and not approve or block`);
  return undefined;
}

function meaningOf(
  word: "approve" | "block" | undefined,
  { event, slight }: Output,
): HookDecision | undefined {
  if (word === "approve") return event === "PreToolUse" ? "allow" : undefined;
  if (word === undefined) return undefined;
  if (factsOf(event).blocks) return "deny";
  if (event !== "PostToolUse") slight.push(`${event} cannot be blocked; the reason is told to the model`);
  return undefined;
}

function permissionWord({ event, specific, grave }: Output): HookDecision | undefined {
  const word = specific["permissionDecision"];
  const words = PERMISSION_WORDS[event];
  if (word === undefined || words === undefined) return undefined;
  const known = words.find((each) => each === word);
  if (known === undefined)
    grave.push(`permissionDecision is ${shown(word)}, and not one of ${words.join(", ")}`);
  return known;
}

function stopText(output: Output): string | undefined {
  const { printed, grave } = output;
  const reason = textField(output, "printed", "stopReason") ?? "";
  const word = printed["continue"];
  if (word === false) return reason;
  if (word !== undefined && word !== true) grave.push(`continue is ${shown(word)}, and not true or false`);
  return undefined;
}

function told(output: Output): Pick<Said, "context" | "systemMessage"> {
  const context = textField(output, "specific", "additionalContext");
  const systemMessage = textField(output, "printed", "systemMessage");
  return {
    context: context === undefined ? [] : [context],
    ...(systemMessage === undefined ? {} : { systemMessage }),
  };
}

function replaced({ event, specific, grave }: Output): Pick<Said, "updatedInput" | "updatedOutput"> {
  if (event === "PostToolUse") {
    const updatedOutput = specific["updatedToolOutput"] ?? specific["updatedMCPToolOutput"] ?? undefined;
    return updatedOutput === undefined ? {} : { updatedOutput };
  }
  const updatedInput = specific["updatedInput"];
  if (event !== "PreToolUse" || updatedInput === undefined) return {};
  if (isRecord(updatedInput)) return { updatedInput };
  grave.push("updatedInput must be an object: the whole input");
  return {};
}

/** A text that says something; `null` is how scripts spell that there is none. */
function textField(output: Output, part: "printed" | "specific", name: string): string | undefined {
  const value = output[part][name] ?? "";
  if (typeof value === "string") return value.trim() === "" ? undefined : value;
  output.slight.push(`${name} must be a text`);
  return undefined;
}

function shown(value: unknown): string {
  return excerpt(JSON.stringify(value).slice(0, 60));
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
