import type { Answer, Call, Endpoint, HookVerdict, Question, Reply, Sealed, Stage } from "../call.ts";
import { ToolError } from "../errors.ts";
import type { ToolFacts } from "../tool.ts";
import { hashCall } from "./hash-call.ts";
import { parseInput } from "./arguments.ts";

/** What runs around every call; the hooks engine is one. */
export interface CallHooks {
  /**
   * Before policy. Nothing when no hook could have a word in this call, before or after it. A question is whether
   * hooks that nobody approved yet may run; nothing ran then.
   */
  before(tool: ToolFacts, input: unknown, call: Call): Promise<BeforeCall | undefined> | undefined;
  /** The person's answer to such a question. */
  approve(hashes: readonly string[], reply: Reply, call: Call): Promise<void>;
  /** Right before a call runs that hooks have a word in: what the events after it need to know is still there to see. */
  prepare(tool: ToolFacts, input: unknown, call: Call): Promise<void>;
  /** After the run: may add to the answer or replace it. */
  after(tool: ToolFacts, input: unknown, done: { answer: Answered; call: Call }): Promise<Answered>;
  /** After a run that threw: what hooks say to it. */
  failed(tool: ToolFacts, input: unknown, done: { error: ToolError; call: Call }): Promise<HookWords>;
}

/** What hooks said before a call: a verdict and perhaps other arguments, or that a person has to approve them first. */
export type BeforeCall =
  | { readonly kind: "verdict"; readonly verdict: HookVerdict; readonly input?: unknown }
  | { readonly kind: "question"; readonly question: Question; readonly trust: readonly string[] };

/** What hooks add to a failure. */
export type HookWords = Pick<HookVerdict, "notes" | "stop">;

type Answered = Extract<Answer, { kind: "answer" }>;

/** The two points around a call. A call that answers a question about itself keeps the verdict that was sealed with it. */
export function withHooks(hooks: CallHooks): Stage {
  return (endpoint) => ({
    ...endpoint,
    call: (input, call) => callHooked(hooks, endpoint, { input, call }),
  });
}

interface Run {
  readonly input: unknown;
  readonly call: Call;
}

async function callHooked(hooks: CallHooks, endpoint: Endpoint, { input, call }: Run): Promise<Answer> {
  const { resumed, ...unanswered } = call;
  if (resumed !== undefined && resumed.sealed.trust === undefined)
    return callWithin(hooks, endpoint, { input, call: { ...call, hooks: resumed.sealed.hooks } });
  if (resumed?.sealed.trust !== undefined) await hooks.approve(resumed.sealed.trust, resumed.reply, call);
  const asking = hooks.before(endpoint.tool, input, unanswered);
  // nearly every call has no hooks, and a wait costs a turn
  const before = asking === undefined ? undefined : await asking;
  if (before === undefined) return endpoint.call(input, unanswered);
  if (before.kind === "question") return asked(endpoint, { input, call }, before);
  const checked = before.input === undefined ? input : parseRewritten(endpoint.tool, before.input);
  return callWithin(hooks, endpoint, { input: checked, call: { ...unanswered, hooks: before.verdict } });
}

/** What a hook made of the arguments, checked like the caller's own. */
function parseRewritten(tool: ToolFacts, rewritten: unknown): unknown {
  try {
    return parseInput(tool, rewritten);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolError("external", `a hook gave ${tool.name} arguments that it does not take`, {
      hint: "This is the hook's fault; tell the person.",
      details: error.message,
    });
  }
}

async function callWithin(hooks: CallHooks, endpoint: Endpoint, { input, call }: Run): Promise<Answer> {
  const { notes = [], stop } = call.hooks ?? {};
  let answer: Answer;
  await hooks.prepare(endpoint.tool, input, call);
  try {
    answer = await endpoint.call(input, call);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const words = didRun(call)
      ? await unlessOver(hooks.failed(endpoint.tool, input, { error, call }), call.signal, (why) => ({
          notes: [why],
        }))
      : {};
    throw withWords(error, { notes: [...notes, ...(words.notes ?? [])], stop: stop ?? words.stop });
  }
  if (answer.kind === "question") return answer;
  const done = answer;
  const after = await unlessOver(hooks.after(endpoint.tool, input, { answer, call }), call.signal, (why) => ({
    ...done,
    notes: [why],
  }));
  return { ...after, notes: [...notes, ...(after.notes ?? [])] };
}

/**
 * What hooks say after a call, as long as its time is not over: what was done is told in any case, or its caller would
 * take it for undone and do it again.
 */
async function unlessOver<Said>(
  saying: Promise<Said>,
  signal: AbortSignal,
  otherwise: (why: string) => Said,
): Promise<Said> {
  let stop = (): void => {};
  const over = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([saying, over]);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return otherwise(`[hooks] what hooks say after this call was not waited for: ${error.message}`);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** True when policy let the call through, so that the tool itself failed. */
function didRun({ record }: Call): boolean {
  return record.decision === "allowed" || record.decision === "granted";
}

function withWords(
  error: ToolError,
  { notes, stop }: { readonly notes: readonly string[]; readonly stop: string | undefined },
): ToolError {
  if (notes.length === 0 && stop === undefined) return error;
  const { code, message, hint, details, cause } = error;
  return new ToolError(code, message, {
    cause,
    notes,
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
    ...(stop === undefined ? {} : { stop }),
  });
}

function asked(
  { tool }: Endpoint,
  { input, call }: Run,
  { question, trust }: Extract<BeforeCall, { kind: "question" }>,
): Answer {
  call.record.decision = "asked";
  call.record.because = "hooks nobody approved";
  const sealed: Sealed = {
    id: call.id,
    trace: call.trace,
    caller: call.caller.id,
    tool: `${tool.server}.${tool.name}`,
    hash: hashCall(tool, input),
    input,
    hooks: { decision: "none" },
    trust,
    places: [],
  };
  return { kind: "question", question, sealed };
}
