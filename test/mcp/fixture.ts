import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { Answer, Call, Endpoint, Stage } from "../../shared/call.ts";
import { createMount, type McpMount, type MountPlan } from "../../shared/mcp/mount.ts";
import type { StatusCategory, StatusFeed } from "../../shared/status/feed.ts";

/** What a test of the hosting needs to see and to do. */
export interface Fixture {
  readonly mount: McpMount;
  /** Calls that reached a handler, in order. */
  readonly calls: Call[];
  /** Aborts that reached a handler. */
  readonly aborted: string[];
  /** URIs watched right now. */
  readonly watched: Map<string, () => void>;
  readonly status: StatusFeed & { changed(category: StatusCategory): void; readonly listeners: () => number };
  readonly logged: string[];
}

type Run = (input: Record<string, unknown>, call: Call, fixture: Omit<Fixture, "mount">) => Promise<Answer>;

function text(said: string): Answer {
  return { kind: "answer", parts: [{ type: "text", text: said }] };
}

const RUNS: Record<string, Run> = {
  echo: async ({ say }) => text(String(say)),
  structured: async () => ({
    kind: "answer",
    parts: [{ type: "text", text: '{"size":42}' }],
    structured: { size: 42 },
  }),
  fails: async () => ({
    kind: "answer",
    error: "not_found",
    parts: [{ type: "text", text: "not_found: no such thing" }],
  }),
  steps: async (_, { report }) => {
    for (const done of [1, 1, 2, 1, 3]) {
      report({ done, total: 3, message: `step ${done}` });
      await sleep(70);
    }
    return text("stepped");
  },
  waits: async (_, { signal }, { aborted }) => {
    await sleep(60_000, undefined, { signal }).catch(() => aborted.push("waits"));
    return text("waited");
  },
  asks: async (input, call) => {
    const { resumed } = call;
    if (resumed !== undefined) {
      return text(`${JSON.stringify(resumed.reply)} ${JSON.stringify(resumed.sealed.input)}`);
    }
    return {
      kind: "question",
      question: {
        message: `May fixture ask about ${String(input["say"])}?`,
        lifetimes: ["once", "session", "always"],
      },
      sealed: {
        id: call.id,
        trace: call.trace,
        caller: call.caller.id,
        tool: "fixture.asks",
        hash: "h",
        input,
        hooks: { decision: "none" },
        places: [],
      },
    };
  },
  large: async ({ size }) => text("x".repeat(Number(size))),
  prints: async () => {
    console.log("stray line from console.log");
    process.stdout.write("stray line from write\n");
    return text("printed");
  },
};

/** A mount with one tool for each thing that hosting has to carry. */
export function createFixture(
  changes: Partial<MountPlan> = {},
  wrap: Stage = (endpoint) => endpoint,
): Fixture {
  const listeners = new Map<StatusCategory, Set<() => void>>();
  const parts: Omit<Fixture, "mount"> = {
    calls: [],
    aborted: [],
    watched: new Map(),
    logged: [],
    status: {
      publish() {},
      watch(category, changed) {
        const set = listeners.get(category) ?? new Set();
        listeners.set(category, set.add(changed));
        return () => set.delete(changed);
      },
      read: (category) => ({ events: [{ category, at: 1, message: "began" }], dropped: 2 }),
      changed: (category) => listeners.get(category)?.forEach((changed) => changed()),
      listeners: () => [...listeners.values()].reduce((sum, set) => sum + set.size, 0),
    },
  };
  const endpoints = Object.entries(RUNS).map(([name, run]) => wrap(endpoint(name, run, parts)));
  const mount = createMount({
    name: "fixture",
    title: "Fixture",
    version: "0.0.1",
    instructions: "Use it to test.",
    endpoints,
    resources: [
      {
        templates: [{ uriTemplate: "fix://{name}", name: "fix", description: "A fixture's thing." }],
        owns: (uri) => uri.startsWith("fix://"),
        read: endpoint("read_resource", readThing, parts),
        async watch(uri, changed) {
          if (uri === "fix://unwatchable") throw new Error("cannot watch");
          parts.watched.set(uri, changed);
          return () => parts.watched.delete(uri);
        },
      },
    ],
    status: parts.status,
    log: (level, message) => parts.logged.push(`${level} ${message}`),
    sealKey: randomBytes(32),
    ...changes,
  });
  return { ...parts, mount };
}

async function readThing({ uri }: Record<string, unknown>): Promise<Answer> {
  if (uri === "fix://nothing") {
    return {
      kind: "answer",
      error: "not_found",
      parts: [{ type: "text", text: "not_found: nothing there" }],
    };
  }
  return text(`content of ${String(uri)}`);
}

function endpoint(name: string, run: Run, parts: Omit<Fixture, "mount">): Endpoint {
  return {
    tool: {
      server: "fixture",
      name,
      title: name,
      description: `Does ${name}.`,
      effect: name === "asks" ? "destroy" : "read",
      reach: "local",
      input: z.strictObject({
        say: z.string().optional().describe("What to say."),
        size: z.int().default(1).describe("How much."),
        uri: z.string().optional(),
      }),
      ...(name === "structured" ? { output: z.strictObject({ size: z.int() }) } : {}),
      touches: () => ({}),
      views: { as: [], of: () => [] },
    },
    call(input, call) {
      parts.calls.push(call);
      return run(z.record(z.string(), z.unknown()).parse(input), call, parts);
    },
  };
}
