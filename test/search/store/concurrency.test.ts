import fc from "fast-check";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { packFile } from "../../../servers/search/store/pack-file.ts";
import { tryLease } from "../../../servers/search/store/lease.ts";
import { openReader } from "../../../servers/search/store/open-reader.ts";
import { openWriter } from "../../../servers/search/store/open-writer.ts";
import { temporary } from "../../support/workspace.ts";
import { buildsChildren } from "./child.ts";
import { MAKEUP } from "./makeup.ts";
import { newFile } from "./model.ts";
import { expectedOf, snapshotOf, type Model } from "./snapshot.ts";
import { after, saveSteps, stepsOf } from "./steps.ts";

const start = buildsChildren();

test("a reader sees whole changes of another process and nothing between", { timeout: 120_000 }, async () => {
  await using ground = await temporary();
  let model: Model = new Map();
  const states = [pathsOf(model)];
  const steps = stepsOf(7, 150);
  for (const step of steps) states.push(pathsOf((model = after(model, step))));
  const file = join(ground.outside, "steps");
  saveSteps(file, steps);
  const child = start([ground.root, "steps", file]);
  await child.next();
  const reader = await openReader(ground.root, MAKEUP);
  let last = 0;
  while (child.process.exitCode === null) {
    reader.refresh();
    const found = states.indexOf(
      reader
        .files()
        .map(({ path, hash }) => `${path} ${hash}`)
        .join(),
      last,
    );
    expect(found).toBeGreaterThanOrEqual(last);
    last = found;
    await sleep(1);
  }
  reader.refresh();
  expect(snapshotOf(reader)).toEqual(expectedOf(model));
  reader.close();
});

test("two writers at once change the index one after the other", { timeout: 120_000 }, async () => {
  await using ground = await temporary();
  const writer = await openWriter(ground.root, MAKEUP);
  const steps = stepsOf(3, 60);
  const saved = join(ground.outside, "steps");
  saveSteps(saved, steps);
  const child = start([ground.root, "steps", saved]);
  await child.next();
  let model: Model = new Map();
  for (const [index, file] of fc.sample(newFile, { seed: 5, numRuns: 30 }).entries()) {
    const own = { ...file, path: `own/${index}.ts` };
    writer.put([packFile(own)]);
    model = new Map([...model, [own.path, own]]);
    await sleep(1);
  }
  while ((await child.next()) !== undefined);
  for (const step of steps) model = after(model, step);
  const reader = await openReader(ground.root, MAKEUP);
  expect(snapshotOf(reader)).toEqual(expectedOf(model));
  writer.close();
  reader.close();
});

test("a lease is held by one, and taken over at once when its owner is killed", async () => {
  await using ground = await temporary();
  const child = start([ground.root, "lease"]);
  expect(await child.next()).toBe("had");
  expect(await tryLease(ground.root)).toBeUndefined();
  await child.kill();
  const lease = await tryLease(ground.root);
  expect(lease).toBeDefined();
  expect(await tryLease(ground.root)).toBeUndefined();
  const other = start([ground.root, "lease"]);
  expect(await other.next()).toBe("refused");
  await other.kill();
  lease?.release();
  const again = await tryLease(ground.root);
  expect(again).toBeDefined();
  again?.release();
});

function pathsOf(model: Model): string {
  return [...model.keys()]
    .sort()
    .map((path) => {
      const file = model.get(path);
      return `${path} ${typeof file === "object" ? file.stamp.hash : ""}`;
    })
    .join();
}
