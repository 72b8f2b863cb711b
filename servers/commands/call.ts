import { text } from "node:stream/consumers";
import type { Flags } from "../../shared/config/layer.ts";
import { JsonProblem, parseJson } from "../../shared/config/parse-json.ts";
import { StartupError } from "../../shared/errors.ts";
import type { Progress } from "../../shared/context.ts";
import type { Part } from "../../shared/tool.ts";
import { makeCalls, type Answered } from "./make-call.ts";
import { stderrLog } from "./stderr-log.ts";
import { print, printForeign } from "./terminal.ts";

export interface CallOptions {
  readonly server: string;
  readonly tool: string;
  /** JSON, `-` for stdin, nothing for no arguments. */
  readonly input: string | undefined;
  readonly flags: Flags;
  readonly json: boolean;
}

/** One call through all the checks that a client's call passes. Exit code 1 when it fails or a person says no. */
export async function call(options: CallOptions): Promise<void> {
  const input = await readInput(options.input);
  const answer = await makeCalls({ ...options, report: reportLine }, (make) => make(options.tool, input));
  show(answer, options.json);
}

async function readInput(given: string | undefined): Promise<unknown> {
  const json = given === "-" ? await text(process.stdin) : (given ?? "{}");
  try {
    return parseJson(json);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw new StartupError(`the arguments are no JSON, at ${error.line}:${error.column}: ${error.message}`);
  }
}

function reportLine({ done, total, message = "" }: Progress): void {
  if (process.stderr.isTTY)
    stderrLog("info", `${done}${total === undefined ? "" : ` of ${total}`} ${message}`.trimEnd());
}

function show(answer: Answered, json: boolean): void {
  const failed = answer.error !== undefined;
  if (failed) process.exitCode = 1;
  if (json) {
    const { parts: content, structured } = answer;
    print(
      JSON.stringify(
        { isError: failed, content, ...(structured === undefined ? {} : { structuredContent: structured }) },
        null,
        2,
      ),
    );
  } else
    for (const part of answer.parts) printForeign(partText(part), failed ? process.stderr : process.stdout);
}

function partText(part: Part): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "image":
      return `[${part.mimeType}, ${part.data.length} characters of base64; --json shows them]`;
    case "resource_link":
      return part.uri;
    default:
      return part satisfies never;
  }
}
