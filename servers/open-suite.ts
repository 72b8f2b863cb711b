import { type Hooks, openHooks } from "../hooks/engine.ts";
import { InstructionAnnouncer } from "../instructions/announcer.ts";
import { AuditLog } from "../shared/audit/audit-log.ts";
import { projectKey } from "../shared/audit/project-key.ts";
import { withAudit } from "../shared/audit/stage.ts";
import type { Endpoint, Stage } from "../shared/call.ts";
import type { Settings } from "../shared/config/settings.ts";
import type { Log } from "../shared/context.ts";
import { withArguments } from "../shared/pipeline/arguments.ts";
import { withAnnouncements } from "../shared/pipeline/announce.ts";
import { withBudget } from "../shared/pipeline/budget.ts";
import { withFailures } from "../shared/pipeline/failures.ts";

import { withHooks } from "../shared/pipeline/hooks.ts";
import { createLimits, withLimits } from "../shared/pipeline/limits.ts";
import { toEndpoint } from "../shared/pipeline/run.ts";
import { openPolicy, type Policy } from "../shared/policy/policy.ts";
import { withPolicy } from "../shared/policy/stage.ts";
import { StartupError } from "../shared/errors.ts";
import { Scope } from "../shared/scope.ts";
import type { BoundPrompts, BoundResources, Host, OpenServer, Server } from "../shared/server.ts";
import { createStatusFeed } from "../shared/status/create-feed.ts";
import type { StatusFeed } from "../shared/status/feed.ts";
import { withStatus } from "../shared/status/stage.ts";
import { canRead, type Tool } from "../shared/tool.ts";
import { openWorkspace } from "../shared/workspace/open-workspace.ts";
import { catalog } from "./catalog.ts";
import { instructionsOptions } from "./instructions/options.ts";

/** One open server with its tools wrapped: ready for a transport, the command line or the planner. */
export interface ServedServer extends Pick<OpenServer, "name" | "summary" | "instructions"> {
  readonly endpoints: readonly Endpoint[];
  readonly resources?: ServedResources;
  readonly prompts?: ServedPrompts;
}

/** A server's resources; reading one is a call like any other. */
export interface ServedResources extends Omit<BoundResources, "read"> {
  readonly read: Endpoint;
}

/** A server's prompts; filling one in is a call like any other. */
export interface ServedPrompts extends Omit<BoundPrompts, "get"> {
  readonly get: Endpoint;
}

/** Everything that one process serves. */
export interface Suite {
  readonly servers: readonly ServedServer[];
  readonly settings: Settings;
  readonly policy: Policy;
  readonly hooks: Hooks;
  readonly status: StatusFeed;
  /** Closing it closes all of this. */
  readonly scope: Scope;
  readonly log: Log;
}

export interface SuiteOptions {
  readonly settings: Settings;
  /** Names from the catalogue. */
  readonly servers: readonly string[];
  readonly scope: Scope;
  readonly log: Log;
}

/** Opens servers and puts every tool of theirs through the same stages. Throws `StartupError`. */
export async function openSuite({ settings, servers, scope, log }: SuiteOptions): Promise<Suite> {
  const { containment, allowSecrets, protect, places, fsync, trash: keeping } = settings;
  const changes = { stateFolder: places.state, fsync, keeping };
  const workspace = await openWorkspace(settings.roots, { scope, log, containment, changes });
  const status = createStatusFeed({ scope, log });
  const chosen = instructionsOptions.parse(settings.options["instructions"] ?? {});
  const announcer = new InstructionAnnouncer({
    ...settings,
    // a start does not wait for what only a call needs
    async open() {
      const { openInstructions } = await import("../instructions/engine.ts");
      return openInstructions({ workspace, places, ...chosen, scope });
    },
  });
  const project = projectKey(workspace.roots);
  const hooks = openHooks({ ...settings.hooks, places, project, workspace, scope, log });
  const policy = await openPolicy({
    ...settings,
    runsLater: (place) => hooks.isScript(place),
    stateFolder: places.state,
    configFolder: places.config,
    workspace,
    secretsAllowed: allowSecrets,
    protectExtra: protect,
    scope,
  });
  const audit = AuditLog.open({ ...settings.audit, fsync, stateFolder: places.state, project, scope, log });

  const owned = new Scope();
  scope.defer(() => owned.close());
  // Deferred last, so closed first: running calls end before anything closes under them.
  const limits = createLimits({ ...settings.limits, scope });

  // Outermost first: this is what one call passes on its way in, and again on its way out.
  const stages: readonly Stage[] = [
    withFailures(),
    withAudit(audit),
    withStatus(status),
    withArguments(),
    withLimits(limits),
    withBudget(),
    withAnnouncements(announcer),
    withHooks(hooks),
    withPolicy(policy),
  ];
  const wrap = (endpoint: Endpoint): Endpoint => stages.reduceRight((inner, stage) => stage(inner), endpoint);

  const readAccess: Host["readAccess"] = (signal) => policy.readAccess(signal);
  const host: Host = { scope: owned, workspace, status, hooks, places, log, readAccess };
  const opened: ServedServer[] = [];
  for (const name of servers) {
    const server = await load(name);
    const open = await server.open(settings.options[server.name] ?? {}, host);
    opened.push(serve(open, { settings, wrap }));
  }
  return { servers: opened, settings, policy, hooks, status, scope, log };
}

async function load(name: string): Promise<Server> {
  const loader = catalog[name];
  if (loader === undefined) throw new StartupError(`there is no server ${name}`);
  return loader();
}

interface Serving {
  readonly settings: Settings;
  readonly wrap: (endpoint: Endpoint) => Endpoint;
}

function serve(
  { tools, resources, prompts, ...about }: OpenServer,
  { settings, wrap }: Serving,
): ServedServer {
  const toServed = (tool: Tool<object>): Endpoint => wrap(toEndpoint(about.name, tool));
  return {
    ...about,
    endpoints: tools.filter((tool) => isServed(tool, settings)).map(toServed),
    ...(resources === undefined ? {} : { resources: { ...resources, read: toServed(resources.read) } }),
    ...(prompts === undefined ? {} : { prompts: { ...prompts, get: toServed(prompts.get) } }),
  };
}

/** `--read-only` takes away what can only write, `--tools` what was not named. */
function isServed(tool: Tool<object>, { readOnly, tools }: Settings): boolean {
  return (!readOnly || canRead(tool.effect)) && (tools === undefined || tools.includes(tool.name));
}
