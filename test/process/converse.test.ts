import { expect, test } from "vitest";
import { converse } from "../../shared/process/converse.ts";

const node = process.execPath;

test("speaks line by line, and the end of its input ends the program", async () => {
  const signal = AbortSignal.timeout(20_000);
  await using echo = await converse(node, ["-e", "process.stdin.pipe(process.stdout)"], {
    signal,
    cwd: "/",
    env: { PATH: "" },
  });
  echo.say("one");
  expect(await echo.hear()).toBe("one");
  echo.say("two");
  expect(await echo.hear()).toBe("two");
});

test("a program that ends instead of answering gives what it wrote to stderr", async () => {
  const signal = AbortSignal.timeout(20_000);
  await using broken = await converse(node, ["-e", "console.error('why'); process.exit(3)"], {
    signal,
    cwd: "/",
  });
  broken.say("hello");
  await expect(broken.hear()).rejects.toMatchObject({ code: "external", details: "why\n" });
});

test("a program that never answers is killed at the deadline", async () => {
  const signal = AbortSignal.timeout(500);
  await using silent = await converse(node, ["-e", "setInterval(() => {}, 1000)"], { signal, cwd: "/" });
  await expect(silent.hear()).rejects.toMatchObject({ name: "TimeoutError" });
});

test("a program that is not there fails at once", async () => {
  await expect(
    converse("/no/such/program", [], { signal: AbortSignal.timeout(20_000), cwd: "/" }),
  ).rejects.toThrow("ENOENT");
});
