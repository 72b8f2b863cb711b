import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Scope } from "../../shared/scope.ts";

test("closes the newest first and waits for each", async () => {
  const closed: string[] = [];
  {
    await using scope = new Scope();
    scope.defer(() => closed.push("first"));
    scope.defer(async () => {
      await sleep(5);
      closed.push("second");
    });
  }
  expect(closed).toEqual(["second", "first"]);
});

test("closes the others when one fails, and says which failed", async () => {
  const scope = new Scope();
  const closed: string[] = [];
  scope.defer(() => closed.push("survivor"));
  scope.defer(() => {
    throw new Error("stuck");
  });
  await expect(scope.close()).rejects.toMatchObject({
    errors: [expect.objectContaining({ message: "stuck" })],
  });
  expect(closed).toEqual(["survivor"]);
});

test("closes once, however often it is asked", async () => {
  const scope = new Scope();
  let times = 0;
  scope.defer(() => (times += 1));
  await Promise.all([scope.close(), scope.close()]);
  await scope.close();
  expect(times).toBe(1);
});

test("closes at once what is deferred after the end", async () => {
  const scope = new Scope();
  await scope.close();
  let late = false;
  scope.defer(() => (late = true));
  await sleep(1);
  expect(late).toBe(true);
});
