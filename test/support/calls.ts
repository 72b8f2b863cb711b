import * as z from "zod";
import type { Answer, Call, Endpoint } from "../../shared/call.ts";
import type { Caller } from "../../shared/caller.ts";
import { toEndpoint } from "../../shared/pipeline/run.ts";
import { toolFor, type Effect, type Reach } from "../../shared/tool.ts";

/** A caller whose person can be asked. */
export const person: Caller = { id: "test", transport: "internal", name: "test", canAsk: true };

/** A call that may open everything, for tests of what stands below or beside policy. */
export function freshCall(changes: Partial<Call> = {}): Call {
  return {
    id: "c1",
    trace: "t1",
    caller: person,
    signal: new AbortController().signal,
    log: () => {},
    report: () => {},
    record: { effect: "read", reach: "local", tier: 0, touches: {}, decision: "none", changed: false },
    access: { signal: new AbortController().signal, permit: () => {} },
    ...changes,
  };
}

interface FixtureOptions {
  readonly effect?: Effect;
  readonly reach?: Reach;
  readonly text?: string;
  readonly shorter?: readonly string[];
  readonly run?: (input: unknown) => unknown;
}

/** A small tool of any effect and reach, as an endpoint without stages. */
export function fixture(options: FixtureOptions = {}): Endpoint {
  const tool = toolFor<object>()({
    name: "fixture_tool",
    title: "Fixture",
    description: "Does what the test says.",
    effect: options.effect ?? "read",
    reach: options.reach ?? "local",
    input: z.strictObject({
      path: z.string().optional(),
      limit: z.int().positive().optional(),
      budget: z.int().optional(),
    }),
    touches: ({ path }) => (path === undefined ? {} : { paths: [path] }),
    run: async (input) => options.run?.(input),
    render: () => options.text ?? "done",
    shorter: (options.shorter ?? []).map((text) => () => text),
  });
  return toEndpoint("fixture", tool);
}

/** The text of an answer, its parts joined; throws on a question. */
export function textOf(answer: Answer): string {
  if (answer.kind === "question") throw new Error(`unexpected question: ${answer.question.message}`);
  return answer.parts.map((part) => (part.type === "text" ? part.text : `<${part.type}>`)).join("\n");
}

/** Everything that an answer shows, base64 as what it stands for. */
export function shownBy({ parts, structured }: Extract<Answer, { kind: "answer" }>): string {
  const texts = parts.flatMap((part) => {
    if (part.type === "image") return [Buffer.from(part.data, "base64").toString("latin1")];
    if (part.type === "resource_link") return [part.uri, part.name];
    const decoded = /^[A-Za-z0-9+/]+=*$/.test(part.text)
      ? [Buffer.from(part.text, "base64").toString("latin1")]
      : [];
    return [part.text, ...decoded];
  });
  return [...texts, ...(structured === undefined ? [] : [JSON.stringify(structured)])].join("\n");
}
