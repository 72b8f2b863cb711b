import type { Answer, Call, HookVerdict, Stage } from "../call.ts";
import type { ToolFacts } from "../tool.ts";
import { parseInput } from "./arguments.ts";

/** What runs around every call. The hooks engine will implement it; until then nothing does. */
export interface CallHooks {
  /** Before policy: may deny, ask, or give other arguments, which are checked again. */
  before(tool: ToolFacts, input: unknown, call: Call): Promise<HookVerdict & { readonly input?: unknown }>;
  /** After the run: may add to the answer or replace it. */
  after(tool: ToolFacts, answer: Answer, call: Call): Promise<Answer>;
}

/** The two points around a call. A call that answers a question keeps the verdict that was sealed with it. */
export function withHooks(hooks: CallHooks | undefined): Stage {
  if (hooks === undefined) return (endpoint) => endpoint;
  return (endpoint) => ({
    ...endpoint,
    async call(input, call) {
      const sealed = call.resumed?.sealed.hooks;
      const verdict = sealed ?? (await hooks.before(endpoint.tool, input, call));
      const rewritten = "input" in verdict && verdict.input !== undefined;
      const checked = rewritten ? parseInput(endpoint.tool, verdict.input) : input;
      const answer = await endpoint.call(checked, { ...call, hooks: verdict });
      return answer.kind === "question" ? answer : hooks.after(endpoint.tool, answer, call);
    },
  });
}
