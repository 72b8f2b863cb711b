import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Alarms } from "../../shared/alarms.ts";

test("each action runs once, in the order of their times, however they were set", async () => {
  const alarms = new Alarms();
  const rung: number[] = [];
  for (const ms of [60, 20, 40, 20, 0]) alarms.set(ms, () => rung.push(ms));
  await expect.poll(() => rung).toEqual([0, 20, 20, 40, 60]);
  await sleep(80);
  expect(rung).toHaveLength(5);
});

test("what was taken back does not run, and what is set later still does", async () => {
  const alarms = new Alarms();
  const rung: string[] = [];
  const quiet = alarms.set(20, () => rung.push("taken back"));
  quiet();
  quiet();
  await sleep(10);
  alarms.set(30, () => rung.push("later"));
  await expect.poll(() => rung).toEqual(["later"]);
});

test("an action may set another one, and take back what is due together with it", async () => {
  const alarms = new Alarms();
  const rung: string[] = [];
  let quiet = (): void => {};
  alarms.set(10, () => {
    rung.push("first");
    quiet();
    alarms.set(0, () => rung.push("from within"));
  });
  quiet = alarms.set(10, () => rung.push("taken back"));
  await expect.poll(() => rung).toEqual(["first", "from within"]);
});

test("a time that is longer than a timer can be does not come at once", async () => {
  const alarms = new Alarms();
  const rung: string[] = [];
  const quiet = alarms.set(1e12, () => rung.push("never"));
  await sleep(30);
  quiet();
  expect(rung).toEqual([]);
});
