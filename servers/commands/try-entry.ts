import { parse } from "node:path";
import * as z from "zod";
import type { Entry } from "../../shared/config/clients/clients.ts";
import { StartupError, ToolError } from "../../shared/errors.ts";
import { converse } from "../../shared/process/converse.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";

/** Clients give up at ten seconds; a slow disk may need more the first time. */
const PATIENCE_MS = 30_000;

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "plumbline-config", version: "1" },
  },
};
const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };
const listTools = { jsonrpc: "2.0", id: 2, method: "tools/list" };

const Answer = z.object({
  id: z.unknown(),
  error: z.object({ message: z.string() }).optional(),
  result: z.looseObject({ tools: z.array(z.looseObject({ name: z.string() })).optional() }).optional(),
});
type Answer = z.output<typeof Answer>;

/**
 * Starts an entry as a client would, with nothing of this shell (an empty PATH, another folder), and returns the
 * names of its tools; asks its address when it has one. Throws `StartupError` that says why it does not work.
 */
export async function tryEntry(entry: Entry): Promise<string[]> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    return entry.kind === "stdio" ? await tryProgram(entry, signal) : await tryAddress(entry, signal);
  } catch (error) {
    throw new StartupError(whyNot(error, signal), { cause: error });
  }
}

async function tryProgram(entry: Extract<Entry, { kind: "stdio" }>, signal: AbortSignal): Promise<string[]> {
  const cwd = parse(process.execPath).root;
  await using program = await converse(entry.command, entry.args, { signal, cwd, env: { PATH: "" } });
  const ask = async (message: { readonly id: number }): Promise<Answer> => {
    program.say(JSON.stringify(message));
    for (;;) {
      const answer = parseAnswer(await program.hear());
      if (answer.id === message.id) return answer;
    }
  };
  toolsOf(await ask(initialize));
  program.say(JSON.stringify(initialized));
  return toolsOf(await ask(listTools));
}

async function tryAddress(
  { url, token }: Extract<Entry, { kind: "http" }>,
  signal: AbortSignal,
): Promise<string[]> {
  let session: string | undefined;
  const post = async (message: object): Promise<Response> => {
    const response = await fetch(url, {
      method: "POST",
      signal,
      headers: {
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        authorization: `Bearer ${token}`,
        ...(session === undefined ? {} : { "mcp-session-id": session }),
      },
      body: JSON.stringify(message),
    });
    session ??= response.headers.get("mcp-session-id") ?? undefined;
    if (!response.ok) throw new ToolError("external", `${url} answered with status ${response.status}`);
    return response;
  };
  const ask = async (message: { readonly id: number }): Promise<Answer> => {
    const text = await (await post(message)).text();
    const lines = text.startsWith("{")
      ? [text]
      : text.split("\n").filter((line) => line.startsWith("data: {"));
    const answers = lines.map((line) => parseAnswer(line.replace(/^data: /, "")));
    return answers.find(({ id }) => id === message.id) ?? { id: undefined };
  };
  toolsOf(await ask(initialize));
  await (await post(initialized)).body?.cancel();
  return toolsOf(await ask(listTools));
}

function parseAnswer(line: string): Answer {
  try {
    return Answer.parse(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      throw new ToolError("external", "it answered with something that is no MCP", {
        details: line.slice(0, 200),
      });
    throw error;
  }
}

function toolsOf({ result, error }: Answer): string[] {
  if (result === undefined)
    throw new ToolError("external", "it refused", { details: error?.message ?? "no answer" });
  return (result.tools ?? []).map(({ name }) => name);
}

function whyNot(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return `it did not answer within ${PATIENCE_MS / 1_000} s`;
  if (error instanceof ToolError)
    return [error.message, error.details ?? ""]
      .filter((part) => part !== "")
      .map((part) => escapeForPerson(part.trim()))
      .join(": ");
  if (error instanceof TypeError && error.message === "fetch failed")
    return "nothing listens at that address; start it first: plumbline serve all --http";
  return `it could not be started: ${error instanceof Error ? error.message : String(error)}`;
}
