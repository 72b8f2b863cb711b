import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as OldStdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as OldHttp } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { fixtureProject, type FixtureProject } from "../support/fixture-project.ts";
import { serveHttp } from "../support/serve-http.ts";

type Era = "v1" | "legacy" | "auto";

interface ConnectOptions {
  readonly era: Era;
  readonly over: "stdio" | "http";
  /** What is served, and its flags. */
  readonly args?: readonly string[];
  /** Answers in turn, then no; left out, the client cannot ask. */
  readonly says?: readonly string[];
}

interface Answer {
  readonly isError: boolean;
  readonly text: string;
}

interface Connected extends AsyncDisposable {
  readonly client: Pick<Client, "listTools" | "complete" | "readResource" | "listResourceTemplates">;
  readonly asked: readonly string[];
  call(name: string, input?: Record<string, unknown>): Promise<Answer>;
  /** The text of a call that does what it should. */
  does(name: string, input?: Record<string, unknown>): Promise<string>;
}

const CLI = join(process.cwd(), "dist/cli.js");
const answerSchema = z.looseObject({
  isError: z.boolean().default(false),
  content: z.array(z.looseObject({ text: z.string().default("") })),
});

async function connect(project: GitProject, options: ConnectOptions): Promise<Connected> {
  const { era, over, args = ["git"], says } = options;
  const asked: string[] = [];
  const elicit = ({ message }: { message: string }) => {
    asked.push(message);
    const decision = says?.[asked.length - 1];
    return decision === undefined
      ? { action: "decline" as const }
      : { action: "accept" as const, content: { decision } };
  };
  const served: string[] = ["serve", ...args, "--root", project.root, "--root", project.origin];
  const stdio = {
    command: process.execPath,
    args: [CLI, ...served],
    env: { ...project.env },
    stderr: "ignore" as const,
  };
  const http = over === "http" ? await serveHttp(project, served) : undefined;
  const capabilities = says === undefined ? {} : { elicitation: { form: {} } };
  const opened = await (era === "v1" ? openOld() : openNew(era));
  const call = async (name: string, input: Record<string, unknown> = {}): Promise<Answer> => {
    const result = answerSchema.parse(await opened.callTool({ name, arguments: input }));
    return { isError: result.isError, text: result.content.map((part) => part.text).join("\n") };
  };
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same calls, answers of an older form
    client: opened as unknown as Connected["client"],
    asked,
    call,
    async does(name, input) {
      const answer = await call(name, input);
      if (answer.isError) throw new Error(`${name}: ${answer.text}`);
      return answer.text;
    },
    async [Symbol.asyncDispose]() {
      await opened.close();
      await http?.[Symbol.asyncDispose]();
    },
  };

  async function openOld(): Promise<Pick<OldClient, "callTool" | "close">> {
    const old = new OldClient({ name: "e2e", version: "1.0.0" }, { capabilities });
    if (says !== undefined) old.setRequestHandler(ElicitRequestSchema, ({ params }) => elicit(params));
    await old.connect(
      http === undefined
        ? new OldStdio(stdio)
        : new OldHttp(http.url, { requestInit: { headers: http.headers } }),
    );
    return old;
  }

  async function openNew(mode: "legacy" | "auto"): Promise<Pick<Client, "callTool" | "close">> {
    const next = new Client(
      { name: "e2e", version: "1.0.0" },
      { versionNegotiation: { mode }, capabilities },
    );
    if (says !== undefined) next.setRequestHandler("elicitation/create", ({ params }) => elicit(params));
    await next.connect(
      http === undefined
        ? new StdioClientTransport(stdio)
        : new StreamableHTTPClientTransport(http.url, { requestInit: { headers: http.headers } }),
    );
    expect(next.getProtocolEra()).toBe(mode === "auto" ? "modern" : "legacy");
    return next;
  }
}

/** A repository with a remote beside it, and the person's own git. */
interface GitProject extends FixtureProject {
  readonly origin: string;
  git(...args: string[]): string;
  write(path: string, content: string): Promise<void>;
  read(path: string): Promise<string>;
  commit(message: string, files: Readonly<Record<string, string>>): Promise<void>;
}

const NUMBERS = Array.from({ length: 30 }, (_, index) => `line ${index + 1}\n`);

async function gitProject(): Promise<GitProject> {
  const project = await fixtureProject({
    "src/a.txt": NUMBERS.join(""),
    ".gitignore": "*.log\n",
    ".mcp.json": "{}\n",
  });
  const { root, env } = project;
  const home = env["HOME"] ?? "";
  await writeFile(
    join(home, ".gitconfig"),
    "[user]\n\tname = Ada Lovelace\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n",
  );
  const origin = join(dirname(root), "origin.git");
  const git = (...args: string[]): string =>
    execFileSync("git", args, {
      cwd: root,
      env: { ...env, GIT_CONFIG_NOSYSTEM: "1" },
      encoding: "utf8",
    }).trim();
  git("init", "--quiet", "--bare", origin);
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "-m", "feat: first");
  git("tag", "v1.0.0");
  git("remote", "add", "origin", origin);
  const write = async (path: string, content: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  };
  return {
    ...project,
    origin,
    git,
    write,
    read: (path) => readFile(join(root, path), "utf8"),
    async commit(message, files) {
      for (const [path, content] of Object.entries(files)) await write(path, content);
      git("add", "--all");
      git("commit", "--quiet", "-m", message);
    },
  };
}

const replaced = (number: number, by: string, lines: readonly string[] = NUMBERS): string[] =>
  lines.map((line, index) => (index === number - 1 ? by : line));

const CLIENTS = (["v1", "legacy", "auto"] as const).flatMap((era) =>
  (["stdio", "http"] as const).map((over) => ({ era, over })),
);

describe.each(CLIENTS)("a client ($era) over $over", (how) => {
  test("works a day: changes, hunks, commits, branches, a conflict, a stash, a work tree", async () => {
    await using project = await gitProject();
    await using here = await connect(project, { ...how, says: [] });
    const repo = ".";
    expect(await here.does("git_status", { repo })).toBe("[main; clean]");
    const changed = replaced(2, "second\n", replaced(25, "last\n"));
    await project.write("src/a.txt", changed.join(""));
    await project.write("new.txt", "new\n");
    expect(await here.does("git_status", { repo })).toBe(
      "[main; 1 changed, 1 untracked]\n M src/a.txt\n?? new.txt",
    );
    expect(await here.does("git_diff", { repo })).toMatch(
      /^\[working tree against index: 1 file, \+2 -2\]\n.*^-line 2$.*^\+second$/msu,
    );
    const hunks = [{ path: "src/a.txt", startLine: 2, endLine: 2 }];
    expect(await here.does("git_stage", { repo, hunks })).toMatch(/^\[staged 1 file/u);
    expect(await here.does("git_diff", { repo, staged: true })).not.toContain("last");
    expect(await here.does("git_commit", { repo, message: "fix: second\n\nA body." })).toMatch(
      /^\[[0-9a-f]{10} main: 1 file, \+1 -1\]$/u,
    );
    expect(project.git("log", "-1", "--format=%an %B")).toBe("Ada Lovelace fix: second\n\nA body.");

    expect(await here.does("git_stash", { repo, action: "push", untracked: true })).toContain(
      "2 files changed",
    );
    expect(await here.does("git_status", { repo })).toBe("[main; clean]");
    expect(await here.does("git_stash", { repo, action: "pop" })).toContain("and dropped");
    expect(await project.read("src/a.txt")).toBe(changed.join(""));
    await here.does("git_stage", { repo, paths: ["."] });
    await here.does("git_commit", { repo, message: "feat: last and new" });

    await here.does("git_switch", { repo, create: "work", ref: "v1.0.0" });
    await project.write("src/a.txt", replaced(2, "zwei\n").join(""));
    await here.does("git_commit", { repo, message: "feat: zwei", all: true });
    expect(await here.does("git_switch", { repo, ref: "main" })).toMatch(/^\[on main \(was work\); /u);
    const conflict = await here.does("git_merge", { repo, action: "merge", refs: ["work"] });
    expect(conflict).toMatch(/^\[merging work into main: 1 file in conflict\./u);
    expect(conflict).toMatch(/^src\/a\.txt: .*^second$.*^zwei$/msu);
    const early = await here.call("git_merge", { repo, action: "continue" });
    expect(early.isError).toBe(true);
    await project.write("src/a.txt", replaced(2, "both\n", changed).join(""));
    await here.does("git_stage", { repo, paths: ["src/a.txt"] });
    expect(await here.does("git_merge", { repo, action: "continue" })).toMatch(
      /^\[merge finished: main is at /u,
    );
    expect(project.git("log", "-1", "--format=%s")).toBe("Merge branch 'work'");

    await here.does("git_worktree", { repo, action: "add", path: "side", create: "side" });
    expect(await here.does("git_worktree", { repo, action: "list" })).toMatch(
      /^\[2 work trees\]\n.*^side: side/msu,
    );
    expect(existsSync(join(project.root, "side/src/a.txt"))).toBe(true);

    await project.write("src/a.txt", "spoilt\n");
    expect(await here.does("git_restore", { repo, paths: ["src/a.txt"] })).toMatch(/with ref [0-9a-f]+/u);
    expect(await project.read("src/a.txt")).toBe(replaced(2, "both\n", changed).join(""));
    expect(await here.does("git_blame", { repo, path: "src/a.txt", startLine: 25, endLine: 25 })).toContain(
      "feat: last and new",
    );
    expect(await here.does("git_changelog", { repo })).toMatch(/^\[v1\.0\.0\.\.HEAD: .*^- zwei/msu);
    expect(await here.does("git_log", { repo, limit: 1 })).toContain(
      "Merge branch 'work' (merge) [HEAD, main",
    );
    expect(project.git("fsck", "--strict", "--no-dangling")).toBe("");
  });

  test("reaches a remote when the person says yes, and only then", async () => {
    await using project = await gitProject();
    const repo = ".";
    {
      await using here = await connect(project, how);
      const refused = await here.call("git_push", { repo });
      expect(refused.text).toMatch(
        /^denied: .*this client cannot ask\nhint: .*plumbline approvals grant git\.git_push /u,
      );
    }
    await using here = await connect(project, { ...how, says: ["allow once", "no", "allow once"] });
    const pushed = await here.does("git_push", { repo, setUpstream: true });
    expect(pushed).toMatch(
      /^\[pushed to origin \(.*\): main [0-9a-f]{10}\]\nnew main\nmain follows origin\/main$/u,
    );
    expect(here.asked[0]).toContain("git.git_push");
    expect(here.asked[0]).toContain(`to: ${project.origin}`);
    expect(here.asked[0]).toMatch(/what: main [0-9a-f]{10} as refs\/heads\/main/u);
    await project.commit("docs: more", { "more.txt": "more\n" });
    const kept = await here.call("git_push", { repo });
    expect(kept).toMatchObject({
      isError: true,
      text: expect.stringContaining("the person said no") as unknown,
    });
    expect(project.git("rev-parse", "origin/main")).toBe(project.git("rev-parse", "v1.0.0"));

    const other = join(dirname(project.root), "other");
    project.git("clone", "--quiet", project.origin, other);
    project.git("-C", other, "switch", "--quiet", "-c", "theirs");
    project.git("-C", other, "commit", "--quiet", "--allow-empty", "-m", "theirs");
    project.git("-C", other, "push", "--quiet", "origin", "theirs");
    expect(await here.does("git_fetch", { repo })).toContain("origin/theirs");
    expect(here.asked).toHaveLength(3);
    expect(await here.does("git_branches", { repo, action: "list", kind: "remote" })).toContain(
      "origin/theirs",
    );
    const forced = await here.call("git_push", { repo, force: true });
    expect(forced.text).toMatch(/^denied: replacing what is on the remote is not allowed here\nhint: /u);
  });

  test("is asked by name before a switch changes what is protected", async () => {
    await using project = await gitProject();
    project.git("switch", "--quiet", "-c", "agents");
    await project.commit("agents", { ".mcp.json": '{ "agents": [] }\n', "b.txt": "b\n" });
    project.git("switch", "--quiet", "main");
    const go = { repo: ".", ref: "agents" };
    {
      await using mute = await connect(project, how);
      const refused = await mute.call("git_switch", go);
      expect(refused.isError).toBe(true);
      expect(refused.text).toContain(".mcp.json");
    }
    await using here = await connect(project, { ...how, says: ["no", "allow once"] });
    expect((await here.call("git_switch", go)).text).toContain("the person said no");
    expect(existsSync(join(project.root, "b.txt"))).toBe(false);
    expect(await here.does("git_switch", go)).toBe("[on agents (was main); 2 files changed]");
    expect(here.asked).toEqual([expect.stringContaining(".mcp.json"), expect.stringContaining(".mcp.json")]);
    expect(await project.read(".mcp.json")).toContain("agents");
  });

  test("reads files at a revision as resources, and completes the revision", async () => {
    await using project = await gitProject();
    await project.write("src/a.txt", "now\n");
    await using here = await connect(project, how);
    const { resourceTemplates } = await here.client.listResourceTemplates();
    const [{ uriTemplate } = { uriTemplate: "" }] = resourceTemplates;
    expect(uriTemplate).toBe("git://{root}/{ref}/{+path}");
    const uri = "git://./v1.0.0/src/a.txt";
    const { contents } = await here.client.readResource({ uri });
    expect(contents).toEqual([{ uri, mimeType: "text/plain", text: NUMBERS.join("") }]);
    const ref = { type: "ref/resource", uri: uriTemplate } as const;
    const context = { arguments: { root: "." } };
    const complete = async (value: string): Promise<string[]> =>
      (await here.client.complete({ ref, argument: { name: "ref", value }, context })).completion.values;
    expect(await complete("v")).toEqual(["v1.0.0"]);
    expect(await complete("")).toEqual(["HEAD", "main", "v1.0.0"]);
    await expect(here.client.readResource({ uri: "git://./HEAD/../../x" })).rejects.toThrow("outside");
  });

  test("with --read-only keeps what reads, and nothing else", async () => {
    await using project = await gitProject();
    await using here = await connect(project, { ...how, args: ["git", "--read-only"], says: ["allow once"] });
    const { tools } = await here.client.listTools();
    expect(tools.map(({ name }) => name).toSorted((one, other) => one.localeCompare(other))).toEqual([
      "git_blame",
      "git_branches",
      "git_changelog",
      "git_diff",
      "git_log",
      "git_merge",
      "git_show",
      "git_stash",
      "git_status",
      "git_worktree",
    ]);
    for (const [name, action] of [
      ["git_branches", "list"],
      ["git_stash", "list"],
      ["git_worktree", "list"],
      ["git_merge", "conflicts"],
    ] as const)
      expect(await here.does(name, { repo: ".", action })).toMatch(/^\[/u);
    for (const [name, input] of [
      ["git_branches", { action: "create", name: "x" }],
      ["git_stash", { action: "push" }],
      ["git_merge", { action: "merge", refs: ["main"] }],
      ["git_worktree", { action: "add", path: "x" }],
    ] as const)
      expect((await here.call(name, { repo: ".", ...input })).isError).toBe(true);
    expect(here.asked).toEqual([]);
  });
});

test("`serve core` is files and git in one process: what one changed the other sees, and undoes", async () => {
  await using project = await gitProject();
  await using here = await connect(project, { era: "auto", over: "stdio", args: ["core"] });
  const repo = ".";
  const edits = [{ oldText: "line 3\n", newText: "three\n" }];
  await here.does("edit_file", { path: "src/a.txt", edits });
  expect(await here.does("git_diff", { repo, stat: true })).toContain("src/a.txt");
  await here.does("git_restore", { repo, paths: ["src/a.txt"] });
  expect(await here.does("read_file", { path: "src/a.txt" })).toContain("line 3\n");
  const edit = await here.call("edit_file", {
    path: ".git/config",
    edits: [{ oldText: "[core]", newText: "" }],
  });
  expect(edit.text).toMatch(/^denied: /u);
});

test("agents are told in 512 characters how to use git, with the files or alone", async () => {
  await using project = await gitProject();
  await using client = await start(project, ["git"]);
  const { instructions } = z
    .looseObject({ instructions: z.string() })
    .parse(await client.request(1, "initialize", HELLO));
  expect(instructions).toMatch(/^Paths are relative to the root\. git_status first\./u);
  expect(instructions.length).toBeLessThanOrEqual(512);
});

/** Runs the command in the project, without the remote. */
async function plumbline(project: GitProject, ...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: project.root, env: project.env });
  child.stdin.end();
  const code = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await code;
  return { code: child.exitCode, stdout, stderr };
}

describe("the command", () => {
  test("calls a tool, and fails with its cause and what to do", async () => {
    await using project = await gitProject();
    expect(await plumbline(project, "call", "git", "git_status", "{}")).toMatchObject({
      code: 0,
      stdout: "[main; clean]\n",
    });
    expect(await plumbline(project, "call", "git", "git_switch", '{"ref":"mian"}')).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^not_found: .*\nhint: .*main/u) as unknown,
    });
    const { stdout } = await plumbline(project, "audit", "--json");
    const lines = stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { tool: "git.git_status", outcome: "ok" },
      { tool: "git.git_switch", outcome: "not_found" },
    ]);
  });

  test("lists the tools, finds git, and knows the keys", async () => {
    await using project = await gitProject();
    const listed = await plumbline(project, "tools", "git");
    const [, count, tokens] = /^(\d+) tools, (\d+) tokens$/mu.exec(listed.stdout) ?? [];
    expect(Number(count)).toBe(16);
    expect(Number(tokens)).toBeLessThan(3_000);
    expect((await plumbline(project, "doctor")).stdout).toMatch(/^ok +git +git version \d/mu);
    const env = { ...project.env, PLUMBLINE_GIT_ALLOW_FORCE_PUSH: "true" };
    const shown = await plumbline({ ...project, env }, "config", "show");
    expect(shown.stdout).toMatch(/^git\.networkSeconds +100 +default$/mu);
    expect(shown.stdout).toMatch(/^git\.allowForcePush +true +PLUMBLINE_GIT_ALLOW_FORCE_PUSH$/mu);
  });

  test("lets no project allow itself a push by force", async () => {
    await using project = await gitProject();
    await project.write(".plumbline/config.json", '{ "git": { "allowForcePush": true } }');
    const { code, stderr } = await plumbline(project, "call", "git", "git_push", '{"force":true}');
    expect(code).not.toBe(0);
    expect(stderr).toContain('"git.allowForcePush" is for you alone to set, not for a project');
  });

  test.each(["claude-desktop", "claude-code", "cursor", "vscode", "zed", "windsurf", "codex"])(
    "prints an entry for %s that serves git with the files",
    async (client) => {
      await using project = await gitProject();
      const { code, stdout } = await plumbline(project, "config", client);
      expect(code).toBe(0);
      expect(stdout).toContain('"core"');
    },
  );
});

const HELLO = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "e2e", version: "1.0.0" },
};

interface Started extends AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: readonly string[];
  request(id: number, method: string, params: object): Promise<unknown>;
  send(message: object): void;
}

/** The command as a client starts it, line by line. */
async function start({ root, env }: GitProject, served: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [CLI, "serve", ...served, "--root", root], { env });
  const lines: string[] = [];
  const waiting = new Map<unknown, (result: unknown) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    const { id, result } = z.looseObject({ id: z.unknown(), result: z.unknown() }).parse(JSON.parse(line));
    waiting.get(id)?.(result);
  });
  child.stderr.resume();
  const send = (message: object): void => void child.stdin.write(`${JSON.stringify(message)}\n`);
  return {
    child,
    lines,
    send,
    request(id, method, params) {
      send({ jsonrpc: "2.0", id, method, params });
      return new Promise((resolve) => waiting.set(id, resolve));
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    },
  };
}

const calling = (name: string, input: object) => ({ name, arguments: input });

test("nothing but JSON-RPC comes on stdout, whatever git prints", async () => {
  await using project = await gitProject();
  await using served = await start(project, ["git"]);
  await served.request(1, "initialize", HELLO);
  served.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  await project.write("a.txt", "a\n");
  await served.request(2, "tools/call", calling("git_stage", { paths: ["."] }));
  await served.request(3, "tools/call", calling("git_commit", { message: "feat: a" }));
  await served.request(4, "tools/call", calling("git_switch", { create: "x" }));
  await served.request(5, "tools/call", calling("git_switch", { ref: "nothing" }));
  served.child.stdin.end();
  await once(served.child, "exit");
  expect(served.lines.length).toBeGreaterThanOrEqual(5);
  for (const line of served.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
  expect(project.git("log", "-1", "--format=%s")).toBe("feat: a");
});

test("the end of stdin ends the server within two seconds, and the git that it runs", async () => {
  await using project = await gitProject();
  const marker = join(dirname(project.root), "started");
  const bin = join(dirname(project.root), "bin");
  await mkdir(bin);
  const real = execFileSync("/bin/sh", ["-c", "command -v git"], {
    env: project.env,
    encoding: "utf8",
  }).trim();
  // a git that hangs in the middle of a status
  await writeFile(
    join(bin, "git"),
    `#!/bin/sh\ncase "$*" in *status*) echo $$ > '${marker}'; exec sleep 1000 ;; esac\nexec '${real}' "$@"\n`,
  );
  await chmod(join(bin, "git"), 0o755);
  const env = { ...project.env, PATH: `${bin}:${project.env["PATH"] ?? ""}` };
  await using served = await start({ ...project, env }, ["git"]);
  await served.request(1, "initialize", HELLO);
  served.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  void served.request(2, "tools/call", calling("git_status", {}));
  while (!existsSync(marker)) await sleep(20);
  const since = Date.now();
  served.child.stdin.end();
  await once(served.child, "exit");
  expect(Date.now() - since).toBeLessThan(2_000);
  const pid = Number(await readFile(marker, "utf8"));
  await expect.poll(() => isAlive(pid), { timeout: 2_000 }).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
