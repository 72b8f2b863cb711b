import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
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

const answerSchema = z.looseObject({
  isError: z.boolean().default(false),
  content: z.array(z.looseObject({ text: z.string().default("") })),
  structuredContent: z.unknown().optional(),
  _meta: z.record(z.string(), z.unknown()).default({}),
});

interface Answer {
  readonly isError: boolean;
  readonly text: string;
  readonly meta: Readonly<Record<string, unknown>>;
}

/** A client, old or new, whose person gives these answers in turn. */
interface Connected extends AsyncDisposable {
  readonly asked: string[];
  call(name: string, input: Record<string, unknown>): Promise<Answer>;
}

type Era = "v1" | "legacy" | "auto";

interface ConnectOptions {
  readonly era: Era;
  readonly over: "stdio" | "http";
  /** Left out, the client cannot ask. */
  readonly says?: readonly string[];
  readonly name?: string;
  readonly args?: readonly string[];
}

async function connect(project: FixtureProject, options: ConnectOptions): Promise<Connected> {
  const { era, over, says, name = "e2e", args = [] } = options;
  const asked: string[] = [];
  const elicit = ({ message }: { message: string }) => {
    asked.push(message);
    const decision = says?.[asked.length - 1];
    return decision === undefined
      ? { action: "decline" as const }
      : { action: "accept" as const, content: { decision } };
  };
  const http =
    over === "http"
      ? await serveHttp(project, ["serve", "filesystem", "hooks", "--root", project.root, ...args])
      : undefined;
  const capabilities = says === undefined ? {} : { elicitation: { form: {} } };
  const client = await (era === "v1" ? openOld() : openNew(era));
  return {
    asked,
    async call(tool, input) {
      const result = answerSchema.parse(await client.callTool({ name: tool, arguments: input }));
      const text = result.content.map((part) => part.text).join("\n");
      return { isError: result.isError, text, meta: result._meta };
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await http?.[Symbol.asyncDispose]();
    },
  };

  async function openOld(): Promise<Pick<OldClient, "callTool" | "close">> {
    const old = new OldClient({ name, version: "1.0.0" }, { capabilities });
    if (says !== undefined) old.setRequestHandler(ElicitRequestSchema, ({ params }) => elicit(params));
    await old.connect(
      http === undefined
        ? new OldStdio(stdioOf(project, args))
        : new OldHttp(http.url, { requestInit: { headers: http.headers } }),
    );
    return old;
  }

  async function openNew(mode: "legacy" | "auto"): Promise<Pick<Client, "callTool" | "close">> {
    const next = new Client({ name, version: "1.0.0" }, { versionNegotiation: { mode }, capabilities });
    if (says !== undefined) next.setRequestHandler("elicitation/create", ({ params }) => elicit(params));
    await next.connect(
      http === undefined
        ? new StdioClientTransport(stdioOf(project, args))
        : new StreamableHTTPClientTransport(http.url, { requestInit: { headers: http.headers } }),
    );
    expect(next.getProtocolEra()).toBe(mode === "auto" ? "modern" : "legacy");
    return next;
  }
}

const CLI = join(process.cwd(), "dist/cli.js");

function stdioOf({ root, env }: FixtureProject, args: readonly string[]) {
  return {
    command: process.execPath,
    args: [CLI, "serve", "filesystem", "hooks", "--root", root, ...args],
    env: { ...env },
    stderr: "ignore" as const,
  };
}

const on = (matcher: string, command: string): object => ({ matcher, hooks: [{ type: "command", command }] });

/** Guards in bash, a formatter in Node, a greeting in Python; all of them the project's. */
const FILES = {
  "a.ts": "const a = 1;\n",
  "migrations/1.sql": "x\n",
  "tools/guard.sh": `input=$(cat)
[[ $input == *'/migrations/'* ]] && { echo "made by make" >&2; exit 2; }
[[ $input == *'"file_path":"'*'/stop"'* ]] && echo '{"continue":false,"stopReason":"enough"}'
exit 0
`,
  "tools/format.mjs": `import { existsSync, readFileSync, writeFileSync } from "node:fs";
const { tool_input } = JSON.parse(readFileSync(0, "utf8"));
if (tool_input.file_path.endsWith(".ts") && existsSync(tool_input.file_path))
  writeFileSync(tool_input.file_path, readFileSync(tool_input.file_path, "utf8").replaceAll(/ +$/gm, ""));
`,
  "tools/start.py": `import json, sys
print("greeting at", json.load(sys.stdin)["source"])
`,
  "tools/ask.sh": `printf '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"ask","permissionDecisionReason":"a delete"}}'
`,
  "tools/prompt.sh": `grep -q secret && { echo "no secrets" >&2; exit 2; }; echo "be kind"
`,
};
const HOOKS = {
  PreToolUse: [
    on("Write|Edit", 'bash "$CLAUDE_PROJECT_DIR"/tools/guard.sh'),
    on("mcp__.*__delete_path", 'bash "$CLAUDE_PROJECT_DIR"/tools/ask.sh'),
  ],
  PostToolUse: [on("Write|Edit", 'node "$CLAUDE_PROJECT_DIR"/tools/format.mjs')],
  SessionStart: [on("", 'python3 "$CLAUDE_PROJECT_DIR"/tools/start.py')],
  UserPromptSubmit: [on("", 'bash "$CLAUDE_PROJECT_DIR"/tools/prompt.sh')],
};

async function hookedProject(): Promise<FixtureProject> {
  return await fixtureProject({ ...FILES, ".plumbline/hooks.json": JSON.stringify({ hooks: HOOKS }) });
}

/** Approves all of a project's hooks, as a person would without a terminal. */
async function approveAll(project: FixtureProject): Promise<void> {
  const waiting = z
    .array(z.looseObject({ hash: z.string() }))
    .parse(JSON.parse((await plumbline(project, "hooks", "trust", "--json")).stdout));
  await plumbline(project, "hooks", "trust", ...waiting.flatMap(({ hash }) => ["--yes", hash]));
}

async function plumbline({ root, env }: FixtureProject, ...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args, "--root", root], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.resume();
  await once(child, "close");
  return { code: child.exitCode, stdout: Buffer.concat(chunks).toString() };
}

const edit = (path: string, newText: string, oldText: string) => ({ path, edits: [{ oldText, newText }] });
const CLIENTS = (["v1", "legacy", "auto"] as const).flatMap((era) =>
  (["stdio", "http"] as const).map((over) => ({ era, over })),
);

describe.each(CLIENTS)("a client ($era) over $over", (how) => {
  test("is denied, formatted, greeted, asked and stopped by hooks that were approved", async () => {
    await using project = await hookedProject();
    await approveAll(project);
    await using client = await connect(project, { ...how, says: ["allow once"] });
    const first = await client.call("edit_file", edit("a.ts", "2;  ", "1;"));
    expect(first).toMatchObject({ isError: false, text: expect.stringContaining("] greeting at startup") });
    expect(first.text).toContain("a.ts changed again after this call");
    expect(await readFile(join(project.root, "a.ts"), "utf8")).toBe("const a = 2;\n");

    const denied = await client.call("edit_file", edit("migrations/1.sql", "y", "x"));
    expect(denied).toMatchObject({ isError: true, text: expect.stringMatching(/^denied: .*made by make/su) });
    expect(denied.text).not.toContain("greeting");

    const stopped = await client.call("write_file", { path: "stop", content: "" });
    expect(stopped).toMatchObject({
      isError: true,
      meta: { "plumbline/stop": "[hook .plumbline/hooks.json:1] enough" },
    });

    const gone = await client.call("delete_path", { path: "a.ts" });
    expect([gone.isError, client.asked]).toEqual([false, [expect.stringContaining("a hook asks: ")]]);
    expect(client.asked[0]).toContain("a delete");
    const kept = await client.call("delete_path", { path: "tools" });
    expect(kept).toMatchObject({ isError: true, text: expect.stringContaining("the person said no") });

    const { text } = await client.call("hooks_status", {});
    expect(text).toMatch(/^\[5 hooks: .*5 running\]/u);
    expect(text).toMatch(/filesystem\.edit_file as Edit: deny, [\d.]+ ms/u);
  });

  test("approves what waits by an answer, at once and for the next process", async () => {
    await using project = await hookedProject();
    {
      await using client = await connect(project, { ...how, says: ["always allow"] });
      const denied = await client.call("edit_file", edit("migrations/1.sql", "y", "x"));
      expect(denied).toMatchObject({ isError: true, text: expect.stringContaining("made by make") });
      expect(client.asked).toEqual([expect.stringContaining(`$ bash "$CLAUDE_PROJECT_DIR"/tools/guard.sh`)]);
      await client.call("edit_file", edit("migrations/1.sql", "y", "x"));
      expect(client.asked).toHaveLength(1);
    }
    await using next = await connect(project, { ...how, says: [] });
    expect((await next.call("edit_file", edit("migrations/1.sql", "y", "x"))).isError).toBe(true);
    await writeFile(join(project.root, "tools/guard.sh"), "exit 0\n");
    const passed = await next.call("edit_file", edit("migrations/1.sql", "y", "x"));
    expect(passed.isError).toBe(false);
    expect(next.asked).toEqual([expect.stringContaining("(changed since you approved it)")]);
  });

  test("is asked once, when the person does not approve, and runs none of them", async () => {
    await using project = await hookedProject();
    await using client = await connect(project, { ...how, says: [] });
    expect((await client.call("edit_file", edit("migrations/1.sql", "y", "x"))).isError).toBe(false);
    expect((await client.call("edit_file", edit("migrations/1.sql", "z", "y"))).isError).toBe(false);
    expect(client.asked).toHaveLength(1);
    const { text } = await client.call("hooks_status", {});
    expect(text).toContain("waiting for approval: plumbline hooks trust");
    expect(text).toContain("not run: pending");
  });

  test("that cannot ask goes on without what waits", async () => {
    await using project = await hookedProject();
    await using client = await connect(project, how);
    expect((await client.call("edit_file", edit("migrations/1.sql", "y", "x"))).isError).toBe(false);
    await approveAll(project);
    expect((await client.call("edit_file", edit("migrations/1.sql", "z", "y"))).isError).toBe(true);
  });

  test("forwards a prompt as Claude Code's mcp_tool handler does, and gets an output that it understands", async () => {
    await using project = await hookedProject();
    await approveAll(project);
    await using client = await connect(project, how);
    const forward = async (prompt: string): Promise<unknown> => {
      const payload = JSON.stringify({ prompt });
      const { text } = await client.call("hook_event", { event: "UserPromptSubmit", payload });
      return JSON.parse(text);
    };
    expect(await forward("hello")).toEqual({
      hookSpecificOutput: {
        hookEventName: "UserPromptSubmit",
        additionalContext: expect.stringContaining("be kind"),
      },
    });
    expect(await forward("a secret")).toEqual({
      decision: "block",
      reason: expect.stringContaining("no secrets"),
    });
    const greeted = await client.call("read_file", { path: "a.ts" });
    expect(greeted.text).toContain("greeting at startup");
    const wrong = await client.call("hook_event", { event: "UserPromptSubmitted" });
    expect(wrong).toMatchObject({
      isError: true,
      text: expect.stringContaining("Did you mean UserPromptSubmit?"),
    });
  });
});

describe("hooks of Claude's settings", () => {
  const settings = { hooks: { PreToolUse: [on("Write", "echo no >&2; exit 2")] } };
  const write = { path: "new.txt", content: "" };

  test.each([
    ["claude-code", "auto", false],
    ["other", "auto", true],
    ["claude-code", "always", true],
    ["other", "never", false],
  ])("%s with --import-claude-hooks %s: denied %s", async (name, when, isDenied) => {
    await using project = await fixtureProject({ ".claude/settings.json": JSON.stringify(settings) });
    const flags = ["--import-claude-hooks", when];
    const { stdout } = await plumbline(project, "hooks", "trust", "--json", ...flags);
    const [waiting] = z.array(z.looseObject({ hash: z.string() })).parse(JSON.parse(stdout));
    const args = [...flags, ...(waiting === undefined ? [] : ["--trust-hooks", waiting.hash])];
    await using client = await connect(project, { era: "v1", over: "stdio", name, args });
    expect((await client.call("write_file", write)).isError).toBe(isDenied);
  });
});
