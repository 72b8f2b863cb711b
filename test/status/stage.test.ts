import fc from "fast-check";
import { expect, test } from "vitest";
import type { Progress } from "../../shared/context.ts";
import { ToolError } from "../../shared/errors.ts";
import { Scope } from "../../shared/scope.ts";
import { createStatusFeed } from "../../shared/status/create-feed.ts";
import type { StatusCategory } from "../../shared/status/feed.ts";
import { withStatus } from "../../shared/status/stage.ts";
import { callOf, endpointOf, textAnswer } from "../audit/support.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function open() {
  const feed = createStatusFeed({ scope: new Scope() });
  const messages = (category: StatusCategory): string[] =>
    feed.read(category).events.map(({ message }) => message);
  return { feed, stage: withStatus(feed), messages };
}

test("the end of each call is published, with its outcome", async () => {
  const { feed, stage, messages } = open();
  await stage(endpointOf(async () => textAnswer(""))).call({}, callOf());
  const denied = stage(
    endpointOf(async () => {
      throw new ToolError("denied", "no");
    }),
  );
  await expect(denied.call({}, callOf())).rejects.toThrow("no");
  expect(messages("tool")).toEqual([
    expect.stringMatching(/^ok after \d+ ms$/u),
    expect.stringMatching(/^denied after \d+ ms$/u),
  ]);
  expect(feed.read("tool").events[0]).toMatchObject({ call: "call-1", tool: "fixture.do_it" });
  expect(messages("error")).toEqual([]);
});

test("a slow call is announced while it runs", async () => {
  const { stage, messages } = open();
  const running = stage(
    endpointOf(async () => {
      await expect.poll(() => messages("tool"), { timeout: 10_000 }).toEqual(["still running"]);
      return textAnswer("");
    }),
  ).call({}, callOf());
  await running;
  expect(messages("tool")).toHaveLength(2);
});

test("a failure of ours is an error event", async () => {
  const { stage, messages } = open();
  const broken = stage(
    endpointOf(async () => {
      throw new TypeError("secret detail");
    }),
  );
  await expect(broken.call({}, callOf())).rejects.toThrow(TypeError);
  expect(messages("error")).toEqual(["failed inside"]);
});

test("progress rises, comes at most ten times a second, and its last value always arrives", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(
          fc.oneof(fc.integer({ min: -5, max: 50 }), fc.constant(NaN), fc.constant(Infinity)),
          fc.boolean(),
        ),
        {
          maxLength: 40,
        },
      ),
      async (steps) => {
        const { feed, stage } = open();
        const got: Progress[] = [];
        const started = performance.now();
        await stage(
          endpointOf(async (_, call) => {
            for (const [done, wait] of steps) {
              call.report({ done, total: 50, message: `at ${done}` });
              if (wait) await sleep(5);
            }
            return textAnswer("");
          }),
        ).call({}, callOf({ report: (progress) => got.push(progress) }));
        const seconds = (performance.now() - started) / 1_000;
        const values = got.map(({ done }) => done);
        expect(values).toEqual([...new Set(values)].toSorted((a, b) => a - b));
        const finite = steps.map(([done]) => done).filter((done) => Number.isFinite(done));
        expect(values.at(-1)).toBe(finite.length === 0 ? undefined : Math.max(...finite));
        // The first at once, one each 100 ms, the last with the answer.
        expect(values.length).toBeLessThanOrEqual(2 + Math.ceil(seconds * 10));
        expect(feed.read("progress").events.map(({ done }) => done)).toEqual(values);
      },
    ),
    { numRuns: 30 },
  );
});

test("nothing is reported after the answer", async () => {
  const { stage } = open();
  const got: number[] = [];
  let late: ((progress: Progress) => void) | undefined;
  await stage(
    endpointOf(async (_, call) => {
      late = call.report;
      call.report({ done: 1 });
      call.report({ done: 2 });
      return textAnswer("");
    }),
  ).call({}, callOf({ report: ({ done }) => got.push(done) }));
  expect(got).toEqual([1, 2]);
  late?.({ done: 3 });
  await sleep(150);
  expect(got).toEqual([1, 2]);
});
