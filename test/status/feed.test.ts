import fc from "fast-check";
import { expect, test } from "vitest";
import { Scope } from "../../shared/scope.ts";
import { createStatusFeed } from "../../shared/status/create-feed.ts";
import { STATUS_CATEGORIES } from "../../shared/status/feed.ts";
import { renderStatus } from "../../shared/status/render-status.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What keeps the process running, unref'ed timers not counted. */
const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

test("each category keeps the newest events and counts what it dropped", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STATUS_CATEGORIES), { maxLength: 1_500 }), (categories) => {
      const feed = createStatusFeed({ scope: new Scope() });
      for (const [index, category] of categories.entries()) feed.publish({ category, message: `${index}` });
      for (const category of STATUS_CATEGORIES) {
        const sent = categories.flatMap((each, index) => (each === category ? [`${index}`] : []));
        const { events, dropped } = feed.read(category);
        expect(events.map(({ message }) => message)).toEqual(sent.slice(-200));
        expect(dropped).toBe(Math.max(0, sent.length - 200));
      }
    }),
    { numRuns: 50 },
  );
});

test("what was read does not change afterwards", () => {
  const feed = createStatusFeed({ scope: new Scope() });
  feed.publish({ category: "tool", message: "one" });
  const { events } = feed.read("tool");
  feed.publish({ category: "tool", message: "two" });
  expect(events).toHaveLength(1);
});

test("a watcher is told at once, then at most ten times a second, and once after the last event", async () => {
  await using scope = new Scope();
  const feed = createStatusFeed({ scope });
  const told: number[] = [];
  feed.watch("tool", () => told.push(feed.read("tool").events.length));
  feed.publish({ category: "tool", message: "0" });
  expect(told).toEqual([1]);
  const started = performance.now();
  let published = 1;
  while (performance.now() - started < 550) {
    feed.publish({ category: "tool", message: "x" });
    published += 1;
    if (published === 150) break;
    await sleep(3);
  }
  const seconds = (performance.now() - started) / 1_000;
  expect(told.length).toBeLessThanOrEqual(1 + Math.ceil(seconds * 10));
  await expect.poll(() => told.at(-1)).toBe(published);
  const settled = told.length;
  await sleep(250);
  expect(told.length).toBe(settled);
});

test("only watchers of the same category are told, until they stop", async () => {
  await using scope = new Scope();
  const feed = createStatusFeed({ scope });
  const told: string[] = [];
  const first = feed.watch("tool", () => told.push("first"));
  feed.watch("tool", () => told.push("second"));
  feed.watch("error", () => told.push("error"));
  feed.publish({ category: "tool", message: "1" });
  first();
  first();
  await sleep(150);
  feed.publish({ category: "tool", message: "2" });
  expect(told).toEqual(["first", "second", "second"]);
});

test("one function can watch twice", async () => {
  await using scope = new Scope();
  const feed = createStatusFeed({ scope });
  let told = 0;
  const count = (): void => {
    told += 1;
  };
  const stop = feed.watch("plan", count);
  feed.watch("plan", count);
  stop();
  feed.publish({ category: "plan", message: "" });
  expect(told).toBe(1);
});

test("a watcher that throws disturbs nobody", async () => {
  await using scope = new Scope();
  const logged: string[] = [];
  const feed = createStatusFeed({ scope, log: (_, message) => logged.push(message) });
  let told = 0;
  feed.watch("tool", () => {
    throw new Error("broken");
  });
  feed.watch("tool", () => {
    told += 1;
  });
  feed.publish({ category: "tool", message: "" });
  expect(told).toBe(1);
  expect(logged).toEqual(["a status watcher failed: Error: broken"]);
});

test("no timer is left when nobody watches or the scope is closed", async () => {
  const scope = new Scope();
  const feed = createStatusFeed({ scope });
  const before = timers();
  feed.publish({ category: "tool", message: "" });
  const stop = feed.watch("tool", () => {});
  feed.publish({ category: "tool", message: "" });
  expect(timers()).toBe(before);
  stop();
  let told = 0;
  feed.watch("tool", () => {
    told += 1;
  });
  feed.publish({ category: "tool", message: "" });
  feed.publish({ category: "tool", message: "" });
  await scope.close();
  await sleep(150);
  feed.publish({ category: "tool", message: "" });
  expect(told).toBe(1);
});

test("the text of a category is one line an event, with what was dropped", () => {
  const feed = createStatusFeed({ scope: new Scope() });
  expect(renderStatus("index", feed)).toBe("No index events yet.");
  for (let done = 0; done < 201; done += 1) {
    feed.publish({
      category: "progress",
      message: "reading\nlines",
      tool: "a.b",
      call: "c1",
      done,
      total: 300,
    });
  }
  const lines = renderStatus("progress", feed).split("\n");
  expect(lines).toHaveLength(201);
  expect(lines[0]).toBe("200 progress events, 1 older ones dropped");
  expect(lines.at(-1)).toMatch(/^\d\d:\d\d:\d\d\.\d{3}  a\.b  200\/300  reading\\u\{a\}lines  c1$/u);
});

test("a monstrous message is kept short", () => {
  const feed = createStatusFeed({ scope: new Scope() });
  feed.publish({ category: "error", message: "x".repeat(1e6) });
  expect(renderStatus("error", feed).length).toBeLessThan(500);
});
