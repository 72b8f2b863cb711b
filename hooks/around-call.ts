import type { Answer, Call, CallRecord } from "../shared/call.ts";
import { ToolError } from "../shared/errors.ts";
import type { BeforeCall, HookWords } from "../shared/pipeline/hooks.ts";
import type { ToolFacts } from "../shared/tool.ts";
import type { Workspace } from "../shared/workspace/workspace.ts";
import { failedClosed, verdictOf, withHonestRewrite } from "./call-verdict.ts";
import type { EventName } from "./config/events.ts";
import { fire, judge, mayRun, type Fired, type Firing, type FiringParts } from "./firing.ts";
import { labelOf } from "./label.ts";
import type { Selected, Selection, Selector } from "./match/select.ts";
import type { Outcome } from "./outcome.ts";
import { errorText, responseOf, toolPayload } from "./payload.ts";
import { replaceAnswer } from "./say/answer.ts";
import type { Combined } from "./say/combine.ts";
import { viewsOf, type PlacedView } from "./seen-views.ts";
import { changedAgain, stampFiles } from "./written-files.ts";
import { trustQuestion, type Pending } from "./trust/describe.ts";

type Answered = Extract<Answer, { kind: "answer" }>;

/** What was found before the run, for the events after it. */
interface Around {
  readonly selector: Selector;
  readonly input: unknown;
  readonly views: readonly PlacedView[];
  readonly startedAt: number;
}

export interface AboutCall {
  readonly tool: ToolFacts;
  readonly input: unknown;
  readonly call: Call;
}

/** The tool events of calls: which handlers they select, what those may do to the call. */
export class AroundCall {
  readonly #parts: FiringParts;
  readonly #workspace: Workspace;
  readonly #known = new WeakMap<CallRecord, Around>();

  constructor(parts: FiringParts, workspace: Workspace) {
    this.#parts = parts;
    this.#workspace = workspace;
  }

  /** Looks at what the call is about, while it is still there to be looked at. */
  async prepare(selector: Selector, { tool, input, call }: AboutCall): Promise<void> {
    const known = this.#known.get(call.record);
    const startedAt = performance.now();
    // again, right before it runs: what hooks took until now is no time of the call
    if (known !== undefined && known.input === input)
      return void this.#known.set(call.record, { ...known, startedAt });
    const views = await viewsOf(tool, input, { workspace: this.#workspace, signal: call.signal });
    this.#known.set(call.record, { selector, input, views, startedAt });
  }

  /** PreToolUse. `declined` are hashes that the person was asked about in vain. */
  async before(about: AboutCall, declined: ReadonlySet<string>): Promise<BeforeCall> {
    const { selected, passed } = this.select("PreToolUse", about);
    if (this.#parts.failClosed && passed.some(({ isBroken }) => isBroken))
      return failedClosed("the matcher of a hook cannot be used");
    const question = await this.#question(about, selected, declined);
    if (question !== undefined) return question;
    const placedBy = (index: number) => this.#placed(selected[index]?.view, about);
    const { combined, ran } = await this.#fire("PreToolUse", about, {
      selected,
      adjust: (outcome, { view }) =>
        withHonestRewrite(outcome, {
          given: view?.input ?? about.input,
          placed: this.#placed(view, about),
        }),
    });
    const isByFile = ran.some(({ view }) => view !== undefined);
    return verdictOf(combined, { unseen: isByFile ? this.#unseen(about) : 0, placedBy });
  }

  /** PostToolUse. */
  async after(about: AboutCall, answer: Answered): Promise<Answered> {
    const { selected } = this.select("PostToolUse", about);
    const around = this.#known.get(about.call.record);
    if (around === undefined || selected.length === 0) return answer;
    const ground = { workspace: this.#workspace, signal: about.call.signal };
    const written = await stampFiles(around.views, ground);
    const took = durationOf(around);
    const { combined } = await this.#fire("PostToolUse", about, {
      selected,
      payload: (each) => ({ tool_response: responseOf(answer, each), ...took }),
    });
    const again = await changedAgain(written, ground);
    return withSaid(answer, combined, { again, about });
  }

  /** PostToolUseFailure. For a call that is over already its hooks run without anybody who waits for them. */
  async failed(about: AboutCall, error: ToolError): Promise<HookWords> {
    const { selected } = this.select("PostToolUseFailure", about);
    const around = this.#known.get(about.call.record);
    if (around === undefined || selected.length === 0) return {};
    const isOver = about.call.signal.aborted;
    const interrupted = error.code === "cancelled";
    const told = { error: errorText(error), is_interrupt: interrupted, ...durationOf(around) };
    const { signal } = isOver ? new AbortController() : about.call;
    const call = { ...about.call, signal };
    const firing = this.#fire("PostToolUseFailure", { ...about, call }, { selected, payload: () => told });
    // it fails when the process ends first
    if (isOver) void firing.catch(() => {});
    if (isOver) return {};
    const { combined } = await firing;
    const { notes, stop } = combined;
    return { notes, ...(stop === undefined ? {} : { stop }) };
  }

  /** The handlers that an event of a prepared call selects, and those that it does not. */
  select(event: EventName, { tool, input, call }: AboutCall): Selection {
    const around = this.#known.get(call.record);
    if (around === undefined) return { selected: [], passed: [] };
    const { root, home } = this.#parts;
    const { selector, views } = around;
    return selector.forTool({ event, names: namesOf(tool), input: asRecord(input), views, root, home });
  }

  /** Whether hooks that nobody approved yet may run: asked once a session, before any of them ran. */
  async #question(
    about: AboutCall,
    before: readonly Selected[],
    declined: ReadonlySet<string>,
  ): Promise<BeforeCall | undefined> {
    if (!about.call.caller.canAsk) return undefined;
    const pending = new Map<string, Pending>();
    const all = [...before, ...this.select("PostToolUse", about).selected];
    for (const { selected, approval } of await judge(this.#parts.trust, all)) {
      const { loaded } = selected;
      const isOpen = !mayRun(approval) && approval.problem === undefined && !declined.has(approval.hash);
      if (isOpen) pending.set(approval.hash, { loaded, approval });
    }
    if (pending.size === 0) return undefined;
    const question = trustQuestion([...pending.values()]);
    if (question === undefined) {
      const where = [...pending.values()].map(({ loaded }) => labelOf(loaded)).join(", ");
      about.call.log(
        "warn",
        `hooks that nobody approved are too long to ask about: ${where}; plumbline hooks trust`,
      );
      return undefined;
    }
    return { kind: "question", question, trust: [...pending.keys()] };
  }

  #fire(event: EventName, about: AboutCall, { selected, payload, adjust }: How): Promise<Fired> {
    const { tool, call } = about;
    const told = this.payloadOf(event, about);
    const name = `${tool.server}.${tool.name}`;
    const payloadOf = (each: Selected) => ({ ...told(each), ...payload?.(each) });
    const firing = { event, selected, payloadOf, subject: name, tool: name, signal: call.signal };
    return fire({ ...this.#parts, log: call.log }, firing, adjust);
  }

  /** What a selected handler is told of a call. */
  payloadOf(event: EventName, about: AboutCall): Firing["payloadOf"] {
    return (selected) => {
      const cwd = selected.loaded.source.root ?? this.#parts.root;
      return toolPayload({ ...about, event, cwd }, selected);
    };
  }

  #placed(seen: Selected["view"], { call }: AboutCall): PlacedView | undefined {
    return seen === undefined ? undefined : this.#known.get(call.record)?.views.find((view) => view === seen);
  }

  #unseen({ call }: AboutCall): number {
    return this.#known.get(call.record)?.views.reduce((sum, { view }) => sum + (view.more ?? 0), 0) ?? 0;
  }
}

interface How {
  readonly selected: readonly Selected[];
  /** What is known beside the call itself. */
  readonly payload?: (selected: Selected) => Readonly<Record<string, unknown>>;
  readonly adjust?: (outcome: Outcome, selected: Selected) => Outcome;
}

function durationOf({ startedAt }: Around): { readonly duration_ms: number } {
  return { duration_ms: Math.round(performance.now() - startedAt) };
}

const TOOL_EVENTS = ["PreToolUse", "PostToolUse", "PostToolUseFailure"] as const;

/** Whether any hook may have a word in calls of this tool; costs microseconds. */
export function mayConcern(selector: Selector, tool: ToolFacts): boolean {
  return selector.mayConcern(TOOL_EVENTS, namesOf(tool), tool.views.as);
}

/** The names under which matchers know a tool; the first is the canonical one. */
function namesOf({ server, name }: Pick<ToolFacts, "server" | "name">): readonly string[] {
  return [`mcp__${server}__${name}`, `mcp__plumbline__${name}`, name];
}

/** The answer with what hooks said after it. */
function withSaid(
  answer: Answered,
  { notes, stop, updatedOutput }: Combined,
  { again, about }: { readonly again: string | undefined; readonly about: AboutCall },
): Answered {
  const all = again === undefined ? notes : [...notes, again];
  const said: Answered = {
    ...answer,
    ...(all.length === 0 ? {} : { notes: all }),
    ...(stop === undefined ? {} : { stop, error: answer.error ?? "denied" }),
  };
  return updatedOutput === undefined ? said : replaced(said, updatedOutput.value, about);
}

/** The answer that a hook wants instead; what is no answer leaves it as it was, and says so. */
function replaced(answer: Answered, value: unknown, { tool, call }: AboutCall): Answered {
  const { parts, structured, problem } = replaceAnswer(value, tool);
  if (problem !== undefined) call.log("warn", `hook: ${problem}`);
  if (parts === undefined) return answer;
  const { shorter: _, structured: __, ...rest } = answer;
  return { ...rest, parts, ...(structured === undefined ? {} : { structured }) };
}

function asRecord(input: unknown): Readonly<Record<string, unknown>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by a tool's schema, which is an object
  return typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
}
