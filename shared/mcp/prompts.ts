import {
  ProtocolError,
  ProtocolErrorCode,
  type GetPromptResult,
  type ListPromptsResult,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { Answer, Endpoint } from "../call.ts";
import type { Log } from "../context.ts";
import { nearest } from "../nearest.ts";
import type { BoundPrompts, Completing, Completion, PromptFacts } from "../server.ts";
import type { Questions } from "./questions.ts";
import { quote } from "./resources.ts";

/** One server's prompts; filling one in is a call like any other, its input is `{ name, arguments }`. */
export interface MountedPrompts extends Omit<BoundPrompts, "get"> {
  readonly get: Endpoint;
}

/** More are told in further pages. */
const PAGE = 500;

export interface PromptOptions {
  /** Of all servers; without any, nothing of this is offered. */
  readonly prompts: readonly MountedPrompts[];
  /** Told of each change of the list once it was read here; left out for a client that listens in its own way. */
  readonly watch?: WatchPrompts;
  readonly call: (endpoint: Endpoint, input: unknown, context: ServerContext) => Promise<Answer>;
  readonly questions: Questions;
  readonly log: Log;
}

/** Calls `changed` after each change of the list until the function that comes back is called. */
export type WatchPrompts = (changed: () => void) => Promise<() => void>;

/** What a server with prompts says it can do. */
export function promptCapabilities(prompts: readonly MountedPrompts[]): object {
  return prompts.length === 0 ? {} : { prompts: { listChanged: true } };
}

/** Watches the lists of all servers that can tell. */
export async function watchPrompts(
  prompts: readonly MountedPrompts[],
  changed: () => void,
): Promise<() => void> {
  const watching = prompts.flatMap(({ watch }) => (watch === undefined ? [] : [watch(changed)]));
  const stops = await Promise.all(watching);
  return () => {
    for (const stop of stops) stop();
  };
}

/** Offers the prompts on one connection; the function that comes back ends what goes on by itself. */
export function servePrompts(server: Server, options: PromptOptions): () => void {
  const { prompts, call, questions } = options;
  if (prompts.length === 0) return () => {};
  const follower = followWith(server, options);
  server.setRequestHandler("prompts/list", async ({ params }) => {
    follower.start();
    return pageOf(await listAll(prompts), params?.cursor);
  });
  server.setRequestHandler("prompts/get", async ({ params }, context) => {
    const { owner, facts } = await find(prompts, params.name);
    const input = { name: params.name, arguments: params.arguments ?? {} };
    const answer = await call(owner.get, input, context);
    return answer.kind === "question" ? questions.ask(answer, context) : toMessages(facts, answer);
  });
  return () => follower.stop();
}

/** A client is told of changes from its first look at the list until it leaves. */
function followWith(server: Server, { watch, log }: PromptOptions) {
  let stopping: Promise<() => void> | undefined;
  let stopped = false;
  return {
    start(): void {
      if (stopped || watch === undefined) return;
      // A client that cannot be told any more is about to be closed, which ends the watch.
      stopping ??= watch(() => void server.sendPromptListChanged().catch(() => {}));
      stopping.catch((error: unknown) => log("debug", `prompts are not watched: ${String(error)}`));
    },
    stop(): void {
      stopped = true;
      void stopping?.then(
        (stop) => stop(),
        () => {},
      );
    },
  };
}

interface Owned {
  readonly owner: MountedPrompts;
  readonly facts: PromptFacts;
}

/** By name, in code-unit order; of two with one name the first server's. */
async function listAll(prompts: readonly MountedPrompts[]): Promise<readonly Owned[]> {
  const byName = new Map<string, Owned>();
  for (const owner of prompts)
    for (const facts of await owner.list())
      if (!byName.has(facts.name)) byName.set(facts.name, { owner, facts });
  return [...byName.values()].sort((a, b) => (a.facts.name < b.facts.name ? -1 : 1));
}

async function find(prompts: readonly MountedPrompts[], name: string): Promise<Owned> {
  const all = await listAll(prompts);
  const found = all.find(({ facts }) => facts.name === name);
  if (found !== undefined) return found;
  const meant = nearest(
    name,
    all.map(({ facts }) => facts.name),
  );
  const hint = meant === undefined ? "prompts/list names all of them" : `did you mean ${meant}?`;
  throw invalid(`there is no prompt ${quote(name)}; ${hint}`);
}

/** A cursor is the last name of the page before, so that what comes or goes in between moves nothing. */
function pageOf(all: readonly Owned[], cursor: string | undefined): ListPromptsResult {
  const rest = all.filter(({ facts }) => cursor === undefined || facts.name > cursor);
  const page = rest.slice(0, PAGE);
  const last = page.at(-1);
  return {
    prompts: page.map(({ facts }) => ({
      name: facts.name,
      title: facts.title,
      description: facts.description,
      arguments: facts.arguments.map((argument) => ({ ...argument })),
    })),
    ...(last === undefined || rest.length === page.length ? {} : { nextCursor: last.facts.name }),
  };
}

function toMessages(
  { description }: PromptFacts,
  { parts, error }: Extract<Answer, { kind: "answer" }>,
): GetPromptResult {
  const texts = parts.flatMap((part) => (part.type === "text" ? [part.text] : []));
  if (error === undefined)
    return {
      description,
      messages: texts.map((text) => ({ role: "user", content: { type: "text", text } })),
    };
  throw error === "internal"
    ? new ProtocolError(ProtocolErrorCode.InternalError, texts.join("\n"))
    : invalid(texts.join("\n"));
}

/** Values for an argument of a prompt. */
export async function completePrompt(
  prompts: readonly MountedPrompts[],
  asked: Completing,
): Promise<Completion> {
  const { owner } = await find(prompts, asked.prompt);
  return await owner.complete(asked);
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}
