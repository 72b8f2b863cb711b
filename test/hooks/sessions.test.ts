import { execFile, spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { serveHttp } from "../../servers/serve.ts";
import { ERAS, type Era } from "../support/connect.ts";
import { fixtureProject, type FixtureProject } from "../support/fixture-project.ts";
import { deciding, hooked, on, printing, teller, type Hooked, type HookFile } from "../support/hooked.ts";

const CONTEXT = printing({
  hookSpecificOutput: { hookEventName: "SessionStart", additionalContext: "the house rules" },
});

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** The answer to a request, as it came. */
  ask(method: string, params?: unknown): Promise<{ readonly text: string }>;
  notify(method: string): void;
  end(): Promise<number>;
}

const run = promisify(execFile);

/** A process is gone two seconds after its client; on a busy machine all that runs takes a moment longer. */
const SOON = 3_000;

/** The person's own hooks. */
async function putHooks({ env }: FixtureProject, hooks: HookFile): Promise<void> {
  const folder = env["PLUMBLINE_CONFIG_DIR"] ?? "";
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "hooks.json"), JSON.stringify({ hooks }));
}

/** The built command on stdio, with hooks of the person's own. */
async function start(project: FixtureProject, hooks: HookFile): Promise<Running> {
  const { root, env } = project;
  await putHooks(project, hooks);
  const child = spawn(process.execPath, ["dist/cli.js", "serve", "filesystem", "--root", root], { env });
  const waiting = new Map<unknown, (text: string) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message: unknown = JSON.parse(line);
    if (typeof message === "object" && message !== null && "id" in message) waiting.get(message.id)?.(line);
  });
  const send = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  let id = 0;
  return {
    child,
    async ask(method, params) {
      id += 1;
      const answered = new Promise<string>((resolve) => waiting.set(id, resolve));
      send({ id, method, ...(params === undefined ? {} : { params }) });
      return { text: await answered };
    },
    notify: (method) => send({ method }),
    async end() {
      const since = performance.now();
      child.stdin.end();
      await once(child, "exit");
      return performance.now() - since;
    },
  };
}

async function shakeHands(running: Running): Promise<void> {
  await running.ask("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "contract", version: "1" },
  });
  running.notify("notifications/initialized");
}

const read = (running: Running) =>
  running.ask("tools/call", { name: "read_file", arguments: { path: "a.txt" } });

const payload = z.record(z.string(), z.unknown());

/** What tellers wrote beside the root, in the order of their ends. */
async function toldBeside(root: string): Promise<Record<string, unknown>[]> {
  const base = dirname(root);
  const names = (await readdir(base)).filter((name) => name.startsWith("told-"));
  const texts = await Promise.all(names.map((name) => readFile(join(base, name), "utf8")));
  return texts.map((text) => payload.parse(JSON.parse(text)));
}

const FILES = { "a.txt": "one\n", "b.txt": "two\n" };

describe("a session over stdio", () => {
  test("begins once with the handshake, tells its context with the first answer only, and ends with stdin", async () => {
    await using project = await fixtureProject(FILES);
    const running = await start(project, {
      SessionStart: [on("startup", teller()), on(undefined, CONTEXT)],
      SessionEnd: [on(undefined, teller())],
      PreToolUse: [on("Read", teller())],
    });
    await shakeHands(running);
    await expect.poll(async () => (await toldBeside(project.root)).length).toBe(1);
    expect((await read(running)).text).toContain("the house rules");
    expect((await read(running)).text).not.toContain("the house rules");
    expect(await running.end()).toBeLessThan(SOON);
    const told = await toldBeside(project.root);
    const byEvent = (event: string) => told.filter(({ hook_event_name }) => hook_event_name === event);
    expect(byEvent("SessionStart")).toEqual([
      expect.objectContaining({ source: "startup", cwd: project.root, session_id: expect.any(String) }),
    ]);
    expect(byEvent("SessionEnd")).toEqual([expect.objectContaining({ reason: "other", cwd: project.root })]);
    expect(byEvent("PreToolUse")).toHaveLength(2);
    expect(new Set(told.map(({ session_id }) => session_id)).size).toBe(1);
  });

  test("has its SessionStart hooks done before the first call, though no other hook has a word in it", async () => {
    await using project = await fixtureProject(FILES);
    const running = await start(project, {
      SessionStart: [on(undefined, `sleep 1; touch ../done; ${CONTEXT}`)],
    });
    await shakeHands(running);
    expect(existsSync(join(project.root, "../done"))).toBe(false);
    expect((await read(running)).text).toContain("the house rules");
    await running.end();
  });

  test("is not held up in its handshake by a hook that hangs, and ends in time all the same", async () => {
    await using project = await fixtureProject(FILES);
    const running = await start(project, {
      SessionStart: [on(undefined, `trap "" TERM; echo $$ > ../pid; sleep 60`)],
    });
    await shakeHands(running);
    expect((await running.ask("tools/list")).text).toContain("read_file");
    await expect.poll(() => existsSync(join(project.root, "../pid"))).toBe(true);
    expect(await running.end()).toBeLessThan(SOON);
    const pid = Number(await readFile(join(project.root, "../pid"), "utf8"));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test.each([
    ["hangs", "sleep 60"],
    ["refuses to be ended", `trap "" TERM; sleep 60 & sleep 60`],
    ["floods", "yes"],
    ["closes its streams and goes on", "exec <&- >&- 2>&-; sleep 60"],
  ])("is gone within two seconds though a SessionEnd hook %s", async (_how, command) => {
    await using project = await fixtureProject(FILES);
    const running = await start(project, {
      SessionEnd: [on(undefined, `echo $$ > ../pid; ${command}`, { timeout: 30 })],
    });
    await shakeHands(running);
    await read(running);
    expect(await running.end()).toBeLessThan(SOON);
    expect(running.child.exitCode).toBe(0);
    const pid = Number(await readFile(join(project.root, "../pid"), "utf8"));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test("that ends while a hook holds up a call leaves neither hook nor server behind", async () => {
    await using project = await fixtureProject(FILES);
    const running = await start(project, {
      PreToolUse: [on("Read", `trap "" TERM; echo $$ > ../pid; sleep 60`)],
      SessionEnd: [on(undefined, teller())],
    });
    await shakeHands(running);
    void read(running);
    await expect.poll(() => existsSync(join(project.root, "../pid"))).toBe(true);
    expect(await running.end()).toBeLessThan(SOON);
    const pid = Number(await readFile(join(project.root, "../pid"), "utf8"));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test("that never shook hands has no end to tell", async () => {
    await using project = await fixtureProject(FILES);
    const running = await start(project, { SessionEnd: [on(undefined, teller())] });
    await sleep(200);
    await running.end();
    expect(await toldBeside(project.root)).toEqual([]);
  });
});

describe("the command line", () => {
  const CALL = ["dist/cli.js", "call", "filesystem", "read_file", '{"path":"a.txt"}', "--root"];

  test("has no sessions, and hooks around its calls", async () => {
    await using project = await fixtureProject(FILES);
    await putHooks(project, {
      SessionStart: [on(undefined, teller())],
      SessionEnd: [on(undefined, teller())],
      PreToolUse: [on("Read", teller())],
    });
    const { stdout } = await run(process.execPath, [...CALL, project.root], { env: project.env });
    expect(stdout).toContain("one");
    const told = await toldBeside(project.root);
    expect(told.map(({ hook_event_name }) => hook_event_name)).toEqual(["PreToolUse"]);
  });

  test("has no hooks around its calls when a hook calls it", async () => {
    await using project = await fixtureProject(FILES);
    const inner = `node "$CLI" ${CALL.slice(1, 4).join(" ")} '{"path":"b.txt"}' --root . > ../inner`;
    const hooks = { PreToolUse: [on("Read", teller(inner))] };
    await putHooks(project, hooks);
    // where a process looks that got none of our own variables
    const config = join(project.env["HOME"] ?? "", ".config/plumbline");
    await mkdir(config, { recursive: true });
    await writeFile(join(config, "hooks.json"), JSON.stringify({ hooks }));
    const own = JSON.stringify({ hooks: { variables: ["CLI"] } });
    await writeFile(join(project.env["PLUMBLINE_CONFIG_DIR"] ?? "", "config.json"), own);
    const cli = join(process.cwd(), "dist/cli.js");
    await run(process.execPath, [...CALL, project.root], { env: { ...project.env, CLI: cli } });
    expect(await readFile(join(project.root, "../inner"), "utf8")).toContain("two");
    expect(await toldBeside(project.root)).toHaveLength(1);
  });
});

/** A client of a suite served over HTTP, by its own fetch. */
async function httpClient(here: Hooked, era: Era): Promise<Connected> {
  const address = await serveHttp(here.suite);
  return clientAt(address, era);
}

interface Connected {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  readonly readText: () => Promise<string>;
}

async function clientAt(
  { url, token }: { readonly url: string; readonly token: string },
  era: Era,
): Promise<Connected> {
  const client = new Client({ name: "test-client", version: "1" }, { versionNegotiation: ERAS[era] });
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  await client.connect(transport);
  return {
    client,
    transport,
    readText: async () =>
      JSON.stringify(await client.callTool({ name: "read_file", arguments: { path: "a.txt" } })),
  };
}

const BOTH_ENDS: HookFile = {
  SessionStart: [on(undefined, teller()), on(undefined, CONTEXT)],
  SessionEnd: [on(undefined, teller())],
};
const LOOPBACK = { "http.port": "0" };

/** The events that hooks were told of, in the order of their ends. */
async function eventsOf(here: Hooked): Promise<string[]> {
  return (await here.told()).map(({ hook_event_name }) => hook_event_name);
}

describe("sessions over HTTP", () => {
  test("each begins with its handshake and ends when it is deleted", async () => {
    await using here = await hooked({ files: FILES, home: BOTH_ENDS, flags: LOOPBACK });
    const address = await serveHttp(here.suite);
    const [one, two] = [await clientAt(address, "legacy"), await clientAt(address, "legacy")];
    await expect.poll(() => eventsOf(here)).toEqual(["SessionStart", "SessionStart"]);
    expect(await one.readText()).toContain("the house rules");
    expect(await one.readText()).not.toContain("the house rules");
    expect(await two.readText()).toContain("the house rules");
    await one.transport.terminateSession();
    await expect.poll(() => eventsOf(here)).toEqual(["SessionStart", "SessionStart", "SessionEnd"]);
    const told = await here.told();
    const ids = told.map((each) => String(each["session_id"]));
    expect(new Set(ids).size).toBe(2);
    expect(ids.join(" ")).not.toContain(address.token);
    await one.client.close();
    await two.client.close();
  });

  test("a caller of the stateless era begins with its first call, and is over after the idle time", async () => {
    await using here = await hooked({
      files: FILES,
      home: BOTH_ENDS,
      flags: LOOPBACK,
    });
    const { settings } = here.suite;
    const impatient = { ...settings, http: { ...settings.http, sessionIdleMinutes: 0.02 } };
    const address = await serveHttp({ ...here.suite, settings: impatient });
    const { client, readText } = await clientAt(address, "modern");
    await client.listTools();
    expect(await eventsOf(here)).toEqual([]);
    expect(await readText()).toContain("the house rules");
    expect(await readText()).not.toContain("the house rules");
    expect(await eventsOf(here)).toEqual(["SessionStart"]);
    await expect.poll(() => eventsOf(here), { timeout: 5_000 }).toEqual(["SessionStart", "SessionEnd"]);
    expect(await readText()).toContain("the house rules");
    await client.close();
  });

  test.each(["legacy", "modern"] as const)("are told to be over when the server stops (%s)", async (era) => {
    await using here = await hooked({
      files: FILES,
      home: { ...BOTH_ENDS, SessionEnd: [on(undefined, `sleep 0.2; ${teller()}`)] },
      flags: LOOPBACK,
    });
    const { readText } = await httpClient(here, era);
    await readText();
    await here.suite.scope.close();
    expect(await eventsOf(here)).toEqual(["SessionStart", "SessionEnd"]);
  });

  test("a SessionStart hook that denies, fails or stops changes nothing but the record", async () => {
    await using here = await hooked({
      files: FILES,
      home: {
        SessionStart: [
          on(undefined, "echo no >&2; exit 2"),
          on(undefined, "exit 1"),
          on(undefined, "sleep 60", { timeout: 0.3 }),
          on(undefined, deciding("deny")),
          on(undefined, printing({ continue: false, stopReason: "stop it" })),
          on(undefined, "echo plain words"),
        ],
      },
      flags: LOOPBACK,
    });
    const { client, readText } = await httpClient(here, "legacy");
    const text = await readText();
    expect(text).toContain("one\\n");
    expect(text).toContain("plain words");
    expect(text).not.toContain("isError");
    await client.close();
  });
});

/** False for one that has ended, though nobody has taken note of it yet. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) [ZX] /u.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}
