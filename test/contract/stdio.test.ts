import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { catalog, groups } from "../../servers/catalog.ts";
import { fixtureProject } from "../support/fixture-project.ts";

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "contract", version: "1" } },
};
const INITIALIZED = { jsonrpc: "2.0", method: "notifications/initialized" };

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: string[];
  send(message: object): void;
  answer(id: number): Promise<unknown>;
}

function start(root: string, env: Readonly<Record<string, string>>, names: readonly string[]): Running {
  const child = spawn(process.execPath, ["dist/cli.js", "serve", ...names, "--root", root], { env });
  const lines: string[] = [];
  const waiting = new Map<unknown, (message: unknown) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    const message: unknown = JSON.parse(line);
    if (typeof message === "object" && message !== null && "id" in message)
      waiting.get(message.id)?.(message);
  });
  return {
    child,
    lines,
    send: (message) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    answer: (id) => new Promise((resolve) => waiting.set(id, resolve)),
  };
}

async function open(running: Running): Promise<void> {
  const first = running.answer(1);
  running.send(INITIALIZE);
  await first;
  running.send(INITIALIZED);
}

const everyWay = [...Object.keys(catalog), ...Object.keys(groups)];

describe.each(everyWay)("serve %s", (name) => {
  test("writes nothing but JSON-RPC on stdout, whatever it is sent", async () => {
    await using project = await fixtureProject({ "a.txt": "one\n", "src/b.ts": "export {};\n" });
    const running = start(project.root, project.env, [name]);
    await open(running);
    const done = running.answer(5);
    running.child.stdin.write("this is no JSON\n{\n\n");
    running.send({ jsonrpc: "2.0", id: 2, method: "tools/list" });
    running.send({
      jsonrpc: "2.0",
      id: 3,
      method: "tools/call",
      params: { name: "no_such_tool", arguments: {} },
    });
    running.send({ jsonrpc: "2.0", id: 4, method: "no/such/method" });
    running.send({ jsonrpc: "2.0", id: 5, method: "tools/list" });
    await done;
    running.child.stdin.end();
    await once(running.child, "exit");
    expect(running.lines.length).toBeGreaterThanOrEqual(5);
    for (const line of running.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
  });

  test("ends by itself within two seconds of the end of stdin, with exit code 0", async () => {
    await using project = await fixtureProject({ "a.txt": "one\n" });
    const running = start(project.root, project.env, [name]);
    await open(running);
    const since = Date.now();
    running.child.stdin.end();
    await once(running.child, "exit");
    expect(running.child.exitCode).toBe(0);
    expect(Date.now() - since).toBeLessThan(2_000);
  });
});

test("stdin that ends in the middle of a call leaves no child process behind", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, index) => [`d${index % 40}/f${index}.txt`, "x".repeat(200)]),
  );
  await using project = await fixtureProject(files);
  const running = start(project.root, project.env, ["filesystem"]);
  await open(running);
  running.send({
    jsonrpc: "2.0",
    id: 2,
    method: "tools/call",
    params: { name: "search_text", arguments: { pattern: "(x+x+)+y" } },
  });
  running.child.stdin.end();
  await once(running.child, "exit");
  const { execFileSync } = await import("node:child_process");
  const processes = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
  expect(processes.split("\n").filter((line) => line.includes(project.root))).toEqual([]);
});
