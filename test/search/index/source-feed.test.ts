import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Batch, Task } from "../../../servers/search/index/messages.ts";
import { SourceFeed } from "../../../servers/search/index/source-feed.ts";
import { WorkerDied } from "../../../servers/search/index/worker-handle.ts";
import { temporary } from "../../support/workspace.ts";
import { looking } from "./support.ts";

async function feedOf(
  files: Readonly<Record<string, string>>,
  write: (batch: Batch, careful: boolean) => void | Promise<void>,
): Promise<{ root: string; feed: SourceFeed; written: () => Record<string, string> } & AsyncDisposable> {
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
    root: place.root,
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

test("after a death each file is written alone, and others wait so long", async () => {
  const asked: string[] = [];
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f${index}.ts`, "x"]));
  await using ground = await feedOf({ ...FILES, ...many }, async ({ files }, careful) => {
    asked.push(careful ? files.map(({ path }) => path).join() : String(files.length));
    await setImmediate();
    if (files.some(({ path, plain }) => path === "bad.ts" && !plain))
      throw new WorkerDied(careful ? "bad.ts" : undefined);
  });
  ground.feed.add([...Object.keys(FILES), ...Object.keys(many)]);
  await ground.feed.drained();
  expect(ground.written()).toMatchObject({ "a.ts": "parsed", "bad.ts": "by lines", "c.ts": "parsed" });
  const alone = asked.filter((each) => each.endsWith(".ts"));
  expect(alone).toHaveLength(25);
  expect(alone.filter((each) => each === "bad.ts")).toHaveLength(2);
  const last = asked.findLastIndex((each) => each.endsWith(".ts"));
  expect(asked.slice(asked.indexOf("a.ts"), last).every((each) => each === "" || each.endsWith(".ts"))).toBe(
    true,
  );
});

test("a death among several files is none of theirs, whatever it is said to be over", async () => {
  let deaths = 0;
  await using ground = await feedOf(FILES, ({ files }) => {
    if (files.length > 1 && (deaths += 1) > 0) throw new WorkerDied("a.ts");
  });
  for (let turn = 0; turn < 5; turn++) {
    ground.feed.add(Object.keys(FILES));
    await ground.feed.drained();
  }
  expect(deaths).toBe(5);
  expect(Object.values(ground.written())).toEqual(["parsed", "parsed", "parsed", "parsed"]);
});

test("batches that wait for one worker when it dies are written one after the other, each file once", async () => {
  const many = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`f${index}.ts`, "x"]));
  const waiting: ((died: WorkerDied) => void)[] = [];
  const alone: string[] = [];
  let most = 0;
  let atOnce = 0;
  await using ground = await feedOf(many, async ({ files }, careful) => {
    atOnce += 1;
    if (careful) {
      expect(atOnce).toBe(1);
      await setImmediate();
      alone.push(...files.map(({ path }) => path));
    } else if (waiting.length < 3)
      await new Promise<void>((_, reject) => {
        waiting.push((died) => {
          atOnce -= 1;
          reject(died);
        });
        most = Math.max(most, waiting.length);
        if (waiting.length < 3) return;
        const died = new WorkerDied();
        for (const each of waiting) each(died);
      });
    atOnce -= 1;
  });
  ground.feed.add(Object.keys(many));
  await ground.feed.drained();
  expect(most).toBe(3);
  expect(alone).toEqual(Object.keys(many).slice(0, 72));
  expect(ground.written()).toMatchObject({ "f0.ts": "parsed", "f89.ts": "parsed" });
});

test.each([
  ["of its own", 2, false],
  ["from outside", 20, true],
])("a file is left out after deaths %s: %i, of its text", async (_, most, isForeign) => {
  let deaths = 0;
  await using ground = await feedOf(FILES, ({ files }) => {
    if (!files.some(({ path }) => path === "bad.ts")) return;
    if (files.length === 1) deaths += 1;
    throw new WorkerDied(files.length === 1 ? "bad.ts" : undefined, { isForeign });
  });
  ground.feed.add(Object.keys(FILES));
  await ground.feed.drained();
  expect(deaths).toBe(most);
  expect(ground.written()).toMatchObject({ "a.ts": "parsed", "bad.ts": "unreadable", "c.ts": "parsed" });
  ground.feed.add(["bad.ts"]);
  await ground.feed.drained();
  expect(deaths).toBe(most);
});

test("what a file's text did is forgotten when it has another one", async () => {
  await using ground = await feedOf(FILES, ({ files }) => {
    const bad = files.find(({ path }) => path === "bad.ts");
    if (bad?.text === "bad") throw new WorkerDied(files.length === 1 ? "bad.ts" : undefined);
  });
  ground.feed.add(Object.keys(FILES));
  await ground.feed.drained();
  expect(ground.written()["bad.ts"]).toBe("unreadable");
  await writeFile(join(ground.root, "bad.ts"), "good");
  ground.feed.add(["bad.ts"]);
  await ground.feed.drained();
  expect(ground.written()["bad.ts"]).toBe("parsed");
});

test("a worker that dies of itself again and again fails whoever waits", async () => {
  await using ground = await feedOf(FILES, () => {
    throw new WorkerDied();
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
