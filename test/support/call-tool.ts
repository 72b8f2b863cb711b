import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Access } from "../../shared/access.ts";
import type { Answer, Endpoint } from "../../shared/call.ts";
import { withArguments } from "../../shared/pipeline/arguments.ts";
import { withBudget } from "../../shared/pipeline/budget.ts";
import { withFailures } from "../../shared/pipeline/failures.ts";
import { toEndpoint } from "../../shared/pipeline/run.ts";
import { Scope } from "../../shared/scope.ts";
import type { Server } from "../../shared/server.ts";
import type { ContainmentKind } from "../../shared/workspace/contain.ts";
import { openWorkspace } from "../../shared/workspace/open-workspace.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";
import { freshCall } from "./calls.ts";

type Answered = Extract<Answer, { kind: "answer" }>;

export interface CallOptions {
  /** Other directories beside the fresh one, or instead of it. */
  readonly roots?: readonly string[];
  readonly containment?: ContainmentKind;
  /** Where the log of changes lies; left out, in a fresh folder. */
  readonly state?: string;
  readonly permit?: Access["permit"];
  readonly options?: Readonly<Record<string, unknown>>;
}

/** One server on a fresh directory, called as a client calls it, without policy and transport. */
export interface Called extends AsyncDisposable {
  /** The first root; removed at the end when it was made here. */
  readonly dir: string;
  readonly workspace: Workspace;
  readonly endpoints: readonly Endpoint[];
  call(name: string, input: unknown, signal?: AbortSignal): Promise<Answered>;
  /** The texts of an answer that is no failure. */
  texts(name: string, input: unknown): Promise<string[]>;
  /** The text of a failure. */
  failure(name: string, input: unknown): Promise<string>;
}

/** A fault of ours must be seen in the test's output, its answer only has a reference. */
function tell(level: string, message: string): void {
  if (level === "error") console.error(message);
}

/** Opens a server's tools on real directories. */
export async function callable(server: Server, options: CallOptions = {}): Promise<Called> {
  const scope = new Scope();
  const dir = options.roots?.[0] ?? (await mkdtemp(join(tmpdir(), "plumb-")));
  if (options.roots === undefined) scope.defer(() => rm(dir, { recursive: true, force: true }));
  const { containment } = options;
  const stateFolder = options.state ?? (await mkdtemp(join(tmpdir(), "plumb-state-")));
  if (options.state === undefined) scope.defer(() => rm(stateFolder, { recursive: true, force: true }));
  const workspace = await openWorkspace(options.roots ?? [dir], {
    scope,
    changes: { stateFolder, fsync: false, keeping: { days: 30, maxBytes: 2 ** 30 } },
    ...(containment === undefined ? {} : { containment }),
  });
  const status = { publish: () => {}, watch: () => () => {}, read: () => ({ events: [], dropped: 0 }) };
  const hooks = { forward: async () => ({}), report: async () => ({ files: [], handlers: [], notes: [] }) };
  const places = {
    home: join(stateFolder, "home"),
    config: join(stateFolder, "config"),
    state: stateFolder,
    cache: join(stateFolder, "cache"),
  };
  const open = await server.open(options.options ?? {}, {
    scope,
    workspace,
    status,
    hooks,
    places,
    log: () => {},
    readAccess: (signal) => ({ signal, permit: options.permit ?? (() => {}) }),
  });
  const tools = open.resources === undefined ? open.tools : [...open.tools, open.resources.read];
  const stages = [withFailures(), withArguments(), withBudget()];
  const endpoints = tools.map((tool) =>
    stages.reduceRight((endpoint, stage) => stage(endpoint), toEndpoint(server.name, tool)),
  );
  const call: Called["call"] = async (name, input, signal = new AbortController().signal) => {
    const endpoint = endpoints.find(({ tool }) => tool.name === name);
    if (endpoint === undefined) throw new Error(`no tool ${name}`);
    const access = { signal, permit: options.permit ?? (() => {}) };
    const answer = await endpoint.call(input, freshCall({ signal, access, log: tell }));
    if (answer.kind === "question") throw new Error("unexpected question");
    return answer;
  };
  return {
    dir,
    workspace,
    endpoints,
    call,
    async texts(name, input) {
      const answer = await call(name, input);
      if (answer.error !== undefined) throw new Error(JSON.stringify(answer.parts));
      return answer.parts.map((part) => (part.type === "text" ? part.text : `<${part.type}>`));
    },
    async failure(name, input) {
      const { error, parts } = await call(name, input);
      const [part] = parts;
      if (error === undefined || part?.type !== "text")
        throw new Error(`no failure: ${JSON.stringify(parts).slice(0, 500)}`);
      return part.text;
    },
    [Symbol.asyncDispose]: () => scope.close(),
  };
}
