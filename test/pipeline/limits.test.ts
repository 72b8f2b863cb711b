import { getEventListeners } from "node:events";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Answer, Call, Endpoint } from "../../shared/call.ts";
import { ToolError } from "../../shared/errors.ts";
import { Callers } from "../../shared/pipeline/callers.ts";
import { createLimits, withLimits } from "../../shared/pipeline/limits.ts";
import type { LimitOptions, Limits } from "../../shared/pipeline/limits.ts";
import { TokenBucket } from "../../shared/pipeline/token-bucket.ts";
import { Turnstile } from "../../shared/pipeline/turnstile.ts";
import { Scope } from "../../shared/scope.ts";
import { callOf, endpointOf, textAnswer } from "../audit/support.ts";

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function open(options: Partial<LimitOptions> = {}): { limits: Limits; scope: Scope } {
  const scope = new Scope();
  onTestFinished(() => scope.close());
  return { limits: createLimits({ scope, ...options }), scope };
}

function wrap(options: Partial<LimitOptions>, body: Endpoint["call"]): Endpoint {
  return withLimits(open(options).limits)(endpointOf(body));
}

const caller = (id: string): Call["caller"] => ({ id, transport: "stdio", name: "", canAsk: false });

const sealed = {
  id: "call-1",
  trace: "trace-1",
  caller: "caller",
  tool: "fixture.do_it",
  hash: "",
  input: {},
  hooks: { decision: "none" as const },
  places: [],
};
const resumed = { sealed, reply: { kind: "yes", lifetime: "once" } } as const;

/** Resolves when released; counts how many are inside. */
function gate() {
  const waiting: (() => void)[] = [];
  const entered: unknown[] = [];
  return {
    entered,
    body: async (input: unknown): Promise<Answer> => {
      entered.push(input);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return textAnswer(String(input));
    },
    releaseOne: () => waiting.shift()?.(),
    releaseAll: () => {
      for (const release of waiting.splice(0)) release();
    },
  };
}

test("a caller over its rate is refused with the limit and what to do; another caller is not", async () => {
  const endpoint = wrap({ callsPerMinute: 5 }, async () => textAnswer("ok"));
  for (let index = 0; index < 5; index += 1) await endpoint.call({}, callOf());
  await expect(endpoint.call({}, callOf())).rejects.toMatchObject({
    code: "unavailable",
    message: "more than 5 calls a minute",
    hint: expect.stringMatching(/^Wait \d+ ms and call again, or raise limits\.callsPerMinute /u),
  });
  await endpoint.call({}, callOf({ caller: caller("other") }));
});

test("all tools of a process share one count", async () => {
  const stage = withLimits(open({ callsPerMinute: 1 }).limits);
  await stage(endpointOf(async () => textAnswer(""))).call({}, callOf());
  const other = stage(endpointOf(async () => textAnswer("")));
  await expect(other.call({}, callOf())).rejects.toMatchObject({ code: "unavailable" });
});

test("the run that answers a question is not counted again", async () => {
  const endpoint = wrap({ callsPerMinute: 1 }, async () => textAnswer("ok"));
  await endpoint.call({}, callOf());
  expect(await endpoint.call({}, callOf({ resumed }))).toEqual(textAnswer("ok"));
});

test("only so many calls run at once, the others in their order, and too many are refused", async () => {
  const { entered, body, releaseOne, releaseAll } = gate();
  const endpoint = wrap({ concurrent: 2, queue: 3 }, body);
  const calls = [0, 1, 2, 3, 4].map((input) => endpoint.call(input, callOf()));
  await expect(endpoint.call(5, callOf())).rejects.toMatchObject({
    code: "unavailable",
    message: "2 calls are running and 3 more wait",
  });
  expect(entered).toEqual([0, 1]);
  releaseOne();
  await expect.poll(() => entered).toEqual([0, 1, 2]);
  releaseAll();
  await expect.poll(() => entered).toEqual([0, 1, 2, 3, 4]);
  releaseAll();
  expect((await Promise.all(calls)).length).toBe(5);
});

test("one caller's queue does not hold up another caller", async () => {
  const { body, releaseAll } = gate();
  const endpoint = wrap({ concurrent: 1 }, async (input, call) =>
    call.caller.id === "busy" ? await body(input) : textAnswer("at once"),
  );
  const busy = [1, 2].map((input) => endpoint.call(input, callOf({ caller: caller("busy") })));
  expect(await endpoint.call(0, callOf({ caller: caller("idle") }))).toEqual(textAnswer("at once"));
  releaseAll();
  await busy[0];
  await sleep(10);
  releaseAll();
  await busy[1];
});

test("a call that is cancelled while it waits leaves the queue and never runs", async () => {
  const { entered, body, releaseAll } = gate();
  const endpoint = wrap({ concurrent: 1, queue: 2 }, body);
  const first = endpoint.call("first", callOf());
  const cancel = new AbortController();
  const second = endpoint.call("second", callOf({ signal: cancel.signal }));
  const third = endpoint.call("third", callOf());
  cancel.abort();
  await expect(second).rejects.toMatchObject({ code: "cancelled" });
  releaseAll();
  await first;
  await expect.poll(() => entered).toEqual(["first", "third"]);
  releaseAll();
  await third;
});

test("a call that waits past its deadline times out", async () => {
  const { body, releaseAll } = gate();
  const endpoint = wrap({ concurrent: 1, deadlines: {}, deadlineMs: 200 }, body);
  const first = endpoint.call("first", callOf());
  await expect(endpoint.call("second", callOf())).rejects.toMatchObject({ code: "timeout" });
  releaseAll();
  await first.catch(() => {});
});

test("a call made by another call runs in that one's place", async () => {
  const { limits } = open({ concurrent: 1, queue: 0 });
  const stage = withLimits(limits);
  const child = stage(endpointOf(async () => textAnswer("child")));
  const parent = stage(endpointOf(async (_, call) => child.call({}, callOf({ parent: call.id }))));
  expect(await parent.call({}, callOf())).toEqual(textAnswer("child"));
});

test("the place is given back after failures of every kind", async () => {
  const endpoint = wrap({ concurrent: 1, queue: 0, deadlineMs: 30 }, async (input, call) => {
    if (input === "throw") throw new Error("x");
    if (input === "abort") throw await new Promise((resolve) => onAbort(call.signal, resolve));
    return input === "hang" ? await new Promise<Answer>(() => {}) : textAnswer("ok");
  });
  for (const input of ["throw", "abort", "hang", "throw"]) {
    await expect(endpoint.call(input, callOf())).rejects.toThrow(input === "throw" ? "x" : "took longer");
  }
  expect(await endpoint.call("ok", callOf())).toEqual(textAnswer("ok"));
});

function onAbort(signal: AbortSignal, done: (reason: unknown) => void): void {
  signal.addEventListener("abort", () => done(signal.reason), { once: true });
}

test("a tool that does not listen is answered for at the deadline, and its later failure harms nobody", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  let fail: ((error: Error) => void) | undefined;
  const endpoint = wrap(
    { deadlineMs: 50 },
    () =>
      new Promise((_, reject) => {
        fail = reject;
      }),
  );
  await expect(endpoint.call({}, callOf())).rejects.toMatchObject({
    code: "timeout",
    message: "do_it took longer than 0.05 s",
    hint: expect.stringContaining("limits.deadlineMs"),
  });
  fail?.(new Error("too late"));
  await sleep(20);
  expect(unhandled).toEqual([]);
});

test("a tool may have a deadline of its own", async () => {
  const body = async () => {
    await sleep(100);
    return textAnswer("slow");
  };
  const endpoint = wrap({ deadlineMs: 10, deadlines: { "fixture.do_it": 60_000 } }, body);
  expect(await endpoint.call({}, callOf())).toEqual(textAnswer("slow"));
  const longer = wrap({ deadlineMs: 10 ** 12 }, body);
  expect(await longer.call({}, callOf())).toEqual(textAnswer("slow"));
});

test("the signal of a tool says why it aborted, whatever the tool then throws", async () => {
  const reasons: unknown[] = [];
  const endpoint = wrap({ deadlineMs: 100 }, async (_, call) => {
    await new Promise((resolve) => onAbort(call.signal, resolve));
    reasons.push(call.signal.reason);
    throw new DOMException("This operation was aborted", "AbortError");
  });
  await expect(endpoint.call({}, callOf())).rejects.toMatchObject({ code: "timeout" });
  const cancel = new AbortController();
  const cancelled = endpoint.call({}, callOf({ signal: cancel.signal }));
  await Promise.all([
    expect(cancelled).rejects.toMatchObject({ code: "cancelled" }),
    sleep(20).then(() => cancel.abort()),
  ]);
  expect(reasons.map((reason) => reason instanceof ToolError && reason.code)).toEqual([
    "timeout",
    "cancelled",
  ]);
});

test("a tool that says itself what it reached before the deadline is heard", async () => {
  const endpoint = wrap({ deadlineMs: 30 }, async (input, call) => {
    await new Promise((resolve) => onAbort(call.signal, resolve));
    if (input === "answer") return textAnswer("partial: 3 of 9 files");
    throw new ToolError("timeout", "stopped after 3 of 9 files");
  });
  expect(await endpoint.call("answer", callOf())).toEqual(textAnswer("partial: 3 of 9 files"));
  await expect(endpoint.call("throw", callOf())).rejects.toThrow("stopped after 3 of 9 files");
});

test("a call that comes cancelled never runs", async () => {
  let ran = false;
  const endpoint = wrap({}, async () => {
    ran = true;
    return textAnswer("");
  });
  const signal = AbortSignal.abort();
  await expect(endpoint.call({}, callOf({ signal }))).rejects.toMatchObject({ code: "cancelled" });
  await expect(endpoint.call({}, callOf({ signal, parent: "p" }))).rejects.toMatchObject({
    code: "cancelled",
  });
  expect(ran).toBe(false);
});

test("closing the process cancels what runs and what waits", async () => {
  const { limits, scope } = open({ concurrent: 1 });
  const endpoint = withLimits(limits)(endpointOf(() => new Promise<Answer>(() => {})));
  const calls = [endpoint.call({}, callOf()), endpoint.call({}, callOf())];
  const ends = Promise.allSettled(calls);
  await scope.close();
  expect((await ends).map((end) => end.status === "rejected" && end.reason)).toMatchObject([
    { code: "cancelled" },
    { code: "cancelled" },
  ]);
});

test("closing waits until the stages around the calls had their last word", async () => {
  const { limits, scope } = open();
  const endpoint = withLimits(limits)(endpointOf(() => new Promise<Answer>(() => {})));
  let lastWord = false;
  const around = (async () => {
    try {
      await endpoint.call({}, callOf());
    } catch {
      for (let step = 0; step < 20; step += 1) await Promise.resolve();
      lastWord = true;
    }
  })();
  await scope.close();
  expect(lastWord).toBe(true);
  await around;
});

test("ten thousand calls on one signal leave no listener and no warning", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  const { limits } = open({ callsPerMinute: 1_000_000, concurrent: 50 });
  const endpoint = withLimits(limits)(
    endpointOf(async () => {
      await Promise.resolve();
      return textAnswer("");
    }),
  );
  const { signal } = new AbortController();
  for (let round = 0; round < 100; round += 1) {
    await Promise.all(Array.from({ length: 100 }, () => endpoint.call({}, callOf({ signal }))));
  }
  await sleep(10);
  expect(getEventListeners(signal, "abort")).toEqual([]);
  expect(limits.open.size).toBe(0);
  expect(warnings).toEqual([]);
  expect(process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length).toBeLessThan(100);
});

test("callers that are idle are forgotten, busy ones and their counts are not", async () => {
  const callers = new Callers({ callsPerMinute: 2, concurrent: 1, queue: 0 });
  const { signal } = new AbortController();
  const busy = callers.of("busy");
  busy.bucket.take(performance.now());
  await busy.turnstile.enter(signal);
  for (let index = 0; index < 25_000; index += 1) callers.of(`c${index}`).bucket.take(performance.now());
  expect(callers.size).toBeLessThanOrEqual(10_001);
  expect(callers.of("busy")).toBe(busy);
  const unused = new Callers({ callsPerMinute: 60_000_000, concurrent: 1, queue: 0 });
  for (let index = 0; index < 1_000; index += 1) unused.of(`c${index}`);
  expect(unused.size).toBeLessThan(10);
});

test("a bucket never allows more than a minute's worth and its refill, and never refuses less", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 300 }),
      (perMinute, gaps) => {
        const bucket = new TokenBucket(perMinute, 0);
        const taken: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const wait = bucket.take(now);
          if (wait === 0) {
            taken.push(now);
            continue;
          }
          expect(taken.length).toBeGreaterThanOrEqual(perMinute);
          // Waiting as told is enough.
          now += wait;
          expect(bucket.take(now)).toBe(0);
          taken.push(now);
        }
        for (const [first, from] of taken.entries()) {
          for (const [past, until] of taken.slice(first).entries()) {
            expect(past + 1).toBeLessThanOrEqual(perMinute + ((until - from) * perMinute) / 60_000 + 1e-6);
          }
        }
      },
    ),
    { numRuns: 100 },
  );
});

test("a bucket that stands still, or whose clock steps back, gives nothing for it", () => {
  const bucket = new TokenBucket(2, 1_000);
  expect([bucket.take(1_000), bucket.take(500), bucket.take(1_000) > 0, bucket.take(0) > 0]).toEqual([
    0,
    0,
    true,
    true,
  ]);
});

test("a turnstile never lets too many in, loses nobody, and keeps the order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 10 }),
      fc.array(fc.record({ cancel: fc.boolean(), pauses: fc.integer({ min: 0, max: 5 }) }), {
        maxLength: 40,
      }),
      async (places, queue, visits) => {
        const turnstile = new Turnstile(places, queue);
        let inside = 0;
        let most = 0;
        const order: number[] = [];
        const ends = await Promise.all(
          visits.map(async ({ cancel, pauses }, index) => {
            const controller = new AbortController();
            const entering = turnstile.enter(controller.signal);
            if (cancel) controller.abort(new ToolError("cancelled", "gone"));
            try {
              const leave = await entering;
              if (leave === undefined) return "refused";
              order.push(index);
              inside += 1;
              most = Math.max(most, inside);
              for (let pause = 0; pause < pauses; pause += 1) await Promise.resolve();
              inside -= 1;
              leave();
              leave();
              return "entered";
            } catch (error) {
              return error instanceof ToolError ? error.code : "wrong error";
            }
          }),
        );
        expect(most).toBeLessThanOrEqual(places);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        expect(ends.filter((end) => end === "entered").length).toBe(order.length);
        expect(ends).not.toContain("wrong error");
        expect(turnstile.isEmpty).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
