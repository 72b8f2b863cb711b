import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { cp, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spawn } from "node:child_process";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as OldStdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as OldHttp } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { fixtureProject, type FixtureProject } from "../support/fixture-project.ts";
import { serveHttp } from "../support/serve-http.ts";

type Era = "v1" | "legacy" | "auto";

interface ConnectOptions {
  readonly era?: Era;
  readonly over?: "stdio" | "http";
  /** What is served, and its flags. */
  readonly args?: readonly string[];
  /** The folder of the built command. */
  readonly dist?: string;
}

interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
}

interface CallOptions {
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: Progress) => void;
}

interface Connected extends AsyncDisposable {
  tools(): Promise<string[]>;
  call(
    name: string,
    input?: Record<string, unknown>,
    options?: CallOptions,
  ): Promise<{ isError: boolean; text: string }>;
  /** The text of a call that does what it should. */
  does(name: string, input?: Record<string, unknown>, options?: CallOptions): Promise<string>;
  /** The text of a call that is refused. */
  refused(name: string, input: Record<string, unknown>): Promise<string>;
}

const DIST = join(process.cwd(), "dist");
const TOOLS = [
  "explore",
  "find_references",
  "find_symbol",
  "impact",
  "index_status",
  "list_dependencies",
  "list_todos",
  "map_repository",
  "outline",
  "search_code",
];
const SECRET = "hunter2-of-the-env-file";
const OUTSIDE = "textBeyondTheRoot";
const answerSchema = z.looseObject({
  isError: z.boolean().default(false),
  content: z.array(z.looseObject({ text: z.string().default("") })),
});

async function connect(project: FixtureProject, options: ConnectOptions = {}): Promise<Connected> {
  const { era = "auto", over = "stdio", args = ["search"], dist = DIST } = options;
  const served = ["serve", ...args, "--root", project.root];
  const stdio = {
    command: process.execPath,
    args: [join(dist, "cli.js"), ...served],
    env: { ...project.env },
    stderr: "ignore" as const,
  };
  const http = over === "http" ? await serveHttp(project, served) : undefined;
  const opened = await (era === "v1" ? openOld() : openNew(era));
  const call: Connected["call"] = async (name, input = {}, asked = {}) => {
    const result = answerSchema.parse(await opened.ask(name, input, { timeout: 90_000, ...asked }));
    return { isError: result.isError, text: result.content.map((part) => part.text).join("\n") };
  };
  return {
    call,
    tools: async () => (await opened.client.listTools()).tools.map(({ name }) => name).toSorted(),
    async does(name, input, asked) {
      const answer = await call(name, input, asked);
      if (answer.isError) throw new Error(`${name}: ${answer.text}`);
      return answer.text;
    },
    async refused(name, input) {
      const answer = await call(name, input);
      if (!answer.isError) throw new Error(`${name} was not refused: ${answer.text}`);
      return answer.text;
    },
    async [Symbol.asyncDispose]() {
      await opened.client.close();
      await http?.[Symbol.asyncDispose]();
    },
  };

  async function openOld() {
    const client = new OldClient({ name: "e2e", version: "1.0.0" });
    await client.connect(
      http === undefined
        ? new OldStdio(stdio)
        : new OldHttp(http.url, { requestInit: { headers: http.headers } }),
    );
    const ask = async (name: string, input: Record<string, unknown>, asked: CallOptions) =>
      await client.callTool({ name, arguments: input }, undefined, asked);
    return { client, ask };
  }

  async function openNew(mode: "legacy" | "auto") {
    const client = new Client({ name: "e2e", version: "1.0.0" }, { versionNegotiation: { mode } });
    await client.connect(
      http === undefined
        ? new StdioClientTransport(stdio)
        : new StreamableHTTPClientTransport(http.url, { requestInit: { headers: http.headers } }),
    );
    const ask = async (name: string, input: Record<string, unknown>, asked: CallOptions) =>
      await client.callTool({ name, arguments: input }, asked);
    return { client, ask };
  }
}

const FILES = {
  ".gitignore": "build/\n",
  ".env": `PASSWORD=${SECRET}\n`,
  "build/made.ts": "export function ignoredByGit(): void {}\n",
  "package.json": '{ "name": "shop", "dependencies": { "left-pad": "^1.3.0" } }\n',
  "src/session.ts":
    'import pad from "left-pad";\n\n/** Removes sessions whose time is over. */\nexport function sweepExpired(now: number): number {\n  // TODO: tell the owner\n  return pad(String(now), 3).length;\n}\n',
  "src/server.ts":
    'import { sweepExpired } from "./session.ts";\n\nexport class Server {\n  tick(): number {\n    return sweepExpired(Date.now());\n  }\n}\n',
  "test/session.test.ts":
    'import { sweepExpired } from "../src/session.ts";\n\ntest("sweeps", () => {\n  sweepExpired(1);\n});\n',
  "tools/price.py": 'def total_price(items):\n    """Sums what a basket costs."""\n    return sum(items)\n',
  "store/store.go":
    "package store\n\n// Open reads the ledger from the disk.\nfunc Open(path string) error {\n\treturn check(path)\n}\n\nfunc check(path string) error { return nil }\n",
  "readme.md": "# Shop\n\n## Payments\n\nCards are charged at night.\n",
};

interface Shop extends FixtureProject {
  git(...args: string[]): void;
  write(path: string, content: string): Promise<void>;
}

async function shop(): Promise<Shop> {
  const project = await fixtureProject(FILES);
  const { root, env } = project;
  const outside = join(dirname(root), "outside");
  await mkdir(outside);
  await writeFile(join(outside, "beyond.ts"), `export function ${OUTSIDE}(): void {}\n`);
  await symlink(outside, join(root, "linked"));
  const git = (...args: string[]): void => {
    const own = ["-c", "user.name=Ada Lovelace", "-c", "user.email=ada@example.com"];
    execFileSync("git", [...own, ...args], { cwd: root, env: { ...env, GIT_CONFIG_NOSYSTEM: "1" } });
  };
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "-m", "first");
  return {
    ...project,
    git,
    async write(path, content) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    },
  };
}

const CLIENTS = (["v1", "legacy", "auto"] as const).flatMap((era) =>
  (["stdio", "http"] as const).map((over) => ({ era, over })),
);

describe.each(CLIENTS)("a client ($era) over $over", (how) => {
  test("asks every tool, and secrets, ignored files and what lies outside stay out of all answers", async () => {
    await using project = await shop();
    await using here = await connect(project, how);
    expect(await here.tools()).toEqual(TOOLS);
    const answers: string[] = [];
    const ask = async (name: string, input: Record<string, unknown> = {}): Promise<string> => {
      const answer = await here.does(name, input);
      expect(answer).toMatch(/^\[[^\n]+\](?:\n|$)/u);
      answers.push(answer);
      return answer;
    };
    expect(await ask("index_status", { wait: true })).toMatch(
      /^\[.*: complete; 8 files indexed; left out: 1 secret\]\nlanguages: .*typescript 3/u,
    );
    expect(await ask("search_code", { query: "where are old sessions removed" })).toMatch(
      /^\[\d+ results?, best first; .*\]\n\nsrc\/session\.ts:\d+-\d+ sweepExpired\n/u,
    );
    expect(await ask("search_code", { query: "sum of a basket", languages: ["python"] })).toMatch(
      /^\[1 result, .*\]\n\ntools\/price\.py:/u,
    );
    expect(await ask("find_symbol", { name: "Server.tick", body: true })).toMatch(
      /\nsrc\/server\.ts:4-6 method Server\.tick\n {2}tick\(\): number \{\n/u,
    );
    expect(await ask("find_references", { symbol: "sweepExpired" })).toMatch(
      /\nsrc\/server\.ts\n {2}5 in Server\.tick: return sweepExpired\(Date\.now\(\)\);/u,
    );
    expect(await ask("find_references", { symbol: "store/store.go:8", direction: "callers" })).toMatch(
      /\nstore\/store\.go\n {2}\d-6 Open, at 5/u,
    );
    expect(await ask("outline", { path: "store/store.go" })).toContain("func Open(path string) error");
    expect(await ask("outline")).toContain("src/ 2 files");
    expect(await ask("map_repository", { query: "sessions" })).toContain("src/session.ts (7 lines)");
    expect(await ask("explore", { query: "how does the server remove expired sessions" })).toMatch(
      /\n## Code\n[^]*sweepExpired/u,
    );
    await project.write("src/session.ts", FILES["src/session.ts"].replace("3)", "4)"));
    const impact = await ask("impact", { changes: true });
    expect(impact).toMatch(/^\[1 changed definition in 1 changed file against HEAD: /u);
    expect(impact).toContain("\n  test/session.test.ts, step 1, ");
    expect(impact).toMatch(/\nsrc\/server\.ts\n[^]*Server\.tick, at 5/u);
    expect(await ask("list_todos", { blame: true })).toMatch(
      /\nsrc\/session\.ts\n {2}5 TODO: tell the owner \(0 days, Ada Lovelace, [0-9a-f]{10}\)/u,
    );
    expect(await ask("list_dependencies", { used: true })).toMatch(
      / left-pad \^1\.3\.0 .*: src\/session\.ts/u,
    );

    for (const query of ["hunter2", "PASSWORD", SECRET, OUTSIDE, "ignoredByGit"]) {
      answers.push(await here.does("search_code", { query }), await here.does("explore", { query }));
      for (const [name, input] of [
        ["find_symbol", { name: query }],
        ["find_references", { symbol: query }],
        ["impact", { symbol: query }],
      ] as const)
        answers.push((await here.call(name, input)).text.replaceAll(JSON.stringify(query), ""));
    }
    for (const path of [".env", "linked", "linked/beyond.ts"])
      answers.push((await here.call("outline", { path })).text);
    const texts = answers.map((answer) => answer.replaceAll(/; for [^;\]]*|search_text \S+/gu, ""));
    for (const closed of [SECRET, OUTSIDE, "ignoredByGit"]) expect(texts.join("\n")).not.toContain(closed);
  }, 240_000);
});

test("what is edited is in the next answer, and a new file within a few", async () => {
  await using project = await shop();
  await using here = await connect(project);
  await here.does("index_status", { wait: true });
  const edited = FILES["tools/price.py"].replaceAll("total_price", "basket_price");
  expect(await here.does("find_symbol", { name: "total_price" })).toContain("tools/price.py:1");
  await project.write("tools/price.py", `\n\n${edited}`);
  expect(await here.does("search_code", { query: "what does a basket cost" })).toContain(
    "tools/price.py:3-5 basket_price\n",
  );
  expect(await here.refused("find_symbol", { name: "total_price" })).toMatch(/^not_found: /u);
  await project.write("src/refund.ts", "export function payBack(): void {}\n");
  let answer = "";
  for (let tries = 0; tries < 5 && !answer.includes("src/refund.ts"); tries++) {
    answer = (await here.call("find_symbol", { name: "payBack" })).text;
    await sleep(500);
  }
  expect(answer).toContain("src/refund.ts:1");
}, 120_000);

test("what is in no index is parsed by the server itself: an ignored file, an older version, notes", async () => {
  await using project = await shop();
  await using here = await connect(project);
  expect(await here.does("outline", { path: "build/made.ts" })).toMatch(
    /^\[build\/made\.ts: 1 definition, [^\n]*parsed now[^\n]*\]\n1 export function ignoredByGit\(\): void/u,
  );
  await project.write("src/session.ts", 'export const note = "// TODO: no note";\n');
  expect(await here.does("impact", { changes: true })).toMatch(/1 definition gone or renamed/u);
  expect(await here.does("list_todos")).toBe("[0 notes]");
}, 120_000);

test("a second server on the same folder answers from the same index", async () => {
  await using project = await shop();
  await using first = await connect(project);
  await first.does("index_status", { wait: true });
  await using second = await connect(project, { era: "v1" });
  // not a word of building it again
  expect(await second.does("search_code", { query: "sweepExpired" })).toMatch(
    /^\[\d+ results?, best first; 8 files indexed[;,] /u,
  );
  const cache = join(project.env["PLUMBLINE_CACHE_DIR"] ?? "", "search");
  expect(await readdir(cache)).toHaveLength(1);
  await project.write("src/session.ts", FILES["src/session.ts"].replaceAll("sweepExpired", "dropExpired"));
  const named = { name: "dropExpired" };
  const both = await Promise.all([
    first.does("outline", { path: "src/session.ts" }),
    second.call("find_symbol", named),
  ]);
  expect(both[0]).toContain("dropExpired");
  expect(await second.does("find_symbol", named)).toContain("src/session.ts:4");
}, 120_000);

test("all and core have the ten tools, and so has a server that only reads", async () => {
  await using project = await shop();
  for (const args of [["all"], ["core"], ["search", "--read-only"]]) {
    await using here = await connect(project, { args });
    expect(await here.tools()).toEqual(expect.arrayContaining(TOOLS));
  }
  await using here = await connect(project, { args: ["search", "--read-only"] });
  await here.does("index_status", { wait: true });
  expect(await here.does("search_code", { query: "sweepExpired" })).toContain("src/session.ts");
}, 120_000);

test("without SQLite search says what mends it, and the other servers work", async () => {
  await using project = await shop();
  const dist = join(dirname(project.root), "alone/dist");
  await cp(DIST, dist, { recursive: true });
  // no package lies beside it; and whatever lies further up, as on this machine, this is what is found
  for (const name of ["better-sqlite3", "better-sqlite3-12"]) {
    const missing = join(dirname(dist), "node_modules", name);
    await mkdir(missing, { recursive: true });
    await writeFile(join(missing, "index.js"), 'throw new Error("Cannot find module");\n');
  }
  await using here = await connect(project, { args: ["search", "filesystem"], dist });
  expect(await here.refused("search_code", { query: "sessions" })).toMatch(
    /^unavailable: SQLite cannot be loaded[^]*npm install better-sqlite3/u,
  );
  expect(await here.does("list_todos")).toContain("TODO: tell the owner");
  expect(await here.does("read_file", { path: "readme.md" })).toContain("Cards are charged");
}, 120_000);

const REFUSED: readonly (readonly [string, string, Record<string, unknown>, RegExp])[] = [
  [
    "an unknown name, with near ones",
    "find_symbol",
    { name: "sweepExpierd" },
    /^not_found: .*\nhint: .*sweepExpired/u,
  ],
  ["an unknown member", "impact", { symbol: "Server.tock" }, /^not_found: .*\nhint: .*tick/u],
  [
    "an unknown symbol",
    "find_references",
    { symbol: "sweepExpierd" },
    /^not_found: .*\nhint: .*sweepExpired/u,
  ],
  ["a path outside", "search_code", { query: "x", paths: ["../outside"] }, /^denied: /u],
  ["a link that leads out", "outline", { path: "linked/beyond.ts" }, /^denied: /u],
  ["a bad cursor", "search_code", { query: "session", cursor: "nonsense" }, /^invalid_input: .*cursor/u],
  ["an empty question", "search_code", { query: "" }, /^invalid_input: .*query/u],
  ["a blank question", "search_code", { query: "  \n" }, /^invalid_input: .*query/u],
  ["a blank exploration", "explore", { query: " " }, /^invalid_input: .*query/u],
  ["no results wanted", "search_code", { query: "session", limit: 0 }, /^invalid_input: .*limit/u],
  ["a budget that holds nothing", "explore", { query: "session", budget: 10 }, /^invalid_input: .*budget/u],
  ["a kind that is none", "search_code", { query: "session", kinds: ["poem"] }, /^invalid_input: .*kinds/u],
  [
    "a language that is none",
    "search_code",
    { query: "session", languages: ["klingon"] },
    /^invalid_input: .*klingon/u,
  ],
];

test("what cannot be answered is refused in words that help", async () => {
  await using project = await shop();
  await using here = await connect(project);
  await here.does("index_status", { wait: true });
  for (const [what, name, input, says] of REFUSED) {
    const { isError, text } = await here.call(name, input);
    expect({ what, isError, text }).toEqual({ what, isError: true, text: expect.stringMatching(says) });
  }
}, 120_000);

test("a wait for the index tells how far it is, and ends when the client takes it back", async () => {
  await using project = await shop();
  const text = (file: number): string =>
    Array.from(
      { length: 60 },
      (_, index) => `export function f${file}x${index}(): number { return ${index}; }\n`,
    ).join("");
  for (let file = 0; file < 300; file++) await project.write(`many/${file}.ts`, text(file));
  await using here = await connect(project);
  const abort = new AbortController();
  const cancelled = here.call("index_status", { wait: true }, { signal: abort.signal });
  await sleep(300);
  abort.abort();
  await expect(cancelled).rejects.toThrow(/abort/iu);
  const seen: Progress[] = [];
  const onprogress = (progress: Progress): void => void seen.push(progress);
  expect(await here.does("index_status", { wait: true }, { onprogress })).toMatch(/: complete; 308 files/u);
  expect(seen.length).toBeGreaterThan(0);
  const done = seen.map(({ progress }) => progress);
  expect(done).toEqual(done.toSorted((one, other) => one - other));
}, 120_000);

test.skipIf(process.platform !== "linux")(
  "the end of stdin ends the server and its index worker within two seconds",
  async () => {
    await using project = await shop();
    for (let file = 0; file < 200; file++)
      await project.write(`many/${file}.ts`, `export function f${file}(): void {}\n`.repeat(100));
    const args = [join(DIST, "cli.js"), "serve", "search", "--root", project.root];
    const child = spawn(process.execPath, args, { env: project.env, stdio: ["pipe", "pipe", "ignore"] });
    child.stdout.resume();
    const hello = {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "e2e", version: "1" },
    };
    const send = (message: object): void =>
      void child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    send({ id: 1, method: "initialize", params: hello });
    send({ method: "notifications/initialized" });
    send({ id: 2, method: "tools/call", params: { name: "index_status", arguments: { wait: true } } });
    let workers: number[] = [];
    for (let tries = 0; tries < 400 && workers.length === 0; tries++) {
      workers = childrenOf(child.pid ?? 0);
      await sleep(50);
    }
    expect(workers).not.toEqual([]);
    const began = performance.now();
    child.stdin.end();
    await once(child, "exit");
    while (workers.some(isAlive) && performance.now() - began < 10_000) await sleep(20);
    expect(workers.filter(isAlive)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(2_000);
  },
  120_000,
);

/** The index workers that a process started, or those of its own workers. */
function childrenOf(pid: number): number[] {
  const listed = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" });
  const rows = [...listed.matchAll(/^\s*(\d+)\s+(\d+) (.*)$/gmu)];
  return rows
    .filter(([, , parent, args]) => Number(parent) === pid && (args ?? "").includes("index-worker"))
    .map(([, own]) => Number(own));
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/mu.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
