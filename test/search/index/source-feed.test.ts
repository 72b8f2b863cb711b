import { expect, test } from "vitest";
import type { Batch, Task } from "../../../servers/search/index/messages.ts";
import { SourceFeed } from "../../../servers/search/index/source-feed.ts";
import { WorkerDied } from "../../../servers/search/index/worker-handle.ts";
import { temporary } from "../../support/workspace.ts";
import { looking } from "./support.ts";

async function feedOf(
  files: Readonly<Record<string, string>>,
  write: (batch: Batch, careful: boolean) => void | Promise<void>,
): Promise<{ feed: SourceFeed; written: () => Record<string, string> } & AsyncDisposable> {
  const place = await temporary(files);
  const { ground } = await looking(place);
  const done = new Map<string, string>();
  const feed = new SourceFeed({
    ground,
    maxBytes: 1_000_000,
    holds: () => false,
    written: () => {},
    note: () => {},
    worker: {
      do: async (given) => {
        const task: Task = given;
        if (task.kind !== "write") throw new Error("it writes only");
        await write(task.batch, task.careful === true);
        for (const { path, plain } of task.batch.files) done.set(path, plain ? "by lines" : "parsed");
        for (const { path, why } of task.batch.skips) done.set(path, why);
        for (const path of task.batch.gone) done.set(path, "gone");
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it answers one kind of task
        return { notes: [] } as never;
      },
    },
  });
  return {
    feed,
    written: () => Object.fromEntries(done),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

const FILES = { "a.ts": "a", "b.ts": "b", "bad.ts": "bad", "c.ts": "c" };

test("a file that kills the worker is cut by lines, and the others with it are parsed as ever", async () => {
  await using ground = await feedOf(FILES, ({ files }) => {
    if (files.some(({ path, plain }) => path === "bad.ts" && !plain)) throw new WorkerDied("bad.ts");
  });
  ground.feed.add(Object.keys(FILES));
  await ground.feed.drained();
  expect(ground.written()).toEqual({
    "a.ts": "parsed",
    "b.ts": "parsed",
    "bad.ts": "by lines",
    "c.ts": "parsed",
  });
});

test("a worker that does not say what it died over is asked again with care, and only then", async () => {
  const asked: boolean[] = [];
  await using ground = await feedOf(FILES, ({ files }, careful) => {
    asked.push(careful);
    if (files.some(({ path, plain }) => path === "bad.ts" && !plain))
      throw new WorkerDied(careful ? "bad.ts" : undefined);
  });
  ground.feed.add(Object.keys(FILES));
  await ground.feed.drained();
  expect(ground.written()).toMatchObject({ "a.ts": "parsed", "bad.ts": "by lines", "c.ts": "parsed" });
  ground.feed.add(["a.ts"]);
  await ground.feed.drained();
  expect(asked).toEqual([false, true, true, false]);
});

test("batches that wait for one worker when it dies count its death once", async () => {
  const many = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`f${index}.ts`, "x"]));
  const waiting: ((died: WorkerDied) => void)[] = [];
  let most = 0;
  await using ground = await feedOf({ ...many, "bad.ts": "x" }, async ({ files }, careful) => {
    const isBad = (file: { path: string; plain: boolean }): boolean => file.path === "bad.ts" && !file.plain;
    if (careful || waiting.length > 2) {
      if (files.some(isBad)) throw new WorkerDied("bad.ts");
      return;
    }
    await new Promise<void>((_, reject) => {
      waiting.push(reject);
      most = Math.max(most, waiting.length);
      if (waiting.length < 3) return;
      const died = new WorkerDied("bad.ts");
      for (const each of waiting) each(died);
    });
  });
  ground.feed.add(["bad.ts", ...Object.keys(many)]);
  await ground.feed.drained();
  expect(most).toBe(3);
  expect(ground.written()).toMatchObject({ "bad.ts": "by lines", "f0.ts": "parsed", "f89.ts": "parsed" });
});

test("one that kills it even so is left out", async () => {
  await using ground = await feedOf(FILES, ({ files }) => {
    if (files.some(({ path }) => path === "bad.ts")) throw new WorkerDied("bad.ts");
  });
  ground.feed.add(Object.keys(FILES));
  await ground.feed.drained();
  expect(ground.written()).toMatchObject({ "a.ts": "parsed", "bad.ts": "unreadable" });
});

test("a worker that dies of itself again and again fails whoever waits", async () => {
  await using ground = await feedOf(FILES, () => {
    throw new WorkerDied(undefined);
  });
  ground.feed.add(["a.ts"]);
  await expect(ground.feed.drained()).rejects.toThrow("worker ended");
  await expect(ground.feed.first(["b.ts"])).rejects.toThrow("worker ended");
  expect(ground.feed.pending.size).toBe(0);
});

test("what is urgent is written before what waits", async () => {
  const order: string[] = [];
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${index}.ts`, "x"]));
  await using ground = await feedOf({ ...many, "urgent.ts": "x" }, ({ files }) => {
    order.push(...files.map(({ path }) => path));
  });
  ground.feed.add(Object.keys(many));
  expect(await ground.feed.first(["urgent.ts", "missing.ts"])).toBe(true);
  await ground.feed.drained();
  expect(order.indexOf("urgent.ts")).toBeLessThan(60);
  expect(order.length).toBe(201);
  expect(ground.written()["missing.ts"]).toBe("gone");
});
