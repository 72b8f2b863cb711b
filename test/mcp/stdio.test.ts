import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, type Era } from "../support/connect.ts";
import { INITIALIZE, rpc } from "./host.ts";

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plumbline-stdio-"));
  file = join(folder, "server.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("stdio-process.ts", import.meta.url))],
    outfile: file,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Running extends AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: string[];
  readonly stderr: () => string;
  /** How long it lived on after now, in ms, and its exit code. */
  exit(): Promise<{ readonly code: number | null; readonly ms: number }>;
}

function run(env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...env } });
  const lines: string[] = [];
  let rest = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    const parts = (rest + String(chunk)).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  child.stderr.on("data", (chunk) => (stderr += String(chunk)));
  child.stdin.on("error", () => {});
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return {
    child,
    lines,
    stderr: () => stderr,
    async exit() {
      const from = performance.now();
      return { code: await ended, ms: performance.now() - from };
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function open(running: Running): Promise<void> {
  running.child.stdin.write(`${INITIALIZE}\n`);
  await expect.poll(() => running.lines.length, { timeout: 10_000 }).toBe(1);
}

describe.each<Era>(["legacy", "auto", "modern"])("a v2 client of the %s era over stdio", (era) => {
  test("lists, calls, is asked, and ends the process by leaving", async () => {
    const transport = new StdioClientTransport({ command: process.execPath, args: [file], stderr: "pipe" });
    const client = createClient({ era, elicit: () => "allow once" });
    await client.connect(transport);
    const { pid } = transport;
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("echo");
    const answer = await client.callTool({ name: "asks", arguments: { say: "rm" } });
    expect(answer.content).toMatchObject([{ text: expect.stringContaining('"lifetime":"once"') }]);
    await client.close();
    await expect.poll(() => isAlive(pid ?? 0), { timeout: 5_000 }).toBe(false);
  });
});

test("a v1 client lists, calls and is asked", async () => {
  const client = new ClientV1({ name: "v1", version: "1" }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => ({
    action: "accept",
    content: { decision: "allow once" },
  }));
  await client.connect(new TransportV1({ command: process.execPath, args: [file], stderr: "pipe" }));
  expect((await client.listTools()).tools).not.toEqual([]);
  const answer = await client.callTool({ name: "asks", arguments: { say: "rm" } });
  expect(answer.content).toMatchObject([{ text: expect.stringContaining('"lifetime":"once"') }]);
  await client.close();
});

test("a stateless client listens to a resource until it says stop", async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [file],
    env: { TICK: "1", PATH: process.env["PATH"] ?? "" },
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr?.on("data", (chunk) => (stderr += String(chunk)));
  const client = createClient({ era: "modern" });
  await client.connect(transport);
  const updated = new Set<string>();
  client.setNotificationHandler(
    "notifications/resources/updated",
    ({ params }) => void updated.add(params.uri),
  );
  const subscription = await client.listen({ resourceSubscriptions: ["fix://a", "fix://unwatchable"] });
  await expect.poll(() => [...updated]).toEqual(["fix://a"]);
  expect(stderr).toContain("watched 1");
  await subscription.close();
  await expect.poll(() => stderr.trimEnd().split("\n").at(-1)).toBe("watched 0");
  await client.close();
});

test("stdout carries JSON-RPC only, whatever a handler prints", async () => {
  await using running = run();
  await open(running);
  running.child.stdin.write(`not json\n${rpc("tools/call", { name: "prints" }, 2)}\n{"half":\n`);
  running.child.stdin.write(`${rpc("tools/call", { name: "nothing" }, 3)}\n`);
  await expect.poll(() => running.lines.length).toBe(3);
  for (const line of running.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
  expect(running.stderr()).toContain("stray line from console.log\nstray line from write\n");
});

describe("the process ends within two seconds", () => {
  test.each([
    ["before anything was said", {}, []],
    ["after a handshake", {}, [INITIALIZE]],
    ["in the middle of a call", {}, [INITIALIZE, rpc("tools/call", { name: "waits" }, 2)]],
    ["although something does not close", { HANG: "1" }, [INITIALIZE]],
  ])("of stdin's end, %s", async (_, env, said) => {
    await using running = run(env);
    for (const line of said) running.child.stdin.write(`${line}\n`);
    if (said.length > 0) await expect.poll(() => running.lines.length, { timeout: 10_000 }).toBe(1);
    running.child.stdin.end();
    const { code, ms } = await running.exit();
    expect(code).toBe(0);
    // Node's own start is in there when nothing was said before.
    expect(ms).toBeLessThan(said.length > 0 ? 2_000 : 5_000);
    if (!("HANG" in env)) expect(running.stderr()).toContain("scope closed");
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("of %s", async (signal) => {
    await using running = run();
    await open(running);
    running.child.kill(signal);
    expect(await running.exit()).toMatchObject({ code: 0 });
    expect(running.stderr()).toContain("scope closed");
  });

  test("of a client that closed stdout and still holds stdin", async () => {
    await using running = run();
    await open(running);
    running.child.stdout.destroy();
    running.child.stdin.write(`${rpc("tools/call", { name: "large", arguments: { size: 1_000_000 } }, 2)}\n`);
    expect(await running.exit()).toMatchObject({ code: 0 });
  });
});

test("a client that reads late gets everything, and others' work goes on meanwhile", async () => {
  await using running = run();
  await open(running);
  running.child.stdout.pause();
  for (let id = 2; id < 12; id += 1) {
    running.child.stdin.write(
      `${rpc("tools/call", { name: "large", arguments: { size: 2_000_000 } }, id)}\n`,
    );
  }
  running.child.stdin.write(`${rpc("tools/call", { name: "prints" }, 12)}\n`);
  await expect.poll(() => running.stderr(), { timeout: 10_000 }).toContain("stray line");
  running.child.stdout.resume();
  await expect.poll(() => running.lines.length, { timeout: 10_000 }).toBe(12);
  expect(running.stderr()).not.toContain("Warning");
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
