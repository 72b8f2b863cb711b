import { link, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sealed } from "../../shared/call.ts";
import { grantRule, listRules, revokeRule } from "../../shared/policy/approvals.ts";
import { grantBy, grantLine } from "./grant-line.ts";
import { Bench, desk, mute, no, yes, type Input } from "./harness.ts";
import { buildWorker, inProcess } from "./processes.ts";

let worker: string;
beforeAll(async () => {
  worker = await buildWorker();
});
afterAll(() => rm(join(worker, ".."), { recursive: true, force: true }));

const resume = (sealed: Sealed, reply = yes()) => ({ resumed: { sealed, reply } });

describe("what is asked", () => {
  test("follows from effect and reach: tiers 0 and 1 run, 2 and 3 ask", async () => {
    await using at = await desk({ "a.txt": "a" });
    const outcomes: string[][] = [];
    for (const effect of ["read", "write", "destroy"] as const) {
      const row: string[] = [];
      for (const reach of ["local", "process", "network"] as const)
        row.push(await new Bench(at.policy, { effect, reach }).outcome({ path: "a.txt" }));
      outcomes.push(row);
    }
    expect(outcomes).toEqual([
      ["ran", "asked", "asked"],
      ["ran", "asked", "asked"],
      ["asked", "asked", "asked"],
    ]);
  });

  test("is the effect of this very call where a tool has several actions", async () => {
    await using at = await desk();
    const kind = { effect: { by: "action", list: "read", create: "write", delete: "destroy" } } as const;
    const bench = new Bench(at.policy, { ...kind, intent: "list" });
    expect(await bench.outcome({ action: "list" })).toBe("ran");
    expect(await bench.outcome({ action: "create" })).toBe("ran");
    expect(await bench.outcome({ action: "delete" })).toBe("asked");
    expect(await bench.outcome({ action: "never heard of" })).toBe("asked");
    const reader = new Bench(await at.open({ readOnly: true }), { ...kind, intent: "list" });
    expect(await reader.outcome({ action: "list" })).toBe("ran");
    expect(await reader.outcome({ action: "create" })).toBe("denied");
    expect(await reader.outcome({ action: "delete" })).toBe("denied");
  });

  test("depends on --ask: the host takes tier 2, and deny refuses all that would ask", async () => {
    await using at = await desk({ "a.txt": "a" });
    const outcomes = async (ask: "host" | "deny"): Promise<string[]> => {
      const policy = await at.open({ ask });
      const destroy = await new Bench(policy, { effect: "destroy" }).outcome({ path: "a.txt" });
      const send = await new Bench(policy, { effect: "write", reach: "network" }).outcome({ path: "a.txt" });
      return [destroy, send, await new Bench(policy).outcome({ path: "a.txt" })];
    };
    expect(await outcomes("host")).toEqual(["ran", "asked", "ran"]);
    expect(await outcomes("deny")).toEqual(["denied", "denied", "ran"]);
  });

  test("comes as one question in our words, with what hides itself spelled out", async () => {
    await using at = await desk();
    const bench = new Bench(at.policy, { effect: "destroy", reach: "network" });
    const input = {
      path: "a\u202Etxt.exe",
      argv: ["git", "push", "it's\nme"],
      remote: "ori\u200Bgin",
      force: true,
    };
    const { question, sealed } = await bench.ask(input, {
      hooks: { decision: "ask", reason: "it\u0007 is\nFriday" },
    });
    expect(question).toEqual({
      message: [
        'Allow "Fixture" (fixture.fixture_tool)? It would reach the network, to destroy something there.',
        String.raw`$ git push $'it\'s\x0ame'`,
        String.raw`- a\u{202e}txt.exe`,
        String.raw`remote: "ori\u{200b}gin"`,
        "force: true",
        String.raw`Asked because a hook asks: it\u{7} is\u{a}Friday; it may send something off this machine.`,
      ].join("\n"),
      lifetimes: ["once"],
    });
    expect(sealed).toMatchObject({
      tool: "fixture.fixture_tool",
      caller: "test",
      input,
      places: [`${at.root}/a\u202Etxt.exe`],
    });
    expect(bench.records.at(-1)).toMatchObject({
      tier: 3,
      effect: "destroy",
      reach: "network",
      decision: "asked",
      because: "hook, tier 3",
      touches: { paths: ["a\u202Etxt.exe"], argv: input.argv },
      changed: false,
    });
  });

  test("says where a link leads, and stays short whatever comes in", async () => {
    await using at = await desk({ "real/a.txt": "" });
    await symlink("real", join(at.root, "link"));
    const bench = new Bench(at.policy, { effect: "destroy" });
    expect((await bench.ask({ path: "link/a.txt" })).question.message).toContain(
      "- link/a.txt, which leads to real/a.txt",
    );
    const paths = Array.from({ length: 500 }, (_, index) => `folder/${"x".repeat(200)}/${index}`);
    const { question } = await bench.ask({ paths, remote: "r".repeat(100_000) });
    expect(question.message.length).toBeLessThan(1_800);
    expect(question.message).toMatch(/and \d+ more/u);
  });

  test("shows a command whole or not at all", async () => {
    await using at = await desk();
    const bench = new Bench(at.policy, { effect: "destroy", reach: "process" });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "binary", maxLength: 300 }), { minLength: 1, maxLength: 8 }),
        async (argv) => {
          const outcome = await bench.outcome({ argv });
          if (outcome === "denied") return argv.join("").length > 100;
          const { question } = await bench.ask({ argv });
          return !question.message.includes("left out") && question.message.includes("\n$ ");
        },
      ),
      { numRuns: 50 },
    );
    const error = await bench.refusal({ argv: ["sh", "-c", "x".repeat(1_500)] });
    expect([error.code, error.hint]).toEqual(["denied", expect.stringContaining("script file")]);
  });
});

describe("question and answer", () => {
  test("a yes runs the tool exactly once, and a replayed answer not at all", async () => {
    await using at = await desk({ "a.txt": "" });
    const bench = new Bench(at.policy, { effect: "destroy" });
    const { sealed } = await bench.ask({ path: "a.txt" });
    expect(bench.runs).toBe(0);
    expect(await bench.outcome({ path: "a.txt" }, resume(sealed))).toBe("ran");
    expect(bench.records.at(-1)).toMatchObject({
      decision: "granted",
      because: "the person said yes, once",
      changed: true,
    });
    const replayed = await bench.refusal({ path: "a.txt" }, resume(sealed));
    expect([replayed.code, replayed.message]).toEqual(["denied", "this question was answered before"]);
    expect(await bench.outcome({ path: "a.txt" })).toBe("asked");
    expect(bench.runs).toBe(1);
  });

  test("a no is a refusal that is written down, even if it was allowed meanwhile", async () => {
    await using at = await desk({ "a.txt": "" });
    const bench = new Bench(at.policy, { effect: "destroy" });
    const { sealed } = await bench.ask({ path: "a.txt" });
    await grantRule(at.state, { decision: "allow", tool: "fixture.*" });
    const error = await bench.refusal({ path: "a.txt" }, resume(sealed, no));
    expect([error.code, error.message, bench.runs]).toEqual(["denied", "the person said no", 0]);
    expect(bench.records.at(-1)?.decision).toBe("denied");
  });

  test("an answer to other arguments, another tool or another caller is refused", async () => {
    await using at = await desk({ "a.txt": "", "b.txt": "" });
    const bench = new Bench(at.policy, { effect: "destroy" });
    const other = new Bench(at.policy, { name: "other_tool", effect: "destroy" });
    const { sealed } = await bench.ask({ path: "a.txt" });
    const caller = { ...mute, id: "somebody else" };
    expect(await bench.outcome({ path: "b.txt" }, resume(sealed))).toBe("conflict");
    expect(await bench.outcome({ path: "a.txt", force: true }, resume(sealed))).toBe("conflict");
    expect(await other.outcome({ path: "a.txt" }, resume(sealed))).toBe("conflict");
    expect(await bench.outcome({ path: "a.txt" }, { ...resume(sealed), caller })).toBe("conflict");
    expect([bench.runs, other.runs]).toEqual([0, 0]);
    expect(await bench.outcome({ path: "a.txt" }, resume(sealed))).toBe("ran");
  });

  test("an answer is refused when the path leads elsewhere by then", async () => {
    await using at = await desk({ "one/a.txt": "", "two/a.txt": "" });
    await symlink("one", join(at.root, "now"));
    const bench = new Bench(at.policy, { effect: "destroy" });
    const { sealed } = await bench.ask({ path: "now/a.txt" });
    await unlink(join(at.root, "now"));
    await symlink("two", join(at.root, "now"));
    const error = await bench.refusal({ path: "now/a.txt" }, resume(sealed));
    expect([error.code, error.message]).toEqual([
      "conflict",
      "what the path leads to changed since the question",
    ]);
    expect(bench.runs).toBe(0);
  });

  test("a yes does not outweigh a rule that denies it meanwhile", async () => {
    await using at = await desk({ "a.txt": "" });
    const bench = new Bench(at.policy, { effect: "destroy" });
    const { sealed } = await bench.ask({ path: "a.txt" });
    await grantRule(at.state, { decision: "deny", path: "*.txt" });
    expect(await bench.outcome({ path: "a.txt" }, resume(sealed))).toBe("denied");
  });
});

describe("a yes lasts", () => {
  const grown = async (lifetime: "once" | "session" | "always") => {
    const at = await desk({ "a.txt": "", "b.txt": "" });
    const bench = new Bench(at.policy, { effect: "destroy" });
    const { sealed } = await bench.ask({ path: "a.txt" });
    await bench.outcome({ path: "a.txt" }, resume(sealed, yes(lifetime)));
    return { at, bench };
  };
  const caller = { ...mute, id: "another", canAsk: true };

  test("for the session: for this caller, this tool and this path, until the session ends", async () => {
    const { at, bench } = await grown("session");
    await using _ = at;
    expect(await bench.outcome({ path: "a.txt" })).toBe("ran");
    expect(bench.records.at(-1)?.decision).toBe("granted");
    expect(await bench.outcome({ path: "b.txt" })).toBe("asked");
    expect(await bench.outcome({ path: "a.txt" }, { caller })).toBe("asked");
    expect(await new Bench(at.policy, { effect: "destroy", name: "other" }).outcome({ path: "a.txt" })).toBe(
      "asked",
    );
    at.policy.endSession("test");
    expect(await bench.outcome({ path: "a.txt" })).toBe("asked");
    expect(await listRules(at.state)).toEqual([]);
  });

  test("for the session: at most 30 idle minutes, and each call keeps it", async () => {
    let clock = Date.now();
    await using at = await desk({ "a.txt": "" }, { now: () => clock });
    const bench = new Bench(at.policy, { effect: "destroy" });
    const { sealed } = await bench.ask({ path: "a.txt" });
    await bench.outcome({ path: "a.txt" }, resume(sealed, yes("session")));
    for (let count = 0; count < 3; count++) {
      clock += 29 * 60_000;
      expect(await bench.outcome({ path: "a.txt" })).toBe("ran");
    }
    clock += 30 * 60_000;
    expect(await bench.outcome({ path: "a.txt" })).toBe("asked");
  });

  test("always: for every caller and process, until it is revoked", async () => {
    const { at, bench } = await grown("always");
    await using _ = at;
    const elsewhere = new Bench(await at.open(), { effect: "destroy" });
    expect(await elsewhere.outcome({ path: "a.txt" }, { caller })).toBe("ran");
    expect(await elsewhere.outcome({ path: "b.txt" })).toBe("asked");
    const [rule] = await listRules(at.state);
    expect(rule).toMatchObject({
      decision: "allow",
      tool: "fixture.fixture_tool",
      path: `${at.root}/a.txt`,
      effect: "destroy",
    });
    await revokeRule(at.state, rule?.id ?? "");
    expect(await bench.outcome({ path: "a.txt" })).toBe("asked");
  });

  test("always: for this command whole, not for those that begin like it", async () => {
    await using at = await desk();
    const bench = new Bench(at.policy, { effect: "destroy", reach: "process" });
    const { sealed } = await bench.ask({ argv: ["rm", "a"] });
    await bench.outcome({ argv: ["rm", "a"] }, resume(sealed, yes("always")));
    expect(await bench.outcome({ argv: ["rm", "a"] })).toBe("ran");
    expect(await bench.outcome({ argv: ["rm", "a", "/"] })).toBe("asked");
  });

  test("once where a rule asks each time, whatever the answer says", async () => {
    await using at = await desk({ "docs/a.md": "" }, { rules: [{ decision: "ask", path: "docs" }] });
    const bench = new Bench(at.policy);
    const { sealed, question } = await bench.ask({ path: "docs/a.md" });
    expect(question.lifetimes).toEqual(["once"]);
    expect(await bench.outcome({ path: "docs/a.md" }, resume(sealed, yes("always")))).toBe("ran");
    await grantRule(at.state, { decision: "allow", tool: "*" });
    expect(await bench.outcome({ path: "docs/a.md" })).toBe("asked");
  });
});

describe("grants from the command line", () => {
  test("are seen by a running policy at its next call, and so are denials", async () => {
    await using at = await desk({ "a.txt": "" });
    const bench = new Bench(at.policy, { effect: "destroy" });
    expect(await bench.outcome({ path: "a.txt" })).toBe("asked");
    await inProcess(worker, at.state, "grant");
    expect(await bench.outcome({ path: "a.txt" })).toBe("ran");
    await grantRule(at.state, { decision: "deny", tool: "fixture.*" });
    expect(await bench.outcome({ path: "a.txt" })).toBe("denied");
  });

  test("until a time count until then", async () => {
    let clock = Date.now();
    await using at = await desk({ "a.txt": "" }, { now: () => clock });
    const bench = new Bench(at.policy, { effect: "destroy" });
    const until = new Date(clock + 3_600_000).toISOString();
    await grantRule(at.state, { decision: "allow", tool: "fixture.*", until });
    expect(await bench.outcome({ path: "a.txt" })).toBe("ran");
    clock += 3_600_000;
    expect(await bench.outcome({ path: "a.txt" })).toBe("asked");
  });

  test("for once are spent by one call, also between two servers, and answer a rule that asks each time", async () => {
    await using at = await desk({ "a.txt": "" }, { rules: [{ decision: "ask", path: "a.txt" }] });
    const benches = [new Bench(at.policy), new Bench(await at.open())];
    await inProcess(worker, at.state, "grant-once");
    const outcomes = await Promise.all(benches.map((bench) => bench.outcome({ path: "a.txt" })));
    expect(outcomes.toSorted()).toEqual(["asked", "ran"]);
    expect(await listRules(at.state)).toEqual([]);
  });

  test("are not spent by a call that needs none", async () => {
    await using at = await desk({ "a.txt": "" });
    await grantRule(at.state, { decision: "allow", tool: "fixture.*", once: true });
    expect(await new Bench(at.policy).outcome({ path: "a.txt" })).toBe("ran");
    expect(await listRules(at.state)).toHaveLength(1);
  });

  test("a broken file refuses what asks and names itself, while its last denials still hold", async () => {
    await using at = await desk({ "a.txt": "", "b.txt": "" });
    const rule = { decision: "allow", tool: "fixture.*" } as const;
    await grantRule(at.state, rule);
    await grantRule(at.state, { decision: "deny", path: "b.txt" });
    const destroy = new Bench(at.policy, { effect: "destroy" });
    const read = new Bench(at.policy);
    expect(await destroy.outcome({ path: "a.txt" })).toBe("ran");
    await writeFile(join(at.state, "approvals.json"), '{"version":1,"rules":[{"id":"x"}]}');
    expect((await destroy.refusal({ path: "a.txt" })).message).toMatch(
      /approvals\.json: rules\[0\]\.decision/u,
    );
    expect([await read.outcome({ path: "a.txt" }), await read.outcome({ path: "b.txt" })]).toEqual([
      "ran",
      "denied",
    ]);
    await expect(at.open()).rejects.toThrow(/approvals\.json: rules\[0\]/u);
  });
});

describe("a client that cannot ask", () => {
  const NASTY = [
    "it's a b.txt",
    "*.txt",
    "{a,b}.txt",
    "-rf",
    "a\nb.txt",
    "\u202Eab.txt",
    "é $(id) `x`.txt",
    "a\\b",
  ];

  test.each<[string, Input]>([
    ["one path", { path: "a.txt" }],
    ["no path", {}],
    ["a command", { path: ".", argv: ["sh", "-c", "echo 'x' > \"$y\"\n", "é\u0007"] }],
    ["three paths", { paths: NASTY.slice(0, 3) }],
    ["many paths", { paths: NASTY.map((name) => `folder {x}/${name}`) }],
    ...NASTY.map((name): [string, Input] => [JSON.stringify(name), { path: `./${name}` }]),
  ])("is told the command that allows it, and that command works: %s", async (_, input) => {
    await using at = await desk();
    const bench = new Bench(at.policy, { effect: "destroy", intent: "write" });
    const error = await bench.refusal(input, { caller: mute });
    expect(error.message).toMatch(
      /^fixture\.fixture_tool needs a person's yes, since it cannot be undone; this client cannot ask/u,
    );
    const line = grantLine(error);
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    await grantBy(at.state, line);
    expect(await bench.outcome(input, { caller: mute })).toBe("ran");
    expect(await bench.outcome(input, { caller: mute })).toBe("denied");
    expect(bench.runs).toBe(1);
  });
});

describe("what a call may open", () => {
  const refusalOf = async (bench: Bench, path: string): Promise<string> =>
    bench.refusal({ path }).then(({ code, message }) => `${code}: ${message}`);

  test("secrets are not read, protected paths are not written, the rest is", async () => {
    await using at = await desk({ ".env": "", "a.txt": "", ".mcp.json": "", ".env.example": "" });
    const [read, write] = [new Bench(at.policy), new Bench(at.policy, { effect: "write" })];
    await symlink(".env", join(at.root, "innocent"));
    for (const path of [".env", "innocent", "./.ENV", "sub/../.env"])
      expect(await refusalOf(read, path)).toMatch(/^denied: .* may hold secrets: it is not read$/u);
    for (const path of [
      ".mcp.json",
      ".git/config",
      ".env",
      "innocent",
      ".plumbline/config.json",
      ".Git/hooks/x",
    ])
      expect(await refusalOf(write, path)).toMatch(/^denied: .* is protected: no tool writes it$/u);
    expect([await read.outcome({ path: ".mcp.json" }), await read.outcome({ path: ".env.example" })]).toEqual(
      ["ran", "ran"],
    );
    expect(await write.outcome({ path: "a.txt" })).toBe("ran");
    expect(await new Bench(at.policy, { intent: "list" }).outcome({ path: ".env" })).toBe("ran");
    expect([read.runs, write.runs]).toEqual([6, 1]);
  });

  test("a secret is opened by the person's configuration, for reading", async () => {
    await using at = await desk({ ".env": "" }, { secretsAllowed: [".env"], protectExtra: ["a.txt"] });
    expect(await new Bench(at.policy).outcome({ path: ".env" })).toBe("ran");
    const write = new Bench(at.policy, { effect: "write" });
    expect([await write.outcome({ path: ".env" }), await write.outcome({ path: "a.txt" })]).toEqual([
      "denied",
      "denied",
    ]);
  });

  test("a rule by path closes places that the call did not name, for every intent", async () => {
    await using at = await desk(
      { "docs/secret/a": "", "docs/b": "", "ask/c": "" },
      {
        rules: [
          { decision: "deny", path: "docs/secret/**" },
          { decision: "ask", path: "ask" },
        ],
      },
    );
    const seen: string[] = [];
    const walk = new Bench(at.policy, {
      run: async (_, { access }) => {
        for (const relative of [
          "docs",
          "docs/b",
          "docs/secret",
          "docs/secret/a",
          "DOCS/Secret/A",
          "ask",
          "ask/c",
        ])
          for (const intent of ["list", "read"] as const)
            try {
              access?.permit({ root: at.root, relative }, intent);
              seen.push(`${intent} ${relative}`);
            } catch {
              // Refused: not seen.
            }
      },
    });
    await walk.outcome({ path: "." });
    expect(seen).toEqual(["list docs", "read docs", "list docs/b", "read docs/b"]);
    seen.length = 0;
    const { sealed } = await walk.ask({ path: "ask" });
    await walk.outcome({ path: "ask" }, resume(sealed));
    expect(seen.filter((line) => line.includes("ask"))).toEqual([
      "list ask",
      "read ask",
      "list ask/c",
      "read ask/c",
    ]);
  });

  test("what runs later is written only by a call that was about it", async () => {
    await using at = await desk({ ".github/workflows/ci.yml": "" });
    const named = new Bench(at.policy, { effect: "write" });
    const sneaky = new Bench(at.policy, {
      effect: "write",
      run: async (_, { access }) =>
        access?.permit({ root: at.root, relative: ".github/workflows/ci.yml" }, "write"),
    });
    const { sealed, question } = await named.ask({ path: ".github/workflows/ci.yml" });
    expect(question.message).toContain(".github/workflows/ci.yml will run later by itself");
    expect(await named.outcome({ path: ".github/workflows/ci.yml" }, resume(sealed))).toBe("ran");
    expect((await sneaky.refusal({ path: "a.txt" })).hint).toMatch(/with that path/u);
    await grantRule(at.state, { decision: "allow", tool: "fixture.*", path: ".github/**" });
    expect([
      await named.outcome({ path: ".github/workflows/ci.yml" }),
      await sneaky.outcome({ path: "a.txt" }),
    ]).toEqual(["ran", "ran"]);
  });

  test("a call that was decided as reading writes nothing", async () => {
    await using at = await desk({ "a.txt": "" });
    expect(await new Bench(at.policy, { intent: "write" }).outcome({ path: "a.txt" })).toBe("denied");
  });

  test("a secret is known under its other names, and after it was moved into place", async () => {
    await using at = await desk({ "config/.env": "KEY=1", "a.txt": "", "b.txt": "" });
    let clock = Date.now();
    const policy = await at.open({ now: () => clock });
    await link(join(at.root, "config/.env"), join(at.root, "notes.txt"));
    await link(join(at.root, "a.txt"), join(at.root, "c.txt"));
    const bench = new Bench(policy, {
      run: async ({ path = "" }, { access }) => {
        if (access === undefined) throw new Error("policy gave no access");
        await using file = await at.workspace.openFile(at.workspace.locate(path), access);
        return file.stat.size;
      },
    });
    expect([await bench.outcome({ path: "notes.txt" }), await bench.outcome({ path: "c.txt" })]).toEqual([
      "denied",
      "ran",
    ]);
    await rename(join(at.root, "a.txt"), join(at.root, "x.pem"));
    clock += 2_001;
    expect(await bench.outcome({ path: "c.txt" })).toBe("denied");
  });

  test("our own state is closed when it lies inside the root", async () => {
    await using at = await desk({ "state/approvals.json": '{"version":1,"rules":[]}', "state/token": "t" });
    const policy = await at.open({ stateFolder: join(at.root, "state") });
    const [read, write] = [new Bench(policy), new Bench(policy, { effect: "write" })];
    expect([
      await read.outcome({ path: "state/token" }),
      await write.outcome({ path: "state/approvals.json" }),
    ]).toEqual(["denied", "denied"]);
  });

  test("what the workspace refuses, it refuses in its own words", async () => {
    await using at = await desk();
    const bench = new Bench(at.policy, { effect: "write" });
    expect((await bench.refusal({ path: "../outside/secret.txt" })).message).toBe(
      "the path is outside the roots",
    );
    await symlink("../outside", join(at.root, "out"));
    expect((await bench.refusal({ path: "out/secret.txt" })).message).toBe("the path is outside the roots");
    expect(bench.runs).toBe(0);
  });

  test("the record of a read names what was asked for and what a link led to", async () => {
    await using at = await desk();
    await writeFile(join(at.root, "real.txt"), "text");
    await symlink("real.txt", join(at.root, "link.txt"));
    const bench = new Bench(at.policy);
    await bench.outcome({ path: "link.txt" });
    expect(bench.records.at(-1)?.touches).toEqual({ paths: ["link.txt", "real.txt"] });
  });
});
