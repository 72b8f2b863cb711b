import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { CLI, person, type Person } from "../commands/command-line.ts";
import { freshCall } from "../support/calls.ts";
import { createClient, type ConnectOptions } from "../support/connect.ts";
import { approve, hasRun, RUN, trusts } from "../support/hook-attack.ts";
import { deciding, hooked, on, teller, type HookFile } from "../support/hooked.ts";

const EVENTS = [
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "SessionStart",
  "SessionEnd",
  "UserPromptSubmit",
];
const EVERYWHERE: HookFile = Object.fromEntries(
  EVENTS.map((event) => [event, [on(undefined, RUN), on(undefined, `${RUN} `, { async: true })]]),
);
const PLACES = [
  ".plumbline/hooks.json",
  ".plumbline/hooks.local.json",
  ".claude/settings.json",
  ".claude/settings.local.json",
] as const;
const IMPORT = { "hooks.importClaude": "always" } as const;

describe.each(PLACES)("hooks of %s that nobody approved", (place) => {
  test.each([false, true])(
    "run around no call and at no other event, failing closed: %s",
    async (failClosed) => {
      await using here = await hooked({
        files: { [place]: JSON.stringify({ hooks: EVERYWHERE }) },
        flags: { ...IMPORT, "hooks.failClosed": failClosed },
      });
      await here.suite.hooks.startSession({ id: "early", name: "early" });
      const client = { transport: "stdio", id: "early" } as const;
      const written = await here.call("write_file", { path: "a.txt", content: "x" }, undefined, client);
      expect(written.error).toBe(failClosed ? "denied" : undefined);
      await here.call("read_file", { path: "missing.txt" }, undefined, client);
      for (const event of EVENTS) await here.call("hook_event", { event, payload: { tool_name: "Write" } });
      await here.suite.hooks.endSession("early");
      const signal = AbortSignal.timeout(10_000);
      for (const event of EVENTS)
        await here.suite.hooks.explain(event, { payload: {} }, { run: true, signal });
      expect(new Set(await trusts(here))).toEqual(new Set(["pending"]));
      await here.suite.scope.close();
      expect(hasRun(here)).toBe(false);
    },
  );
});

test("the canary of these tests sings, once a person approved", async () => {
  await using here = await hooked({ project: { PreToolUse: [on("*", RUN)] } });
  await here.call("stat_path", { path: "." });
  expect(hasRun(here)).toBe(false);
  await approve(here);
  await here.call("stat_path", { path: "." });
  expect(hasRun(here)).toBe(true);
});

describe("the built command", () => {
  async function hostile(): Promise<Person> {
    const me = await person();
    for (const place of PLACES) await me.write(`project/${place}`, { hooks: EVERYWHERE });
    await me.write("project/a.txt", "one\n");
    return me;
  }
  const importing = ["--import-claude-hooks", "always"];

  test.each([
    ["call", "filesystem", "read_file", '{"path":"a.txt"}', ...importing],
    ["call", "filesystem", "write_file", '{"path":"b.txt","content":"x"}', ...importing],
    ["call", "hooks", "hook_event", '{"event":"SessionStart"}', ...importing],
    ["call", "hooks", "hooks_status", "{}", ...importing],
    ["hooks", "status", ...importing],
    ["hooks", "status", "--json", ...importing],
    ["hooks", "trust", ...importing],
    ["hooks", "trust", "--json", ...importing],
    [
      "hooks",
      "test",
      "PreToolUse",
      "--tool",
      "write_file",
      "--input",
      '{"path":"b","content":""}',
      ...importing,
    ],
    ["hooks", "test", "PreToolUse", "--tool", "Write", "--run", ...importing],
    ["hooks", "test", "SessionStart", "--run", ...importing],
    ["doctor"],
    ["config", "show"],
    ["tools"],
  ])("runs nothing: plumbline %s %s %s %s", async (...args) => {
    await using me = await hostile();
    const { stderr, code } = await me.plumbline(args.filter((arg) => arg !== undefined));
    expect(stderr).not.toMatch(/unknown|internal/iu);
    expect(code).not.toBeNull();
    expect(hasRun({ root: me.project })).toBe(false);
  });

  test("takes no yes from a pipe, and nobody's hash but one that was shown", async () => {
    await using me = await hostile();
    await me.plumbline(["hooks", "trust"], { stdin: "y\nyes\ne\ny\n" });
    const { stderr } = await me.plumbline(["hooks", "trust", "--yes", "a".repeat(64)]);
    expect(stderr).toContain("no hook has the hash");
    const { stdout } = await me.plumbline(["hooks", "trust", "--json"]);
    expect(JSON.parse(stdout)).toHaveLength(2 * 2 * EVENTS.length);
    await me.plumbline(["call", "filesystem", "read_file", '{"path":"a.txt"}']);
    expect(hasRun({ root: me.project })).toBe(false);
  });

  /** What a client of the built command sees of one call, with its session begun and ended. */
  async function throughClient(
    me: Person,
    options: ConnectOptions,
    flags: readonly string[] = [],
  ): Promise<string> {
    const client = createClient(options);
    const args = [CLI, "serve", "all", "--root", me.project, ...importing, ...flags];
    const transport = new StdioClientTransport({
      command: process.execPath,
      args,
      env: { ...me.env },
      stderr: "ignore",
    });
    await client.connect(transport);
    try {
      return JSON.stringify(
        await client.callTool({
          name: "write_file",
          arguments: { path: "b.txt", content: "x", overwrite: true },
        }),
      );
    } finally {
      await client.close();
    }
  }

  test.each(["legacy", "modern"] as const)(
    "runs nothing for a client that cannot ask, or is told no, and shows what it asks about: %s",
    async (era) => {
      await using me = await hostile();
      expect(await throughClient(me, { era })).toMatch(/created b|replaced b|b\.txt/u);
      expect(await throughClient(me, { era }, ["--hooks-fail-closed"])).toContain("denied");
      for (const place of PLACES.slice(1)) await me.write(`project/${place}`, {});
      const command = `${RUN} # \u001b[2J\u202e$(true)`;
      await me.write(`project/${PLACES[0]}`, { hooks: { PreToolUse: [on("*", command)] } });
      const asked: string[] = [];
      for (const says of ["deny", "decline", "cancel", "yes", "allow once", "always allow"]) {
        expect(hasRun({ root: me.project })).toBe(false);
        const elicit = (message: string): string => {
          asked.push(message);
          return says;
        };
        await throughClient(me, { era, elicit });
      }
      expect(hasRun({ root: me.project })).toBe(true);
      expect(asked).toHaveLength(6);
      expect(new Set(asked).size).toBe(1);
      expect(asked[0]).toContain(`$ ${RUN} # \\u{1b}[2J\\u{202e}$(true)`);
    },
  );
});

describe("approving one thing", () => {
  const EVIL = `${RUN}; echo evil`;

  test("approves nothing that stands beside it", async () => {
    await using here = await hooked({
      project: { PreToolUse: [on("*", teller()), on("*", EVIL), on("Read", `${teller()} `)] },
    });
    const { handlers } = await here.suite.hooks.report();
    expect(await approve(here, handlers.find(({ runs }) => runs === teller())?.runs)).toHaveLength(1);
    await here.call("stat_path", { path: "." });
    expect(await here.told()).toHaveLength(1);
    expect(hasRun(here)).toBe(false);
    expect((await trusts(here)).toSorted()).toEqual(["approved", "pending", "pending"]);
  });

  test("and the local file's copy of it, is not the same for another file or event", async () => {
    await using here = await hooked({ project: { PreToolUse: [on("*", RUN)] } });
    await approve(here);
    await here.put(".plumbline/hooks.json", "{}");
    await here.put(".plumbline/hooks.local.json", JSON.stringify({ hooks: { PreToolUse: [on("*", RUN)] } }));
    await here.call("stat_path", { path: "." });
    await here.put(".plumbline/hooks.local.json", "{}");
    await here.put(".plumbline/hooks.json", JSON.stringify({ hooks: { PostToolUse: [on("*", RUN)] } }));
    await here.call("stat_path", { path: "." });
    expect(hasRun(here)).toBe(false);
  });
});

describe("a stranger's copy of a guard", () => {
  const guard = deciding("deny", { permissionDecisionReason: "closed" });
  const copies: Record<string, ReturnType<typeof on>> = {
    "just the same": on("Write", guard),
    "for everything": on("*", guard),
    "that nobody waits for": on("Write", guard, { async: true }),
    "with hardly any time": on("Write", guard, { timeout: 0.001 }),
    "whose failure is nothing": on("Write", guard, { onFailure: "continue" }),
    "for another name of the same": on("MultiEdit|Write|Edit", guard),
  };

  test.each(Object.entries(copies))("does not switch off the person's own: %s", async (_, copy) => {
    await using here = await hooked({
      home: { PreToolUse: [on("Write", guard)] },
      project: { PreToolUse: [copy] },
      local: { PreToolUse: [copy] },
    });
    expect((await here.call("write_file", { path: "a.txt", content: "" })).error).toBe("denied");
  });

  test.each(Object.entries(copies))(
    "does not switch off one that was approved, before it or after it: %s",
    async (_, copy) => {
      for (const project of [
        [copy, on("Write", guard)],
        [on("Write", guard), copy],
      ] as const) {
        await using here = await hooked({
          project: { PreToolUse: [...project] },
          local: { PreToolUse: [on("Write", guard)] },
        });
        const { handlers } = await here.suite.hooks.report();
        const own = handlers.find(({ where }) => where.includes("hooks.local.json"));
        await here.suite.hooks.approve([own?.hash ?? ""], { kind: "yes", lifetime: "always" }, freshCall());
        const { error, text } = await here.call("write_file", { path: "a.txt", content: "" });
        expect([error, text]).toEqual(["denied", expect.stringContaining("closed")]);
        expect(text).toContain("hooks.local.json:");
      }
    },
  );

  test("does not give it another name for what it sees", async () => {
    const edits = [
      { oldText: "a", newText: "b" },
      { oldText: "c", newText: "d" },
    ];
    await using here = await hooked({
      files: { "a.txt": "a\nc\n" },
      project: { PreToolUse: [on("MultiEdit", teller())] },
      local: { PreToolUse: [on("Edit", teller())] },
    });
    const { handlers } = await here.suite.hooks.report();
    const own = handlers.find(({ where }) => where.includes("hooks.local.json"));
    await here.suite.hooks.approve([own?.hash ?? ""], { kind: "yes", lifetime: "always" }, freshCall());
    await here.call("edit_file", { path: "a.txt", edits });
    expect((await here.told()).map(({ tool_name }) => tool_name)).toEqual(["Edit"]);
  });

  test("and expressions of theirs that hang, leave the person's own expressions decided", async () => {
    const hangs = Array.from({ length: 100 }, (_, index) => on(`(\\w+\\w+)+Q${index}`, RUN));
    await using here = await hooked({
      home: { PreToolUse: [on("^(mcp__other)__", guard), on("^(Wri)", teller())] },
      project: { PreToolUse: hangs },
    });
    // by now theirs had all the time that there is
    await here.call("stat_path", { path: "." });
    const { error } = await here.call("write_file", { path: "a.txt", content: "" });
    expect(error).toBeUndefined();
    expect(await here.told()).toHaveLength(1);
  });

  test("makes nobody's question of a folder with many files", async () => {
    const files = Object.fromEntries(Array.from({ length: 210 }, (_, index) => [`dir/${index}.txt`, ""]));
    await using here = await hooked({ files, project: { PreToolUse: [on("*", RUN)] } });
    const { error, text } = await here.call("move_path", { from: "dir", to: "moved" });
    expect(error, text).toBeUndefined();
    expect(hasRun(here)).toBe(false);
  });
});

test("settings of a project widen nothing, and close what they may", async () => {
  await using me = await person();
  await me.write("project/a.txt", "one\n");
  await me.write("project/.plumbline/hooks.json", { hooks: EVERYWHERE });
  await me.write("project/.claude/settings.json", { hooks: EVERYWHERE });
  const { stdout } = await me.plumbline(["hooks", "trust", "--json", "--import-claude-hooks", "always"]);
  const hashes = z
    .array(z.object({ hash: z.string() }))
    .parse(JSON.parse(stdout))
    .map(({ hash }) => hash);
  expect(hashes.length).toBeGreaterThan(10);
  const read = () => me.plumbline(["call", "filesystem", "read_file", '{"path":"a.txt"}']);
  for (const hooks of [
    { trusted: hashes },
    { importClaude: "always" },
    { allowedUrls: ["*"] },
    { variables: ["SECRET"] },
    { failClosed: false },
    { trusted: hashes, importClaude: "always", failClosed: false },
    { __proto__: { trusted: hashes } },
  ]) {
    await me.write("project/.plumbline/config.json", { hooks });
    const { stdout: read1 } = await read();
    const status = await me.plumbline(["hooks", "status", "--json"]);
    expect(`${read1}${status.stdout}`).not.toContain('"approved"');
    expect(hasRun({ root: me.project })).toBe(false);
  }
  await me.write("project/.plumbline/config.json", { hooks: { failClosed: true } });
  expect((await read()).stderr).toContain("denied");
  await me.write(".config/plumbline/config.json", { hooks: { failClosed: true } });
  await me.write("project/.plumbline/config.json", { hooks: { failClosed: false } });
  expect((await read()).stderr).toContain("denied");
  expect(hasRun({ root: me.project })).toBe(false);
});
