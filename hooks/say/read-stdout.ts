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
  if (isDeep(text)) return { kind: "broken", problem: `JSON nested deeper than ${MAX_DEPTH} levels` };
  const fields = parsed(text);
  return isRecord(fields)
    ? { kind: "object", fields }
    : { kind: "broken", problem: `invalid JSON${placeOf(text)}` };
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

/** Looks at the text, since whatever calls itself for every level could be made to run out of stack. */
function isDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length && depth <= MAX_DEPTH; at++) {
    const char = text[at] ?? "";
    if (char === '"') quoted = !quoted;
    else if (quoted) at += char === "\\" ? 1 : 0;
    else if (char === "{" || char === "[") depth++;
    else if (char === "}" || char === "]") depth--;
  }
  return depth > MAX_DEPTH;
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
