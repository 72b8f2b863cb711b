import { JsonProblem, parseJson } from "../../shared/config/parse-json.ts";

/** What a handler printed, before anybody looks at what it means. */
export type Printed =
  | { readonly kind: "nothing" }
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: "broken"; readonly problem: string }
  /** `lost`: a decision may be in it that cannot be read. */
  | { readonly kind: "text"; readonly text: string; readonly problem?: string; readonly lost: boolean };

const MAX_DEPTH = 64;
const TOO_MUCH = "it printed more than is kept, so that was not understood";
const NOISE =
  "its JSON was not read, since text comes before it: print nothing but the object on standard output";
/** What tells an answer from a line of a log. */
const ANSWERS = ["hookSpecificOutput", "decision", "continue", "systemMessage"];
const NO_OBJECT = "it printed JSON that is no object, which is read as text";

/** Standard output that starts with `{` has to be one JSON object; any other is text. `cut`: there was more of it. */
export function readStdout(stdout: string, cut: boolean): Printed {
  // also takes a byte order mark off
  const text = stdout.trim();
  if (text === "") return { kind: "nothing" };
  if (text.startsWith("{")) return cut ? { kind: "broken", problem: TOO_MUCH } : readObject(text);
  if (cut) return { kind: "text", text, problem: TOO_MUCH, lost: true };
  if (holdsAnswer(text)) return { kind: "text", text, problem: NOISE, lost: true };
  if (isJson(text)) return { kind: "text", text, problem: NO_OBJECT, lost: false };
  return { kind: "text", text, lost: false };
}

function readObject(text: string): Printed {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return { kind: "broken", problem: `invalid JSON${placeOf(text)}` };
  }
  if (!isRecord(fields)) return { kind: "broken", problem: "invalid JSON" };
  if (isDeep(fields)) return { kind: "broken", problem: `JSON nested deeper than ${MAX_DEPTH} levels` };
  return { kind: "object", fields };
}

function placeOf(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    return ` at line ${error.line}, column ${error.column}`;
  }
  return "";
}

/** Level by level, since what calls itself for every level could be made to run out of stack. */
function isDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return false;
}

/** True when, behind other text, there is an object that means to decide or to tell something. */
function holdsAnswer(text: string): boolean {
  const lines = Array.from(text.matchAll(/^[ \t]*\{/gmu), ({ index }) => index);
  return [text.indexOf("{"), lines[0], lines.at(-1)].some((start = -1) => {
    if (start === -1) return false;
    const rest = text.slice(start);
    return isAnswer(rest) || isAnswer(rest.split("\n", 1)[0] ?? "");
  });
}

function isAnswer(text: string): boolean {
  const value = parsed(text);
  return isRecord(value) && ANSWERS.some((field) => Object.hasOwn(value, field));
}

/** True for the lists and strings that a script may have meant as its answer; a number or a word is just text. */
function isJson(text: string): boolean {
  return /^[["]/u.test(text) && parsed(text) !== undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
