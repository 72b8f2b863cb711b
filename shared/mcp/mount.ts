import { randomBytes } from "node:crypto";
import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type McpRequestContext,
  type McpServerFactory,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { Answer, Endpoint } from "../call.ts";
import type { Log } from "../context.ts";
import { ToolError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { StatusFeed } from "../status/feed.ts";
import type { Caller } from "../caller.ts";
import { callerIdOf, callerOf, clientName } from "./caller.ts";
import { completionCapabilities, serveCompletions } from "./completions.ts";
import { envelopeIn } from "./plain-call.ts";
import { reporter } from "./progress.ts";
import {
  type MountedPrompts,
  promptCapabilities,
  servePrompts,
  type WatchPrompts,
  watchPrompts,
} from "./prompts.ts";
import { createQuestions, SpentSeals, type Questions } from "./questions.ts";
import {
  listedResources,
  quote,
  readStatus,
  statusCategoryOf,
  toContents,
  watchOne,
  type MountedResources,
} from "./resources.ts";
import { Shortcut } from "./shortcut.ts";
import { beginCall, toResult } from "./tool-call.ts";
import { describeTool } from "./tool-list.ts";
import { Watches } from "./watches.ts";

const LIST_CACHE = { ttlMs: 60_000, cacheScope: "private" } as const;
/** Files that somebody may be writing just now. */
const PROMPTS_CACHE = { ttlMs: 2_000, cacheScope: "private" } as const;

/** What one MCP server offers: one of ours, or several under one name. */
export interface MountPlan {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly instructions?: string;
  /** Tool names must differ; what `tools/list` shows is computed once. */
  readonly endpoints: readonly Endpoint[];
  readonly resources: readonly MountedResources[];
  readonly prompts?: readonly MountedPrompts[];
  readonly status: StatusFeed;
  readonly log: Log;
  /** At least 32 random bytes, made anew for each process: signs what travels with a question. */
  readonly sealKey: Uint8Array;
  /** Told of each client that shook hands; one of the stateless era shows itself by its calls. */
  readonly onConnected?: (caller: Pick<Caller, "id" | "name">) => void;
}

/** An MCP server that any transport of ours can serve, in both protocol eras. */
export interface McpMount {
  /** Makes the server of one connection, or of one stateless request: cheap and without side effects. */
  readonly create: McpServerFactory;
  /** The way past a server of ours for plain calls; left out, all goes through the server. */
  readonly shortcutOf?: (server: Server) => Shortcut | undefined;
  /** For change streams that the SDK serves without a server: calls `changed` until the function that comes back is called. */
  watch(uri: string, changed: () => void): Promise<() => void>;
  /** The same for the list of prompts. */
  readonly watchPrompts: WatchPrompts;
}

/** Binds endpoints and resources to the protocol. Throws when two tools have one name. */
export function createMount(plan: MountPlan): McpMount {
  const byName = new Map(plan.endpoints.map((endpoint) => [endpoint.tool.name, endpoint]));
  if (byName.size < plan.endpoints.length) throw new Error(`two tools of ${plan.name} have one name`);
  const tools = plan.endpoints.map(({ tool }) => describeTool(tool));
  const resources = listedResources();
  const resourceTemplates = plan.resources.flatMap(({ templates }) => [...templates]);
  const watches = new Watches((uri, changed) => watchOne(plan.resources, plan.status, { uri, changed }));
  const spent = new SpentSeals();
  const watch: McpMount["watch"] = (uri, changed) => watches.listen(uri, changed);
  const { prompts = [] } = plan;
  const completable = { prompts, resources: plan.resources };
  const promptWatches = new Watches((_, changed) => watchPrompts(prompts, changed));
  const watchList: WatchPrompts = (changed) => promptWatches.listen("prompts", changed);

  const shortcuts = new WeakMap<Server, Shortcut>();

  function create({ era, authInfo }: McpRequestContext): Server {
    const connection = randomBytes(9).toString("base64url");
    const questions = createQuestions({
      sealKey: plan.sealKey,
      callerId: (context) => callerIdOf(context, connection),
      spent,
    });
    const info = { name: plan.name, title: plan.title, version: plan.version };
    const server = new Server(info, {
      capabilities: {
        tools: {},
        resources: { subscribe: true },
        ...promptCapabilities(prompts),
        ...completionCapabilities(completable),
      },
      ...(plan.instructions === undefined ? {} : { instructions: plan.instructions }),
      cacheHints: {
        "tools/list": LIST_CACHE,
        "resources/list": LIST_CACHE,
        "resources/templates/list": LIST_CACHE,
        "prompts/list": PROMPTS_CACHE,
      },
      requestState: { verify: (state, context) => questions.verify(state, context) },
    });
    server.oninitialized = () =>
      plan.onConnected?.({
        id: authInfo?.clientId ?? connection,
        name: clientName(server.getClientVersion()),
      });
    server.onerror = (error) => plan.log("debug", `${plan.name}: ${error.message}`);
    const calls: Calls = { server, connection, questions, log: plan.log };
    const shortcut = new Shortcut({ endpoints: byName, server, info, era, log: plan.log });
    shortcuts.set(server, shortcut);
    server.setRequestHandler("tools/list", () => ({ tools }));
    server.setRequestHandler("tools/call", async ({ params }, context) => {
      const endpoint = byName.get(params.name);
      if (endpoint === undefined) throw unknownTool(params.name, byName.keys());
      shortcut.open(envelopeIn(context.mcpReq.envelope ?? {}), callerOf(context, server, connection));
      const asked = shortcut.takeAsked(context.mcpReq.id);
      const answer = asked ?? (await callEndpoint(endpoint, params.arguments ?? {}, { context, calls }));
      return answer.kind === "question" ? questions.ask(answer, context) : toResult(answer);
    });
    server.setRequestHandler("resources/list", () => ({ resources }));
    server.setRequestHandler("resources/templates/list", () => ({ resourceTemplates }));
    server.setRequestHandler("resources/read", async ({ params: { uri } }, context) => {
      const category = statusCategoryOf(uri);
      if (category !== undefined) return readStatus(plan.status, category);
      const owner = plan.resources.find((each) => each.owns(uri));
      if (owner === undefined) throw new ResourceNotFoundError(uri, `no resource has the URI ${quote(uri)}`);
      const answer = await callEndpoint(owner.read, { uri }, { context, calls });
      return answer.kind === "question" ? questions.ask(answer, context) : toContents(uri, answer);
    });
    serveCompletions(server, completable);
    const stopPrompts = servePrompts(server, {
      prompts,
      ...(era === "legacy" ? { watch: watchList } : {}),
      call: (endpoint, input, context) => callEndpoint(endpoint, input, { context, calls }),
      questions,
      log: plan.log,
    });
    const stopSubscriptions = subscribeWith(server, watch);
    server.onclose = () => {
      stopSubscriptions();
      stopPrompts();
    };
    return server;
  }

  return { create, shortcutOf: (server) => shortcuts.get(server), watch, watchPrompts: watchList };
}

interface Calls {
  readonly server: Server;
  readonly connection: string;
  readonly questions: Questions;
  readonly log: Log;
}

function callEndpoint(
  endpoint: Endpoint,
  input: unknown,
  { context, calls }: { readonly context: ServerContext; readonly calls: Calls },
): Promise<Answer> {
  const { tool } = endpoint;
  const resumed = calls.questions.resumed(context);
  const call = beginCall(tool, input, {
    caller: callerOf(context, calls.server, calls.connection),
    signal: context.mcpReq.signal,
    log: calls.log,
    report: reporter({
      progressToken: context.mcpReq._meta?.progressToken,
      signal: context.mcpReq.signal,
      notify: (notification) => context.mcpReq.notify(notification),
    }),
    ...(resumed === undefined ? {} : { resumed }),
  });
  return endpoint.call(input, call);
}

/** Subscriptions of handshake-era clients live until the function that comes back is called, with their connection. */
function subscribeWith(server: Server, watch: McpMount["watch"]): () => void {
  const stops = new Map<string, Promise<() => void>>();
  let closed = false;
  const stop = async (uri: string): Promise<void> => {
    const stopping = stops.get(uri);
    stops.delete(uri);
    (await stopping?.catch(() => undefined))?.();
  };
  server.setRequestHandler("resources/subscribe", async ({ params: { uri } }) => {
    if (closed || stops.has(uri)) return {};
    // A client that cannot be told any more is about to be closed, which ends the watch.
    const starting = watch(uri, () => void server.sendResourceUpdated({ uri }).catch(() => {}));
    stops.set(uri, starting);
    try {
      await starting;
    } catch (error) {
      stops.delete(uri);
      throw asProtocolError(error, uri);
    }
    return {};
  });
  server.setRequestHandler("resources/unsubscribe", async ({ params: { uri } }) => {
    await stop(uri);
    return {};
  });
  return () => {
    closed = true;
    for (const uri of stops.keys()) void stop(uri);
  };
}

function asProtocolError(error: unknown, uri: string): unknown {
  if (!(error instanceof ToolError)) return error;
  if (error.code === "not_found") return new ResourceNotFoundError(uri, error.message);
  return new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
}

function unknownTool(name: string, names: Iterable<string>): ProtocolError {
  const meant = nearest(name, names);
  const hint = meant === undefined ? "tools/list names all of them" : `did you mean ${meant}?`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `there is no tool ${quote(name)}; ${hint}`);
}
