import { cp, mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { Intent, Place } from "../../shared/access.ts";
import type { Sealed } from "../../shared/call.ts";
import { ToolError } from "../../shared/errors.ts";
import { toEndpoint } from "../../shared/pipeline/run.ts";
import { grantRule, listRules } from "../../shared/policy/approvals.ts";
import { PROTECTED_NAMES, SECRET_NAMES } from "../../shared/policy/protected-names.ts";
import { classify, isGuarded } from "../../shared/policy/protected.ts";
import { defineServer, type Host } from "../../shared/server.ts";
import { toolFor } from "../../shared/tool.ts";
import { grantBy, grantLine } from "./grant-line.ts";
import { Bench, desk, mute, no, yes, type Desk, type Kind } from "./harness.ts";

const RUNS = Number(process.env["PLUMB_RUNS"] ?? 200);
const resume = (sealed: Sealed, reply = yes()) => ({ resumed: { sealed, reply } });

interface Shelf {
  /** Puts files into a version, which lies outside the root as git's objects do. */
  readonly put: (version: string, files: Readonly<Record<string, string>>) => Promise<void>;
  /** A tool that brings the files of the version `remote` into the root, and knows beforehand which. */
  readonly swapper: (policy?: Desk["policy"], kind?: Kind) => Bench;
}

function shelf(at: Desk): Shelf {
  const folderOf = (version: string): string => join(at.root, "../versions", version);
  const placesIn = async (version = ""): Promise<Place[]> => {
    const entries = await readdir(folderOf(version), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(folderOf(version).length + 1))
      .map((relative) => ({ root: at.root, relative }));
  };
  return {
    async put(version, files) {
      await mkdir(folderOf(version), { recursive: true });
      for (const [name, text] of Object.entries(files)) {
        const path = join(folderOf(version), name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, text);
      }
    },
    swapper: (policy = at.policy, kind = {}) =>
      new Bench(policy, {
        effect: "write",
        foresee: ({ remote }) => placesIn(remote),
        run: async ({ remote = "" }, { access }) => {
          const places = await placesIn(remote);
          for (const place of places) access?.permit(place, "replace");
          for (const { relative } of places)
            await cp(join(folderOf(remote), relative), join(at.root, relative), { recursive: true });
        },
        ...kind,
      }),
  };
}

const MCP = { "a.txt": "new", ".mcp.json": "{}" };

/** What it asks about protected places, or nothing. */
async function asks(bench: Bench, remote: string): Promise<string> {
  const answer = await bench.call({ remote });
  return answer.kind === "question" ? (answer.question.message.split("\n").at(-1) ?? "") : "ran";
}

describe("a call that changes what it does not name", () => {
  test("runs without a question as long as nothing of it is protected, also what runs later", async () => {
    await using at = await desk({ "a.txt": "old" });
    const { put, swapper } = shelf(at);
    await put("v1", { "a.txt": "new", "dir/b.txt": "b", ".github/workflows/ci.yml": "on: push" });
    const bench = swapper();
    expect(await bench.outcome({ remote: "v1" })).toBe("ran");
    expect(await readFile(join(at.root, "a.txt"), "utf8")).toBe("new");
    expect([bench.looks, bench.runs]).toEqual([1, 1]);
    expect(bench.records.at(-1)).toMatchObject({ decision: "allowed", because: "tier 1", changed: true });
  });

  test("asks about protected places by name, and a yes is for these", async () => {
    await using at = await desk({ "a.txt": "old", ".mcp.json": "old" });
    const { put, swapper } = shelf(at);
    await put("v1", { ...MCP, ".npmrc": "x=y" });
    const bench = swapper();
    const { question, sealed } = await bench.ask({ remote: "v1" });
    expect(question).toEqual({
      message: [
        'Allow "Fixture" (fixture.fixture_tool)? It would change something here.',
        "- .mcp.json",
        "- .npmrc",
        'remote: "v1"',
        "Asked because it would change .mcp.json and .npmrc, which are protected.",
      ].join("\n"),
      lifetimes: ["once", "session", "always"],
    });
    expect(sealed.places).toEqual([`${at.root}/.mcp.json`, `${at.root}/.npmrc`]);
    expect(bench.records.at(-1)).toMatchObject({
      decision: "asked",
      because: "protected path",
      touches: { paths: [".mcp.json", ".npmrc"] },
      changed: false,
    });
    expect([bench.looks, bench.runs, await readFile(join(at.root, "a.txt"), "utf8")]).toEqual([1, 0, "old"]);

    expect(await bench.outcome({ remote: "v1" }, resume(sealed))).toBe("ran");
    expect([bench.looks, bench.runs]).toEqual([2, 1]);
    expect(await readFile(join(at.root, ".mcp.json"), "utf8")).toBe("{}");
    expect(bench.records.at(-1)?.because).toBe("the person said yes, once");
    expect((await bench.refusal({ remote: "v1" }, resume(sealed))).message).toBe(
      "this question was answered before",
    );
    expect(await bench.outcome({ remote: "v1" })).toBe("asked");
  });

  test("changes nothing after a no, and does not look again for it", async () => {
    await using at = await desk({ ".mcp.json": "old" });
    const { put, swapper } = shelf(at);
    await put("v1", MCP);
    const bench = swapper();
    const { sealed } = await bench.ask({ remote: "v1" });
    expect((await bench.refusal({ remote: "v1" }, resume(sealed, no))).message).toBe("the person said no");
    expect([bench.looks, bench.runs, await readFile(join(at.root, ".mcp.json"), "utf8")]).toEqual([
      1,
      0,
      "old",
    ]);
  });

  test.each([
    [{ ".mcp.json": "" }, "it would change .mcp.json, which is protected"],
    [
      { "x/.ENV": "", ".git-credentials": "" },
      "it would change .git-credentials and x/.ENV, which are protected",
    ],
    [
      { ".plumbline/a": "", ".plumbline/b": "", ".npmrc": "" },
      "it would change .npmrc, .plumbline/a and .plumbline/b, which are protected",
    ],
    [
      { ".env": "", ".npmrc": "", "a.pem": "", "b.pem": "", "c.pem": "" },
      "it would change .env, .npmrc, a.pem and 2 others, which are protected",
    ],
  ])("names up to three in its reason: %j", async (files, reason) => {
    await using at = await desk();
    const { put, swapper } = shelf(at);
    await put("v1", files);
    expect(await asks(swapper(), "v1")).toBe(`Asked because ${reason}.`);
  });

  test("asks about a link in the place of a folder that holds protected things", async () => {
    await using at = await desk();
    const { put, swapper } = shelf(at);
    await put("v1", { "evil/settings.json": "{}" });
    await symlink("evil", join(at.root, "../versions/v1/.claude"));
    expect(await asks(swapper(), "v1")).toBe("Asked because it would change .claude, which is protected.");
  });

  test("asks about a secret that the person opened for reading, and about what they protected", async () => {
    await using at = await desk({}, { secretsAllowed: [".env"], protectExtra: ["Makefile"] });
    const { put, swapper } = shelf(at);
    await put("v1", { ".env": "KEY=2", Makefile: "all:" });
    expect(await asks(swapper(), "v1")).toBe(
      "Asked because it would change .env and Makefile, which are protected.",
    );
  });

  test("is one question with what else would ask", async () => {
    await using at = await desk();
    const { put, swapper } = shelf(at);
    await put("v1", MCP);
    const bench = swapper(at.policy, { effect: "destroy" });
    expect(await asks(bench, "v1")).toBe(
      "Asked because it would change .mcp.json, which is protected; it cannot be undone.",
    );
    const { sealed } = await bench.ask({ remote: "v1" });
    expect(await bench.outcome({ remote: "v1" }, resume(sealed, yes("always")))).toBe("ran");
    expect(await bench.outcome({ remote: "v1" })).toBe("ran");
  });

  test("obeys --ask: the host does not answer for protected places, and deny refuses", async () => {
    await using at = await desk();
    const { put, swapper } = shelf(at);
    await put("v1", MCP);
    await put("v2", { "a.txt": "" });
    const host = await at.open({ ask: "host" });
    const deny = await at.open({ ask: "deny" });
    expect(await swapper(host).outcome({ remote: "v1" })).toBe("asked");
    expect(await swapper(host, { effect: "destroy" }).outcome({ remote: "v2" })).toBe("ran");
    expect((await swapper(deny).refusal({ remote: "v1" })).message).toBe(
      "fixture.fixture_tool needs a person's yes, since it would change .mcp.json, which is protected; nobody is asked here (--ask deny)",
    );
    expect(await swapper(deny).outcome({ remote: "v2" })).toBe("ran");
  });

  test("fails with what looking throws, before anything else", async () => {
    await using at = await desk();
    const bench = shelf(at).swapper(at.policy, {
      foresee: async () => {
        throw new ToolError("not_found", "there is no version of that name");
      },
    });
    expect((await bench.refusal({ remote: "v1" })).message).toBe("there is no version of that name");
    expect(bench.runs).toBe(0);
  });

  test("is not looked at when it is denied anyway, and never when it only reads", async () => {
    await using at = await desk({ "a.txt": "" }, { rules: [{ decision: "ask", path: "nowhere" }] });
    const { put, swapper } = shelf(at);
    await put("v1", MCP);
    const readOnly = swapper(await at.open({ readOnly: true }));
    const ruled = swapper(await at.open({ rules: [{ decision: "deny", tool: "fixture.*" }] }));
    const named = swapper();
    const read = swapper(at.policy, { effect: "read", run: async () => "read" });
    expect(await readOnly.outcome({ remote: "v1" })).toBe("denied");
    expect(await ruled.outcome({ remote: "v1" })).toBe("denied");
    expect(await named.outcome({ remote: "v1", path: ".env" })).toBe("denied");
    expect(await named.outcome({ remote: "v1" }, { hooks: { decision: "deny" } })).toBe("denied");
    expect(await read.outcome({ remote: "v1" })).toBe("ran");
    expect([readOnly, ruled, named, read].map(({ looks }) => looks)).toEqual([0, 0, 0, 0]);
  });
});

describe("between question and answer", () => {
  test("another protected place makes it another call, and so does one less", async () => {
    await using at = await desk();
    const { put, swapper } = shelf(at);
    await put("v1", MCP);
    const bench = swapper();
    const first = await bench.ask({ remote: "v1" });
    await put("v1", { ".npmrc": "" });
    const error = await bench.refusal({ remote: "v1" }, resume(first.sealed));
    expect([error.code, error.message]).toEqual([
      "conflict",
      "what the call would change changed since the question",
    ]);
    const second = await bench.ask({ remote: "v1" });
    await rm(join(at.root, "../versions/v1/.npmrc"));
    expect((await bench.refusal({ remote: "v1" }, resume(second.sealed))).code).toBe("conflict");
    expect(bench.runs).toBe(0);
  });

  test("a plain file more changes nothing, nor does the order in which they are found", async () => {
    await using at = await desk();
    const { put } = shelf(at);
    await put("v1", { ...MCP, ".npmrc": "", ".env": "" });
    const places = [".mcp.json", ".npmrc", ".env", "a"].map((relative) => ({ root: at.root, relative }));
    const bench = new Bench(at.policy, {
      effect: "write",
      foresee: async () => (bench.looks % 2 === 0 ? places : places.toReversed()),
      run: async (_, { access }) => {
        for (const place of places) access?.permit(place, "replace");
      },
    });
    const { sealed } = await bench.ask({});
    places.push({ root: at.root, relative: "dir/b.txt" });
    expect(await bench.outcome({}, resume(sealed))).toBe("ran");
  });

  test("what changes after the last look is caught when it is replaced", async () => {
    await using at = await desk();
    const { put, swapper } = shelf(at);
    await put("v1", MCP);
    const bench = swapper(at.policy, {
      run: async (_, { access }) => {
        access?.permit({ root: at.root, relative: ".mcp.json" }, "replace");
        access?.permit({ root: at.root, relative: ".npmrc" }, "replace");
      },
    });
    const { sealed } = await bench.ask({ remote: "v1" });
    const error = await bench.refusal({ remote: "v1" }, resume(sealed));
    expect([error.code, error.message]).toEqual([
      "denied",
      ".npmrc needs a person's yes before another version replaces it, and this call was not asked about it",
    ]);
  });
});

describe("rules about places that a call does not name", () => {
  test("a deny rule closes them and names one, whatever was granted; deny beats ask", async () => {
    await using at = await desk(
      {},
      {
        rules: [
          { decision: "deny", path: "billing" },
          { decision: "ask", path: "billing" },
        ],
      },
    );
    const { put, swapper } = shelf(at);
    await put("v1", { "billing/rates.txt": "", ".mcp.json": "" });
    await grantRule(at.state, { decision: "allow", path: "**" });
    const bench = swapper();
    expect((await bench.refusal({ remote: "v1" })).message).toBe(
      "rule configured-1 closes billing/rates.txt, which this call would change",
    );
    expect([bench.looks, bench.runs]).toEqual([1, 0]);
  });

  test("an ask rule asks each time, and the yes covers them", async () => {
    await using at = await desk({}, { rules: [{ decision: "ask", path: "docs" }] });
    const { put, swapper } = shelf(at);
    await put("v1", { "docs/a.md": "", "b.txt": "" });
    const bench = swapper();
    const { question, sealed } = await bench.ask({ remote: "v1" });
    expect(question.lifetimes).toEqual(["once"]);
    expect(question.message).toContain("\n- docs/a.md\n");
    expect(await bench.outcome({ remote: "v1" }, resume(sealed, yes("always")))).toBe("ran");
    await grantRule(at.state, { decision: "allow", path: "**" });
    expect(await bench.outcome({ remote: "v1" })).toBe("asked");
    await grantRule(at.state, { decision: "allow", tool: "fixture.*", once: true });
    expect(await bench.outcome({ remote: "v1" })).toBe("ran");
  });

  test("only a grant that names a path answers for protected ones, once or for good", async () => {
    await using at = await desk();
    const { put, swapper } = shelf(at);
    await put("v1", MCP);
    await put("v2", { ...MCP, ".npmrc": "" });
    const bench = swapper();
    for (const once of [{ once: true }, {}] as const)
      await grantRule(at.state, { decision: "allow", tool: "fixture.*", ...once });
    expect(await bench.outcome({ remote: "v1" })).toBe("asked");
    expect(await listRules(at.state)).toHaveLength(2);
    await grantRule(at.state, { decision: "allow", tool: "fixture.*", path: ".mcp.json" });
    expect(await bench.outcome({ remote: "v1" })).toBe("ran");
    expect(bench.records.at(-1)?.decision).toBe("granted");
    expect(await bench.outcome({ remote: "v2" })).toBe("asked");
  });

  test.each(["session", "always"] as const)(
    "a yes for longer (%s) covers the same places, no others",
    async (lifetime) => {
      await using at = await desk();
      const { put, swapper } = shelf(at);
      await put("v1", MCP);
      await put("v2", { ...MCP, ".npmrc": "" });
      const bench = swapper();
      const { sealed } = await bench.ask({ remote: "v1" });
      expect(await bench.outcome({ remote: "v1" }, resume(sealed, yes(lifetime)))).toBe("ran");
      expect(await bench.outcome({ remote: "v1" })).toBe("ran");
      expect(await bench.outcome({ remote: "v2" })).toBe("asked");
      expect((await listRules(at.state)).map(({ path }) => path)).toEqual(
        lifetime === "always" ? [`${at.root}/.mcp.json`] : [],
      );
    },
  );
});

describe("a client that cannot ask", () => {
  const many = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`.plumbline/prompts/${index}.md`, ""]));

  test.each([
    ["one place", "write", undefined, MCP],
    ["odd names", "write", undefined, { "it's *.pem": "", "{a,b}.key": "", "é $(id) `x`.pem": "" }],
    ["a path of its own besides", "write", ".", { ...MCP, ".npmrc": "" }],
    ["more places than a line names", "write", undefined, { ...many(40), "a.txt": "" }],
    ["more places, and a path", "write", ".", many(40)],
    ["what cannot be undone", "destroy", undefined, MCP],
    ["what cannot be undone, with a path", "destroy", ".", MCP],
  ] as const)(
    "is told the command that allows it, once or for a time: %s",
    async (_, effect, path, files) => {
      await using at = await desk();
      const { put, swapper } = shelf(at);
      await put("v1", files);
      const bench = swapper(at.policy, { effect });
      const input = { remote: "v1", ...(path === undefined ? {} : { path }) };
      const error = await bench.refusal(input, { caller: mute });
      expect(error.message).toContain("protected");
      const line = grantLine(error);
      await grantBy(at.state, line);
      expect(await bench.outcome(input, { caller: mute })).toBe("ran");
      expect(await bench.outcome(input, { caller: mute })).toBe("denied");
      for (const longer of ["--until 1h", "--always"]) {
        await using other = await desk();
        const shelved = shelf(other);
        await shelved.put("v1", files);
        const again = shelved.swapper(other.policy, { effect });
        const command = grantLine(await again.refusal(input, { caller: mute })).replace("--once", longer);
        await grantBy(other.state, command);
        for (let count = 0; count < 2; count++)
          expect(await again.outcome(input, { caller: mute })).toBe("ran");
      }
    },
  );

  test("is told each protected place by name as long as they are few", async () => {
    await using at = await desk();
    const { put, swapper } = shelf(at);
    await put("v1", { ...MCP, "x/.npmrc": "" });
    const line = grantLine(await swapper().refusal({ remote: "v1" }, { caller: mute }));
    expect(line).toBe(
      `plumbline approvals grant fixture.fixture_tool --once --path ${at.root}/.mcp.json --path ${at.root}/x/.npmrc`,
    );
  });
});

describe("the door", () => {
  const replaceAt =
    (at: Desk, ...names: readonly string[]): NonNullable<Kind["run"]> =>
    async (_, { access }) => {
      for (const relative of names) access?.permit({ root: at.root, relative }, "replace");
    };

  test("replaces nothing protected for a tool that foresees nothing, unless a rule by path says so", async () => {
    await using at = await desk();
    const bench = new Bench(at.policy, {
      effect: "write",
      run: replaceAt(at, "a.txt", ".github/workflows/x", ".mcp.json"),
    });
    expect((await bench.refusal({})).message).toMatch(/^\.mcp\.json needs a person's yes/u);
    await grantRule(at.state, { decision: "allow", tool: "fixture.*" });
    await grantRule(at.state, { decision: "allow", tool: "fixture.*", path: ".mcp.json", once: true });
    expect(await bench.outcome({})).toBe("denied");
    await grantRule(at.state, { decision: "allow", tool: "fixture.*", path: ".mcp.json" });
    expect(await bench.outcome({})).toBe("ran");
  });

  test("does not take a yes to a folder for one to what is protected in it", async () => {
    await using at = await desk();
    const bench = new Bench(at.policy, { effect: "destroy", run: replaceAt(at, "a.txt", ".mcp.json") });
    const { sealed } = await bench.ask({ path: "." });
    expect((await bench.refusal({ path: "." }, resume(sealed))).message).toContain(".mcp.json");
  });

  test("still writes nothing protected, also after a yes to its replacement", async () => {
    await using at = await desk();
    const { put, swapper } = shelf(at);
    await put("v1", MCP);
    const bench = swapper(at.policy, {
      run: async (_, { access }) => access?.permit({ root: at.root, relative: ".mcp.json" }, "write"),
    });
    const { sealed } = await bench.ask({ remote: "v1" });
    expect((await bench.refusal({ remote: "v1" }, resume(sealed))).message).toBe(
      ".mcp.json is protected: no tool writes it",
    );
  });

  test("replaces nothing for a call that reads", async () => {
    await using at = await desk();
    const free = new Bench(at.policy, { run: replaceAt(at, "a.txt") });
    const ruled = new Bench(await at.open({ rules: [{ decision: "ask", path: "x" }] }), {
      run: replaceAt(at, "a.txt"),
    });
    expect([await free.outcome({}), await ruled.outcome({})]).toEqual(["denied", "denied"]);
  });

  test("does not count a grant for once that this call did not spend", async () => {
    await using at = await desk();
    const place = { root: at.root, relative: ".github/workflows/ci.yml" };
    await grantRule(at.state, { decision: "allow", path: ".github/**", once: true });
    const sneaky = new Bench(at.policy, {
      effect: "write",
      run: async (_, { access }) => access?.permit(place, "write"),
    });
    expect(await sneaky.outcome({ path: "a.txt" })).toBe("denied");
    const named = new Bench(at.policy, { effect: "write" });
    expect(await named.outcome({ path: place.relative })).toBe("ran");
    await grantRule(at.state, { decision: "allow", tool: "fixture.*", once: true });
    expect(await named.outcome({ path: place.relative })).toBe("asked");
  });

  test("lets nothing guarded pass that was not foreseen and approved, or granted by path", async () => {
    const name = fc.constantFrom(
      "a.txt",
      ".mcp.json",
      ".npmrc",
      "x/.env",
      ".claude",
      ".CLAUDE/settings.json",
      "docs/a",
      ".github/workflows/x",
      ".plumbline/hooks.json",
      "ask/.npmrc",
      "deny/b",
    );
    await using at = await desk(
      {},
      {
        rules: [
          { decision: "ask", path: "ask" },
          { decision: "deny", path: "deny" },
        ],
      },
    );
    const lists = fc.array(name, { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(lists, lists, fc.boolean(), fc.boolean(), async (foreseen, replaced, says, names) => {
        const tried: { path: string; passed: boolean }[] = [];
        const bench = new Bench(at.policy, {
          effect: "destroy",
          foresee: async () => foreseen.map((relative) => ({ root: at.root, relative })),
          run: async (_, { access }) => {
            for (const path of replaced)
              tried.push({ path, passed: passes(access, { root: at.root, relative: path }, "replace") });
          },
        });
        const input = names ? { path: "." } : {};
        const first = await bench.call(input).catch((error: unknown) => error);
        if (first instanceof ToolError) {
          expect(foreseen).toContain("deny/b");
          return;
        }
        const { sealed } = await bench.ask(input);
        await bench.outcome(input, resume(sealed, says ? yes() : no));
        expect(tried).toHaveLength(says ? replaced.length : 0);
        for (const { path, passed } of tried) {
          const isClosed = path.startsWith("deny/");
          const needs = isGuarded({ root: at.root, relative: path }, classify) || path.startsWith("ask/");
          expect({ path, passed }).toEqual({
            path,
            passed: !isClosed && (!needs || foreseen.some((each) => each === path)),
          });
        }
      }),
      { numRuns: RUNS },
    );
  });

  function passes(
    access: { permit(place: Place, intent: Intent): void } | undefined,
    place: Place,
    intent: Intent,
  ): boolean {
    try {
      access?.permit(place, intent);
      return access !== undefined;
    } catch (error) {
      if (error instanceof ToolError) return false;
      throw error;
    }
  }
});

describe("what is guarded", () => {
  test("is all that is never written, and the hidden folders above it", () => {
    const guarded = (relative: string): boolean => isGuarded({ root: "/r", relative }, classify);
    for (const name of [...SECRET_NAMES, ...PROTECTED_NAMES])
      expect([name, guarded(name.replaceAll("*", "x"))]).toEqual([name, true]);
    for (const name of [".claude", "sub/.cursor", ".config/gh", ".VSCode", ".kiro"])
      expect([name, guarded(name)]).toEqual([name, true]);
    for (const name of [
      "a.txt",
      ".claude/agents/a.md",
      ".config/x",
      "code",
      "code/user",
      ".github/workflows/x",
      "x.claude",
      ".env.example",
    ])
      expect([name, guarded(name)]).toEqual([name, false]);
  });
});

describe("many places", () => {
  test("are looked through in turns with others, and only what is protected is kept", async () => {
    await using at = await desk(
      {},
      {
        rules: [
          { decision: "deny", path: "billing/**" },
          { decision: "ask", path: "*.lock" },
        ],
      },
    );
    const places = Array.from({ length: 50_000 }, (_, index) => ({
      root: at.root,
      relative: `src/part-${index % 97}/deep/file-${index}.ts`,
    }));
    places.splice(25_000, 0, { root: at.root, relative: "src/.npmrc" });
    const bench = new Bench(at.policy, {
      effect: "write",
      foresee: async () => places,
      run: async (_, { access }) => {
        for (const place of places) access?.permit(place, "replace");
      },
    });
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const start = performance.now();
    const { sealed } = await bench.ask({});
    const took = performance.now() - start;
    clearInterval(timer);
    expect(sealed.places).toEqual([`${at.root}/src/.npmrc`]);
    expect(took).toBeLessThan(5_000);
    expect(longest).toBeLessThan(Math.max(500, took / 2));
    expect(await bench.outcome({}, resume(sealed))).toBe("ran");
  });

  test("protected ones are asked about in a short question, for once, with a short seal", async () => {
    await using at = await desk();
    const places = Array.from({ length: 20_000 }, (_, index) => ({
      root: at.root,
      relative: `.plumbline/prompts/${index}.md`,
    }));
    const bench = new Bench(at.policy, {
      effect: "write",
      foresee: async () => places,
      run: async (_, { access }) => {
        for (const place of places) access?.permit(place, "replace");
      },
    });
    const { question, sealed } = await bench.ask({});
    expect(question.lifetimes).toEqual(["once"]);
    expect(question.message.length).toBeLessThan(1_800);
    expect(question.message).toContain("and 19997 others");
    expect(JSON.stringify(sealed).length).toBeLessThan(1_000);
    const last = places.pop();
    expect(await bench.outcome({}, resume(sealed))).toBe("conflict");
    if (last !== undefined) places.push(last);
    expect(await bench.outcome({}, resume((await bench.ask({})).sealed))).toBe("ran");
  });
});

describe("a server's tool", () => {
  test("looks with the server's own things and the call's signal; without it there is nothing to wait for", async () => {
    await using at = await desk();
    const input = z.strictObject({ name: z.string() });
    const about = { title: "T", description: "D", effect: "write", reach: "local", input } as const;
    const server = defineServer({
      name: "git",
      summary: "",
      options: z.strictObject({}),
      tools: [
        toolFor<{ root: string }>()({
          ...about,
          name: "with_look",
          foresee: async ({ name }, { root, signal }) => (signal.aborted ? [] : [{ root, relative: name }]),
          run: async () => "done",
        }),
        toolFor<{ root: string }>()({ ...about, name: "without", run: async () => "done" }),
      ],
      open: async () => ({ root: at.root }),
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this server opens nothing
    const { tools } = await server.open({}, {} as Host);
    const [look, none] = tools.map((tool) => toEndpoint("git", tool).tool);
    const { signal } = new AbortController();
    expect(await look?.foresee?.({ name: "x" }, { signal })).toEqual([{ root: at.root, relative: "x" }]);
    expect(none !== undefined && "foresee" in none).toBe(false);
  });
});
