import type { Answer, Call, Endpoint } from "../call.ts";
import type { CallContext } from "../context.ts";
import type { Part, Tool, ToolFacts } from "../tool.ts";

/** The innermost step: runs the tool with checked arguments, checks what it gave, makes parts of it. */
export function toEndpoint(server: string, tool: Tool<object>): Endpoint {
  const { foresee, says } = tool;
  const facts: ToolFacts = {
    server,
    name: tool.name,
    title: tool.title,
    description: tool.description,
    effect: tool.effect,
    reach: typeof tool.reach === "string" ? tool.reach : tool.reach({}),
    input: tool.input,
    ...(tool.output === undefined ? {} : { output: tool.output }),
    touches: (input) => tool.touches(input),
    ...(foresee === undefined ? {} : { foresee }),
    ...(says === undefined ? {} : { says }),
    views: tool.views,
  };
  return { tool: facts, call: (input, call) => run(tool, input, { call, server }) };
}

interface Running {
  readonly call: Call;
  readonly server: string;
}

async function run(tool: Tool<object>, input: unknown, { call, server }: Running): Promise<Answer> {
  const data = await tool.run(input, contextOf(call, `${server}.${tool.name}`));
  const rendered = tool.render(data);
  const parts: readonly Part[] = typeof rendered === "string" ? [{ type: "text", text: rendered }] : rendered;
  return {
    kind: "answer",
    parts,
    ...(tool.output === undefined ? {} : { structured: tool.output.parse(data) }),
    ...(tool.shorter.length === 0 ? {} : { shorter: tool.shorter.map((shorten) => () => shorten(data)) }),
  };
}

function contextOf(call: Call, tool: string): CallContext {
  if (call.access === undefined) throw new Error("a call reached its tool without passing policy");
  return {
    signal: call.signal,
    log: call.log,
    report: call.report,
    client: call.caller,
    by: { tool, call: call.id },
    access: call.access,
  };
}
