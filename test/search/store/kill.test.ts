import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { openReader } from "../../../servers/search/store/open-reader.ts";
import { temporary } from "../../support/workspace.ts";
import { buildsChildren } from "./child.ts";
import { MAKEUP } from "./makeup.ts";
import { expectedOf, snapshotOf, type Model } from "./snapshot.ts";
import { after, saveSteps, stepsOf } from "./steps.ts";

const start = buildsChildren();
const KILLS = 32;
const STEPS = 600;

test("a writer that is killed at any moment leaves all that it had finished, and nothing by half", async () => {
  await using ground = await temporary();
  const seed = Math.floor(Math.random() * 1_000_000);
  const steps = stepsOf(seed, STEPS);
  const file = join(ground.outside, "steps");
  saveSteps(file, steps);
  const reader = await openReader(ground.root, MAKEUP);
  let done = 0;
  let model: Model = new Map();
  for (let kill = 0; kill < KILLS; kill++) {
    const child = start([ground.root, "steps", file, String(done)]);
    // the first ones die while they open the database, or make it
    for (let lines = kill < 4 ? 0 : 2 + Math.random() * 8; lines > 0; lines--) await child.next();
    await sleep(kill < 4 ? 300 + Math.random() * 300 : Math.random() * 20);
    await child.kill();
    const told = Math.max(done, ...child.said.filter((line) => line !== "open").map(Number));
    for (; done < told; done++) model = after(model, steps[done] ?? { kind: "remove", paths: [] });
    reader.refresh();
    const found = snapshotOf(reader);
    const next = after(model, steps[done] ?? { kind: "remove", paths: [] });
    // what was finished may not have been told yet
    if (isDeepStrictEqual(plain(found), plain(expectedOf(next)))) {
      model = next;
      done += 1;
    }
    expect(plain(found), `seed ${seed}, step ${done}`).toEqual(plain(expectedOf(model)));
    expect(reader.isDamaged).toBe(false);
  }
  expect(done).toBeGreaterThan(KILLS);
  reader.close();
}, 180_000);

/** Without what is undefined. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
