import { setTimeout as sleep } from "node:timers/promises";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "../../shared/process/run.ts";
import { start } from "../../shared/process/start.ts";

const { signal } = new AbortController();
const node = process.execPath;

test("passes arguments as they are, with no shell in between", async () => {
  const args = ["-e", "console.log(JSON.stringify(process.argv.slice(1)))", "--", "$(id)", "a b", "*", "`x`"];
  const { stdout, exitCode } = await run(node, args, { signal });
  expect(JSON.parse(stdout.toString())).toEqual(["$(id)", "a b", "*", "`x`"]);
  expect(exitCode).toBe(0);
});

test("gives a failing exit code and the start of stderr as a result", async () => {
  const script = "process.stderr.write('x'.repeat(200000), () => process.exit(3))";
  const { exitCode, stderr } = await run(node, ["-e", script], { signal });
  expect(exitCode).toBe(3);
  expect(stderr).toBe("x".repeat(65_536));
});

test("stops a program that prints more than is wanted", async () => {
  const { stdout, cut } = await run("yes", [], { signal, maxBytes: 100_000 });
  expect(cut).toBe(true);
  expect(stdout.length).toBe(100_000);
});

test("refuses a program that is not there, in our own words", async () => {
  const refused = run("no-such-program-here", [], { signal });
  await expect(refused).rejects.toMatchObject({ name: "ToolError", code: "unavailable" });
  const tooLong = run("true", ["x".repeat(3_000_000)], { signal });
  await expect(tooLong).rejects.toMatchObject({ name: "ToolError", cause: { code: "E2BIG" } });
});

test("gives bytes or an open file to standard input", async () => {
  const dir = await mkdtemp(join(tmpdir(), "run-"));
  await writeFile(join(dir, "in.txt"), "from a file");
  await using file = await open(join(dir, "in.txt"));
  expect((await run("cat", [], { signal, stdin: file.fd })).stdout.toString()).toBe("from a file");
  expect((await run("cat", [], { signal, stdin: "from bytes" })).stdout.toString()).toBe("from bytes");
  expect((await run("true", [], { signal, stdin: "x".repeat(1_000_000) })).exitCode).toBe(0);
  await rm(dir, { recursive: true });
});

test("hands on a short list of variables and what was asked for, nothing else", async () => {
  process.env["SECRET_TOKEN"] = "hunter2";
  process.env["LC_TEST"] = "C";
  const { stdout } = await run("env", [], { signal, env: { EXTRA: "1" } });
  delete process.env["SECRET_TOKEN"];
  delete process.env["LC_TEST"];
  const names = stdout
    .toString()
    .split("\n")
    .map((line) => line.split("=")[0]);
  expect(names).toContain("EXTRA");
  expect(names).toContain("LC_TEST");
  expect(names).not.toContain("SECRET_TOKEN");
});

test("does not make bash run the person's own start file", async () => {
  const dir = await mkdtemp(join(tmpdir(), "run-"));
  await writeFile(join(dir, ".bashrc"), "echo noise\n");
  const bash = run("bash", ["-c", "echo clean"], { signal, stdin: "x", env: { HOME: dir } });
  expect((await bash).stdout.toString()).toBe("clean\n");
  await rm(dir, { recursive: true });
});

test("tells a program that was stopped from one that ended by itself", async () => {
  await using slow = await start("sh", ["-c", "trap 'exit 0' TERM; echo; sleep 60 & wait"], {
    signal,
    graceMs: 20_000,
  });
  for await (const chunk of slow.stdout) if (chunk.length > 0) break;
  await slow.stop();
  expect(await slow.ended).toMatchObject({ exitCode: 0, stopped: true });
  await using quick = await start("sh", ["-c", "exit 4"], { signal });
  expect(await quick.ended).toMatchObject({ exitCode: 4, stopped: false });
});

test("drops relative entries of PATH, which a repository could fill", async () => {
  const before = process.env["PATH"];
  process.env["PATH"] = `.:./node_modules/.bin::${before}`;
  const { stdout } = await run("env", [], { signal });
  process.env["PATH"] = before;
  expect(stdout.toString()).toMatch(new RegExp(`^PATH=/[^\n]*$`, "m"));
  expect(stdout.toString()).not.toMatch(/^PATH=.*(^|:)(\.|:)/m);
});

describe("a process group", () => {
  const deaf = "trap '' TERM; sh -c 'trap \"\" TERM; echo $$; sleep 60' & echo $$; wait; sleep 60";

  test("dies whole on abort, even when it ignores the polite signal", async () => {
    const controller = new AbortController();
    await using running = await start("sh", ["-c", deaf], { signal: controller.signal });
    const pids: number[] = [];
    const reading = (async () => {
      for await (const chunk of running.stdout) {
        pids.push(...chunk.toString().trim().split("\n").map(Number));
        if (pids.length === 2) controller.abort(new Error("enough"));
      }
    })();
    await expect(reading).rejects.toThrow("enough");
    await running.ended;
    expect(await dead(pids)).toBe(true);
  });

  test("leaves nothing behind when its leader ends", async () => {
    const { stdout, exitCode } = await run("sh", ["-c", "sleep 60 & echo $!"], { signal });
    expect(exitCode).toBe(0);
    expect(await dead([Number(stdout.toString())])).toBe(true);
  });

  test("is stopped when disposed, and a process that left the group does not hold the answer", async () => {
    const before = Date.now();
    const { stdout } = await run("sh", ["-c", "setsid sleep 6 & echo started"], { signal });
    expect(stdout.toString()).toBe("started\n");
    expect(Date.now() - before).toBeLessThan(5_000);
  });

  test("is not started at all for a signal that has fired", async () => {
    await expect(run("true", [], { signal: AbortSignal.abort(new Error("late")) })).rejects.toThrow("late");
  });
});

/** True as soon as every process is gone or waits only to be reaped. */
async function dead(pids: readonly number[]): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    const states = await Promise.all(pids.map(stateOf));
    if (states.every((state) => state === "gone" || state === "Z")) return true;
    await sleep(50);
  }
  return false;
}

async function stateOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") gone");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[0] ?? "gone";
}
