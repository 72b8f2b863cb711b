import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { BatchSender } from "../../../servers/search/index/batch-sender.ts";
import type { Batch, FileToWrite, Task } from "../../../servers/search/index/messages.ts";
import { WorkerDied, WorkerHandle } from "../../../servers/search/index/worker-handle.ts";
import { indexWorkers } from "../../support/index-workers.ts";
import { temporary } from "../../support/workspace.ts";

/** Fewer than those after which a file is held to be what draws them. */
const KILLS = 6;

test("a file over which somebody ends the worker again and again is parsed when they stop", async () => {
  await using place = await temporary();
  const worker = new WorkerHandle({ folder: join(place.root, "index"), withTable: false });
  const deaths: WorkerDied[] = [];
  let isLong = false;
  const last = new Map<string, boolean>();
  const sender = new BatchSender({
    do: async (task) => {
      const given: Task = task;
      if (given.kind === "write") {
        isLong = given.batch.files.length > 0;
        for (const { path, plain } of given.batch.files) last.set(path, plain);
        for (const { path } of given.batch.skips) last.delete(path);
      }
      try {
        return await worker.do(task);
      } catch (error) {
        if (error instanceof WorkerDied) deaths.push(error);
        throw error;
      } finally {
        isLong = false;
      }
    },
  });
  const text = Array.from({ length: 25_000 }, (_, at) => `const name${at} = other(${at}, "some words");\n`);
  const file: FileToWrite = {
    path: "long.ts",
    text: text.join(""),
    stamp: { size: 1, mtimeNs: "1", hash: "0" },
    role: "code",
    plain: false,
  };
  const batch: Batch = { files: [file], skips: [], gone: [], touched: [], meta: [] };
  try {
    const sent = sender.send(batch);
    for (let kills = 0; kills < KILLS; kills++) {
      const isAtIt = (): boolean => isLong && indexWorkers("living").length > 0;
      await expect.poll(isAtIt, { timeout: 10_000, interval: 20 }).toBe(true);
      // it is begun by then
      await sleep(400);
      for (const pid of indexWorkers("living")) process.kill(pid, "SIGKILL");
      await expect.poll(() => deaths.length, { timeout: 10_000 }).toBe(kills + 1);
    }
    expect(await sent).toEqual([]);
    expect(deaths.filter(({ at, isForeign }) => at === "long.ts" && isForeign).length).toBeGreaterThan(2);
    expect([...last]).toEqual([["long.ts", false]]);
  } finally {
    await worker.close();
  }
});
