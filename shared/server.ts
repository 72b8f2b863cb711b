import * as z from "zod";
import type { Access } from "./access.ts";
import type { Scope } from "./scope.ts";
import type { Log } from "./context.ts";
import type { Places } from "./config/places.ts";
import type { HookDesk } from "./hook-desk.ts";
import type { StatusFeed } from "./status/feed.ts";
import type { Tool, ViewContext } from "./tool.ts";
import type { Workspace } from "./workspace/workspace.ts";

/** What a server may use while it is open. */
export interface Host {
  /** Closed when the process ends; whatever `open` starts is deferred on it in the next line. */
  readonly scope: Scope;
  /** The roots that the person gave, one for all servers of the process. */
  readonly workspace: Workspace;
  readonly status: StatusFeed;
  readonly hooks: HookDesk;
  /** Where this user's things lie: configuration, state, cache, home. */
  readonly places: Places;
  readonly log: Log;
  /** For what a server reads between calls: everything but secrets, and nothing to write. */
  readonly readAccess: (signal: AbortSignal) => Access;
}

/** Which values a variable of a URI template may have, given how one begins. */
export interface CompletingUri {
  readonly uriTemplate: string;
  readonly variable: string;
  readonly value: string;
  /** The other variables, as far as the client has them. */
  readonly known: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Readable things with a URI, beside the tools. */
export interface Resources<Deps> {
  readonly templates: readonly {
    readonly uriTemplate: string;
    readonly name: string;
    readonly description: string;
  }[];
  /** True for a URI that this server reads. */
  readonly owns: (uri: string) => boolean;
  /** Reads one; a tool that no list shows, so that it goes through the same pipeline. Its input is `{ uri }`. */
  readonly read: Tool<Deps>;
  /** Calls `changed` after each change of the thing until the returned function is called. Throws when it cannot watch. */
  readonly watch?: (uri: string, deps: Deps, changed: () => void) => Promise<() => void>;
  /** Values for a variable of one of the templates. */
  readonly complete?: (asked: CompletingUri, deps: Deps) => Promise<Completion>;
}

/** A prompt as `prompts/list` shows it. */
export interface PromptFacts {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly description: string;
    readonly required: boolean;
  }[];
}

/** Which values an argument of a prompt may have, given how one begins. */
export interface Completing {
  readonly prompt: string;
  readonly argument: string;
  readonly value: string;
  readonly signal: AbortSignal;
}

/** At most 100 values, and of how many. */
export interface Completion {
  readonly values: readonly string[];
  readonly total: number;
}

/** Prompts that a person picks in a client, beside the tools. */
export interface Prompts<Deps> {
  readonly list: (deps: Deps) => Promise<readonly PromptFacts[]>;
  /**
   * Fills one in; a tool that no list shows, so that it goes through the same pipeline. Its input is
   * `{ name, arguments }`, each text of its answer one message of the person's.
   */
  readonly get: Tool<Deps>;
  /** Throws `ToolError` for a prompt or an argument that there is not. */
  readonly complete: (asked: Completing, deps: Deps) => Promise<Completion>;
  /** Calls `changed` after each change of the list until the returned function is called. */
  readonly watch?: (changed: () => void, deps: Deps) => Promise<() => void>;
}

/** What `servers/<name>/server.ts` declares. */
export interface ServerSpec<Deps extends object, Options extends z.ZodObject> {
  readonly name: string;
  /** One line for people: the catalogue and the README. */
  readonly summary: string;
  /** For the model, at most 512 characters: how to use these tools together. */
  readonly instructions?: string;
  /** Become configuration keys `<server>.<key>` and flags `--<server>-<key>`. */
  readonly options: Options;
  readonly tools: readonly Tool<Deps>[];
  readonly resources?: Resources<Deps>;
  readonly prompts?: Prompts<Deps>;
  /** Cheap and lazy: no language server, no native module, no scan of a tree; first use does that. */
  open(options: z.output<Options>, host: Host): Promise<Deps>;
}

/** A server with its own types folded away. */
export interface Server {
  readonly name: string;
  readonly summary: string;
  readonly instructions?: string;
  readonly options: z.ZodObject;
  readonly tools: readonly Tool<never>[];
  open(options: unknown, host: Host): Promise<OpenServer>;
}

/** A server whose dependencies are open and bound into its tools. */
export interface OpenServer {
  readonly name: string;
  readonly summary: string;
  readonly instructions?: string;
  readonly tools: readonly Tool<object>[];
  readonly resources?: BoundResources;
  readonly prompts?: BoundPrompts;
}

/** `Resources` with the dependencies bound in. */
export interface BoundResources extends Omit<Resources<object>, "watch" | "complete"> {
  readonly watch?: (uri: string, changed: () => void) => Promise<() => void>;
  readonly complete?: (asked: CompletingUri) => Promise<Completion>;
}

/** `Prompts` with the dependencies bound in. */
export interface BoundPrompts {
  readonly list: () => Promise<readonly PromptFacts[]>;
  readonly get: Tool<object>;
  readonly complete: (asked: Completing) => Promise<Completion>;
  readonly watch?: (changed: () => void) => Promise<() => void>;
}

/** Folds a server's types away; `open` returns tools that already hold their dependencies. */
export function defineServer<Deps extends object, Options extends z.ZodObject>(
  spec: ServerSpec<Deps, Options>,
): Server {
  const { name, summary, instructions } = spec;
  const about = { name, summary, ...(instructions === undefined ? {} : { instructions }) };
  return {
    ...about,
    options: spec.options,
    tools: spec.tools,
    async open(options, host) {
      const deps = await spec.open(spec.options.parse(options), host);
      const bind = (tool: Tool<Deps>): Tool<object> => bindTool(tool, deps, options);
      const { resources, prompts } = spec;
      return {
        ...about,
        tools: spec.tools.map(bind),
        ...(resources === undefined ? {} : { resources: bindResources(resources, deps, bind) }),
        ...(prompts === undefined ? {} : { prompts: bindPrompts(prompts, deps, bind) }),
      };
    },
  };
}

function bindTool<Deps extends object>(tool: Tool<Deps>, deps: Deps, options: unknown): Tool<object> {
  const { foresee, says, ...rest } = tool;
  return {
    ...rest,
    reach: typeof tool.reach === "function" ? tool.reach(options) : tool.reach,
    run: (input, context) => tool.run(input, { ...deps, ...context }),
    views: { as: tool.views.as, of: (input, context) => tool.views.of(input, { ...deps, ...context }) },
    ...(foresee === undefined
      ? {}
      : { foresee: (input: unknown, context: ViewContext) => foresee(input, { ...deps, ...context }) }),
    ...(says === undefined
      ? {}
      : { says: (input: unknown, context: ViewContext) => says(input, { ...deps, ...context }) }),
  };
}

function bindResources<Deps extends object>(
  resources: Resources<Deps>,
  deps: Deps,
  bind: (tool: Tool<Deps>) => Tool<object>,
): BoundResources {
  const { watch, complete } = resources;
  return {
    templates: resources.templates,
    owns: resources.owns,
    read: bind(resources.read),
    ...(watch === undefined
      ? {}
      : { watch: (uri: string, changed: () => void) => watch(uri, deps, changed) }),
    ...(complete === undefined ? {} : { complete: (asked: CompletingUri) => complete(asked, deps) }),
  };
}

function bindPrompts<Deps extends object>(
  { list, get, complete, watch }: Prompts<Deps>,
  deps: Deps,
  bind: (tool: Tool<Deps>) => Tool<object>,
): BoundPrompts {
  return {
    list: () => list(deps),
    get: bind(get),
    complete: (asked) => complete(asked, deps),
    ...(watch === undefined ? {} : { watch: (changed: () => void) => watch(changed, deps) }),
  };
}
