import { HookRuns } from "../shared/audit/hook-runs.ts";
import type { Place } from "../shared/access.ts";
import type { Answer, Call, Reply } from "../shared/call.ts";
import type { Log } from "../shared/context.ts";
import type { ToolError } from "../shared/errors.ts";
import type { HookDesk, HookReport } from "../shared/hook-desk.ts";
import type { BeforeCall, CallHooks, HookWords } from "../shared/pipeline/hooks.ts";
import { Trust } from "../shared/policy/trust.ts";
import type { Scope } from "../shared/scope.ts";
import type { ToolFacts } from "../shared/tool.ts";
import type { Workspace } from "../shared/workspace/workspace.ts";
import { AroundCall, mayConcern, type AboutCall } from "./around-call.ts";
import { failedClosed } from "./call-verdict.ts";
import { eventNamed } from "./config/event-of.ts";
import type { EventName } from "./config/events.ts";
import { explain, type Explained, type Subject } from "./explain.ts";
import type { FiringParts } from "./firing.ts";
import { fireOther, type OtherEvent } from "./other-events.ts";
import { LiveSet, type Live } from "./live-set.ts";
import { makeReport } from "./report.ts";
import { HandlerRunner } from "./run/handler-runner.ts";
import { hookDepth } from "./run/hook-environment.ts";
import { toHostOutput } from "./say/host-output.ts";
import { Sessions, type Session } from "./sessions.ts";
import { HookTrust } from "./trust/hook-trust.ts";

export interface HooksOptions {
  /** From the configuration, section `hooks`. */
  readonly importClaude: "never" | "auto" | "always";
  readonly trusted: readonly string[];
  readonly failClosed: boolean;
  readonly allowedUrls: readonly string[];
  readonly variables: readonly string[];
  readonly places: { readonly config: string; readonly state: string; readonly home: string };
  /** From `projectKey`. */
  readonly project: string;
  readonly workspace: Workspace;
  readonly scope: Scope;
  readonly log: Log;
}

type Answered = Extract<Answer, { kind: "answer" }>;

/** A process has to be gone two seconds after its client. */
const SESSION_END_MS = 1_200;

/** Opens the hooks of a process: reads nothing and starts nothing yet. */
export function openHooks(options: HooksOptions): Hooks {
  const hooks = new Hooks(options);
  options.scope.defer(() => hooks.close());
  return hooks;
}

/** The hooks of a process: around its calls, at its sessions' ends, for its hooks server. */
export class Hooks implements CallHooks, HookDesk {
  readonly #options: HooksOptions;
  readonly #parts: FiringParts;
  readonly #live: LiveSet;
  readonly #runner: HandlerRunner;
  readonly #around: AroundCall;
  readonly #sessions = new Sessions();
  readonly #ending = new Set<Promise<unknown>>();
  /** A hook that calls us again is not answered by hooks. */
  readonly #isInside = hookDepth(process.env) > 0;

  constructor(options: HooksOptions) {
    this.#options = options;
    const { places, project, workspace, log, trusted, allowedUrls, variables, failClosed, importClaude } =
      options;
    const { home } = places;
    const roots = workspace.roots.map(({ path }) => path);
    const trust = new HookTrust({ trust: Trust.open(places.state), given: trusted, home, roots });
    const configFolder = places.config;
    this.#live = new LiveSet({ configFolder, home, roots, importClaude, failClosed, trust, log });
    this.#runner = new HandlerRunner({ allowedUrls, variables, home, log });
    const runs = new HookRuns({ stateFolder: places.state, project, log });
    this.#parts = { runner: this.#runner, trust, runs, failClosed, log, root: roots[0] ?? home, home };
    this.#around = new AroundCall(this.#parts, workspace);
  }

  before(tool: ToolFacts, input: unknown, call: Call): Promise<BeforeCall | undefined> | undefined {
    if (this.#isInside) return undefined;
    const live = this.#live.read();
    if (live instanceof Promise) return live.then((read) => this.#before(read, { tool, input, call }));
    return this.#concerns(live, tool, call) ? this.#before(live, { tool, input, call }) : undefined;
  }

  async prepare(tool: ToolFacts, input: unknown, call: Call): Promise<void> {
    const selector = (await this.#live.read()).selectorFor(call.caller.name);
    if (!this.#isInside && mayConcern(selector, tool))
      await this.#around.prepare(selector, { tool, input, call });
  }

  async approve(hashes: readonly string[], reply: Reply, call: Call): Promise<void> {
    const { set } = await this.#live.read();
    // a yes for once was not among the choices
    if (reply.kind === "yes" && reply.lifetime === "always")
      return this.#parts.trust.approve(set.handlers, hashes);
    const { declined } = this.#sessions.of(call.caller.id);
    for (const hash of hashes) declined.add(hash);
  }

  async after(
    tool: ToolFacts,
    input: unknown,
    { answer, call }: { readonly answer: Answered; readonly call: Call },
  ): Promise<Answered> {
    const said = await this.#around.after({ tool, input, call }, answer);
    if (isForMachines(tool)) return answer;
    const told = this.#sessions.takeNotes(call.caller.id);
    return told.length === 0 ? said : { ...said, notes: [...told, ...(said.notes ?? [])] };
  }

  failed(
    tool: ToolFacts,
    input: unknown,
    { error, call }: { readonly error: ToolError; readonly call: Call },
  ): Promise<HookWords> {
    return this.#around.failed({ tool, input, call }, error);
  }

  /** Runs SessionStart once for a caller: as soon as a transport sees it connect, at the latest before its first call. */
  startSession(caller: { readonly id: string; readonly name: string }): Promise<void> {
    if (this.#isInside) return Promise.resolve();
    const session = this.#sessions.of(caller.id);
    session.started ??= this.#startSession(session, caller.name);
    return session.started;
  }

  /** Runs SessionEnd for a caller whose session had begun, for 1.2 s at most. Does not throw. */
  async endSession(caller: string): Promise<void> {
    if (!this.#sessions.end(caller)) return;
    const signal = AbortSignal.timeout(SESSION_END_MS);
    const about = { payload: { reason: "other" }, caller, name: "", signal };
    const ending = this.#fireQuietly("SessionEnd", about);
    this.#ending.add(ending);
    await ending;
    this.#ending.delete(ending);
  }

  async forward(
    event: string,
    payload: Readonly<Record<string, unknown>>,
    about: { readonly caller: string; readonly name: string; readonly signal: AbortSignal },
  ): Promise<Readonly<Record<string, unknown>>> {
    const name = eventNamed(event);
    if (this.#isInside) return {};
    const live = await this.#live.read();
    const { combined, outcomes } = await fireOther(this.#parts, live, { event: name, payload, ...about });
    return toHostOutput(name, combined, outcomes);
  }

  async report(): Promise<HookReport> {
    const { set } = await this.#live.read();
    const { importClaude, failClosed } = this.#options;
    const { trust, runs } = this.#parts;
    const recent = await runs.recent();
    return makeReport({ set, runs: recent, trust, importClaude, failClosed, isInside: this.#isInside });
  }

  /**
   * What an event selects and what not, and why; with `run` also what that says. Throws `ToolError("invalid_input")`
   * for an event that does not exist, or that is not about a tool when a tool is given.
   */
  async explain(
    event: string,
    subject: Subject,
    how: { readonly run: boolean; readonly signal: AbortSignal },
  ): Promise<Explained> {
    const live = await this.#live.read();
    return explain(this.#parts, { live, around: this.#around, event: eventNamed(event), subject, ...how });
  }

  /** True for a place that a handler names as its script, or above one: a tool that writes there asks first. */
  isScript(place: Place): boolean {
    return this.#live.isScript(place);
  }

  async close(): Promise<void> {
    for (const caller of this.#sessions.callers) void this.endSession(caller);
    // those among them that a transport ended just now
    await Promise.all(this.#ending);
    await this.#runner.close();
  }

  /** False for nearly every call; costs microseconds. */
  #concerns({ set, isBroken, selectorFor }: Live, tool: ToolFacts, { caller }: Call): boolean {
    if (isBroken && this.#options.failClosed) return true;
    if (set.handlers.length === 0) return false;
    const { notes, isReady } = this.#sessions.of(caller.id);
    if (notes.length > 0 || (!isReady && hasSession(caller))) return true;
    return mayConcern(selectorFor(caller.name), tool);
  }

  async #before(live: Live, about: AboutCall): Promise<BeforeCall | undefined> {
    const { tool, call } = about;
    if (!this.#concerns(live, tool, call)) return undefined;
    if (live.isBroken && this.#options.failClosed) return BROKEN;
    if (hasSession(call.caller)) await this.startSession(call.caller);
    call.signal.throwIfAborted();
    const { notes, declined } = this.#sessions.of(call.caller.id);
    const selector = live.selectorFor(call.caller.name);
    if (!mayConcern(selector, tool)) return notes.length === 0 ? undefined : NOTHING;
    await this.#around.prepare(selector, about);
    const before = await this.#around.before(about, declined);
    return isForMachines(tool) ? withoutNotes(before) : before;
  }

  async #startSession(session: Session, name: string): Promise<void> {
    // each of them has its own limit, and one over it costs the others nothing
    const { signal } = new AbortController();
    const about = { payload: { source: "startup" }, caller: session.caller, name, signal };
    session.notes = await this.#fireQuietly("SessionStart", about);
    session.isReady = true;
  }

  /** What hooks say to the model; a session goes on whatever they do. */
  async #fireQuietly(event: EventName, about: Omit<OtherEvent, "event">): Promise<readonly string[]> {
    try {
      const { combined } = await fireOther(this.#parts, await this.#live.read(), { event, ...about });
      return combined.notes;
    } catch (error) {
      this.#options.log(
        "warn",
        `hooks of ${event}: ${error instanceof Error ? error.message : String(error)}`,
      );
      return [];
    }
  }
}

const NOTHING: BeforeCall = { kind: "verdict", verdict: { decision: "none" } };
const BROKEN = failedClosed("a file of hooks cannot be read");

/** A client obeys what hooks say to an event that it forwards, and takes any text beside that for a part of it. */
function isForMachines({ server, name }: ToolFacts): boolean {
  return server === "hooks" && name === "hook_event";
}

function withoutNotes(before: BeforeCall): BeforeCall {
  return before.kind === "question" ? before : { ...before, verdict: { ...before.verdict, notes: [] } };
}

/** A command line and the calls of other calls have no session of their own. */
function hasSession({ transport }: Call["caller"]): boolean {
  return transport === "stdio" || transport === "http";
}
