import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ToolError } from "../../shared/errors.ts";
import { run } from "../../shared/process/run.ts";
import { runHere } from "../../shared/process/run-here.ts";

const { signal } = new AbortController();
const WHO_STARTED_ME = ["-c", "echo $PPID"];
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "apart-"));
  await untilApart();
});
afterAll(() => rm(dir, { recursive: true }));

/** Who starts programs now; waits until that is not this process. */
async function untilApart(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const { stdout } = await run("sh", WHO_STARTED_ME, { signal });
    const starter = Number(stdout.toString());
    if (starter !== process.pid) return starter;
    await sleep(50);
  }
  throw new Error("no other process starts programs");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/su.test(execFileSync("cat", [`/proc/${pid}/stat`], { encoding: "utf8" }));
  } catch {
    return false;
  }
}

async function untilDead(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(pid); tries++) await sleep(50);
  return !isAlive(pid);
}

async function pidIn(file: string): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text.endsWith("\n")) return Number(text);
    await sleep(25);
  }
  throw new Error(`nothing wrote ${file}`);
}

test.each<[string, string, string[], Parameters<typeof run>[2]]>([
  ["output and exit code", "sh", ["-c", "echo out; echo err >&2; exit 7"], { signal }],
  ["bytes that are no text", "printf", [String.raw`\377\000\001`], { signal }],
  ["what it is told", "cat", [], { signal, stdin: "told" }],
  ["bytes that it is told", "cat", [], { signal, stdin: Buffer.from([0, 255, 10]) }],
  ["a program that a signal ends", "sh", ["-c", "kill -9 $$"], { signal }],
  ["the whole environment", "env", [], { signal, env: { LC_ALL: "C", EXTRA: "x=y\nz" } }],
  ["a folder", "pwd", [], { signal, cwd: "/usr" }],
])("gives the same as a child of this very process: %s", async (_, program, args, options) => {
  const [apart, here] = [await run(program, args, options), await runHere(program, args, options)];
  expect({ ...apart, stdout: [...apart.stdout] }).toEqual({ ...here, stdout: [...here.stdout] });
});

test("stops what prints more than is wanted", async () => {
  const { stdout, cut } = await run("yes", [], { signal, maxBytes: 5_000 });
  expect([stdout.length, cut]).toEqual([5_000, true]);
});

test("fails in the same words", async () => {
  const failed = (error: unknown): unknown =>
    error instanceof ToolError ? [error.code, error.message, error.hint] : error;
  const [apart, here] = await Promise.all(
    [run, runHere].map((each) => each("no-such-program", [], { signal }).catch(failed)),
  );
  expect(apart).toEqual(here);
  const cause = run("no-such-program", [], { signal }).catch((error: unknown) => error);
  expect(await cause).toMatchObject({ cause: { code: "ENOENT" } });
});

test("an abort kills the program and all that it started, and throws its reason", async () => {
  const stop = new AbortController();
  const file = join(dir, "aborted");
  const script = `sleep 60 & echo $! > ${file}; wait`;
  const ran = run("sh", ["-c", script], { signal: stop.signal });
  const pid = await pidIn(file);
  stop.abort(new Error("enough"));
  await expect(ran).rejects.toThrow("enough");
  expect(await untilDead(pid)).toBe(true);
});

test("an abort before it begins starts nothing", async () => {
  const file = join(dir, "never");
  await expect(run("touch", [file], { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
  await sleep(100);
  await expect(readFile(file)).rejects.toThrow("ENOENT");
});

test("forty at once each get their own answer", async () => {
  const all = Array.from({ length: 40 }, async (_, each) => {
    // each of another call: more than ten that wait for one signal look like a leak to Node
    const own = new AbortController();
    const { stdout } = await run("sh", ["-c", `sleep 0.0${each % 7}; echo ${each}`], own);
    return Number(stdout.toString());
  });
  expect(await Promise.all(all)).toEqual(Array.from({ length: 40 }, (_, each) => each));
});

test("one that is killed fails what runs, takes it with it, and the next program runs all the same", async () => {
  const starter = await untilApart();
  const file = join(dir, "orphan");
  const ran = run("sh", ["-c", `echo $$ > ${file}; exec sleep 60`], { signal });
  const failed = ran.catch((error: unknown) => error);
  const pid = await pidIn(file);
  process.kill(starter, "SIGTERM");
  expect(await failed).toMatchObject({ code: "external" });
  expect(await untilDead(pid)).toBe(true);
  const { stdout } = await run("sh", WHO_STARTED_ME, { signal });
  expect(Number(stdout.toString())).toBe(process.pid);
});

test("nothing outlives a server that is killed", async () => {
  const script = join(dir, "server.mjs");
  const file = join(dir, "left");
  const worker = join(process.cwd(), "dist/run-worker.js");
  await writeFile(
    script,
    `import { fork } from "node:child_process";
const starter = fork(${JSON.stringify(worker)}, [], { env: {}, serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] });
starter.once("message", () => starter.send({ id: 1, job: { program: "sh", args: ["-c", "echo $$ > ${file}; exec sleep 60"], env: { PATH: process.env.PATH } } }));`,
  );
  const server = spawn(process.execPath, [script], { stdio: "ignore" });
  const pid = await pidIn(file);
  server.kill("SIGKILL");
  await once(server, "exit");
  expect(await untilDead(pid)).toBe(true);
});
