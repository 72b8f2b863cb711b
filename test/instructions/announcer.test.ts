import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { InstructionAnnouncer, type AnnouncerOptions } from "../../instructions/announcer.ts";
import type { Endpoint } from "../../shared/call.ts";
import { withAnnouncements } from "../../shared/pipeline/announce.ts";
import { fixture, freshCall, person } from "../support/calls.ts";
import { served, type Served } from "../support/served.ts";
import { temporary, type Ground } from "../support/workspace.ts";
import { engine, type Engine } from "./engine-layout.ts";
import type { Files } from "./find/layout.ts";

interface Told {
  /** Who calls. */
  readonly by?: string;
  readonly server?: string;
  readonly announcer?: InstructionAnnouncer;
}

interface Announcing extends AsyncDisposable {
  readonly made: Engine;
  readonly log: string[];
  /** How often the engine was opened. */
  opened(): number;
  another(options: Partial<AnnouncerOptions>): InstructionAnnouncer;
  /** What a call about these paths is told. */
  told(paths: readonly string[] | undefined, about?: Told): Promise<readonly string[]>;
}

/** An announcer that looks again at once, on files of this test's own. */
async function announcing(files: Files, options: Partial<AnnouncerOptions> = {}): Promise<Announcing> {
  const made = await engine(files);
  const log: string[] = [];
  let opened = 0;
  const another = (more: Partial<AnnouncerOptions>): InstructionAnnouncer =>
    new InstructionAnnouncer({
      announce: true,
      inject: false,
      lookAgainMs: 0,
      open: async () => ((opened += 1), made.instructions),
      ...options,
      ...more,
    });
  const usual = another({});
  return {
    made,
    log,
    another,
    opened: () => opened,
    async told(paths, { by = "one", server = "filesystem", announcer = usual } = {}) {
      const call = freshCall({
        caller: { ...person, id: by },
        log: (level, message) => void log.push(`${level} ${message}`),
      });
      if (paths !== undefined) call.record.touches = { paths: [...paths] };
      // two looks within one reading of the clock count as one
      await sleep(2);
      return (await announcer.notesFor({ ...fixture().tool, server }, {}, call)) ?? [];
    },
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

function note(names: string, place: string): string {
  const verb = names.includes(",") ? "hold" : "holds";
  return `[instructions] ${names} ${verb} for ${place}: read before changing something there`;
}

const TREE: Files = {
  "root/AGENTS.md": "ROOT",
  "root/src/AGENTS.md": "SRC",
  "root/src/api/CLAUDE.md": "API",
  "root/docs/a.md": "",
};

describe("a directory's own instructions are named", () => {
  test("once to a caller, and not those of the root", async () => {
    await using at = await announcing(TREE);
    expect(await at.told(["README.md"])).toEqual([]);
    expect(await at.told(["docs/a.md"])).toEqual([]);
    expect(await at.told(["src/a.ts"])).toEqual([note("src/AGENTS.md", "src")]);
    expect(await at.told(["src/a.ts"])).toEqual([]);
    expect(await at.told(["src/b.ts", "./src/c.ts", at.made.at("root/src/d.ts")])).toEqual([]);
    expect(await at.told(["src/api/b.ts"])).toEqual([note("src/api/CLAUDE.md", "src/api")]);
  });

  test("to each caller by itself", async () => {
    await using at = await announcing(TREE);
    for (const by of ["one", "two", "three"])
      expect(await at.told(["src/a.ts"], { by })).toEqual([note("src/AGENTS.md", "src")]);
    for (const by of ["one", "two", "three"]) expect(await at.told(["src/a.ts"], { by })).toEqual([]);
  });

  test("of a path that is the directory", async () => {
    await using at = await announcing(TREE);
    expect(await at.told(["src"])).toEqual([note("src/AGENTS.md", "src")]);
  });

  test("again when they changed, when they came back otherwise, and new ones", async () => {
    await using at = await announcing(TREE);
    await at.told(["src/a.ts"]);
    await at.made.write({ "root/src/AGENTS.md": "SRC, but otherwise" });
    expect(await at.told(["src/a.ts"])).toEqual([note("src/AGENTS.md", "src")]);
    expect(await at.told(["src/a.ts"])).toEqual([]);
    await rm(at.made.at("root/src/AGENTS.md"));
    expect(await at.told(["src/a.ts"])).toEqual([]);
    await at.made.write({ "root/src/AGENTS.md": "SRC", "root/src/CLAUDE.md": "NEW" });
    expect(await at.told(["src/a.ts"])).toEqual([note("src/CLAUDE.md", "src")]);
  });

  test("within the usual time no directory is looked at twice", async () => {
    await using at = await announcing(TREE, { lookAgainMs: 60_000 });
    await at.told(["src/a.ts"]);
    await at.made.write({ "root/src/AGENTS.md": "SRC, but otherwise" });
    expect(await at.told(["src/a.ts"])).toEqual([]);
    expect(await at.told(["src/a.ts"], { by: "two" })).toHaveLength(1);
  });

  test("as what holds: no replaced, pointing, conditional or vendored ones, but rules and repositories", async () => {
    await using at = await announcing({
      "root/a/AGENTS.md": "A",
      "root/a/AGENTS.override.md": "O",
      "root/b/AGENTS.md": "B",
      "root/b/CLAUDE.md": "@AGENTS.md",
      "root/c/.claude/rules/all.md": "C",
      "root/c/.claude/rules/some.md": "---\npaths: x/**\n---\nD",
      "root/vendor/v/AGENTS.md": "V",
      "root/sub/.git": "gitdir: elsewhere",
      "root/sub/AGENTS.md": "S",
    });
    expect(await at.told(["a/x.ts"])).toEqual([note("a/AGENTS.override.md", "a")]);
    expect(await at.told(["b/x.ts"])).toEqual([note("b/AGENTS.md", "b")]);
    expect(await at.told(["c/x.ts"])).toEqual([note("c/.claude/rules/all.md", "c")]);
    expect(await at.told(["vendor/v/x.ts"])).toEqual([]);
    expect(await at.told(["sub/x.ts"])).toEqual([note("AGENTS.md", "sub")]);
  });

  test("of at most eight paths of a call, and not what is only rendered or taken in", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, each) => [`root/d${each}/AGENTS.md`, `${each}`]),
    );
    await using at = await announcing({
      ...files,
      "root/t/AGENTS.md": "---\ntemplate: liquid\n---\n{% for a in b %}",
      "root/t/CLAUDE.md": "@../gone.md",
    });
    expect(await at.told(Object.keys(files).map((_, each) => `d${each}/x.ts`))).toHaveLength(8);
    expect(await at.told(["t/x.ts"])).toEqual([note("t/AGENTS.md, t/CLAUDE.md", "t")]);
  });
});

describe("nothing is said", () => {
  test("where it is switched off, by the server itself, and of calls without paths; nothing is opened", async () => {
    await using at = await announcing(TREE);
    const announcer = at.another({ announce: false });
    expect(await at.told(["src/a.ts"], { announcer })).toEqual([]);
    expect(await at.told(["src/a.ts"], { server: "instructions" })).toEqual([]);
    expect(await at.told(undefined)).toEqual([]);
    expect(await at.told([])).toEqual([]);
    expect(at.opened()).toBe(0);
  });

  test("of places outside, odd names, broken files, or when the engine does not open", async () => {
    await using at = await announcing({
      ...TREE,
      "root/bad/AGENTS.md": Buffer.from([0xff]),
      "out/AGENTS.md": "OUT",
    });
    for (const path of [
      "../out/x.ts",
      "/etc/passwd",
      "a\0b/x",
      "x".repeat(100_000),
      "bad/x.ts",
      "",
      "/",
      "\u202E/x",
    ])
      expect(await at.told([path]), path.slice(0, 50)).toEqual([]);
    expect(at.log).toEqual([]);
    const announcer = at.another({ open: () => Promise.reject(new Error("no such engine")) });
    expect(await at.told(["src/a.ts"], { announcer })).toEqual([]);
    expect(at.log).toEqual(["warn instructions of src: Error: no such engine"]);
  });
});

describe("with the text", () => {
  test("the directory's own follows and nothing of the root's, bounded, once", async () => {
    const long = "word ".repeat(4_000);
    await using at = await announcing(
      {
        ...TREE,
        "root/AGENTS.md": `---\npriority: high\n---\nROOT ${long}`,
        "root/long/AGENTS.md": `LONG ${long}`,
      },
      { inject: true },
    );
    const [short = ""] = await at.told(["src/a.ts"]);
    expect(short).toMatch(
      /^\[instructions\] src\/AGENTS\.md holds .*\n<instructions path="src\/AGENTS\.md"/u,
    );
    expect(short).toContain("\nSRC\n");
    expect(short).not.toContain("ROOT");
    expect(await at.told(["src/a.ts"])).toEqual([]);
    const [cut = ""] = await at.told(["long/a.ts"]);
    expect(cut).toContain("LONG word");
    expect(cut.length).toBeLessThan(2_000 * 4 + 300);
    expect(cut).toContain("left out here");
  });
});

describe("as it is served", () => {
  const files = { "AGENTS.md": "ROOT", "src/AGENTS.md": "SRC", "src/a.txt": "one", "src/b.txt": "two" };

  async function reading(ground: Ground, flags: Parameters<typeof served>[1]): Promise<[Served, string[]]> {
    const at = await served(ground, flags);
    const texts = [];
    for (const path of ["src/a.txt", "src/b.txt"]) texts.push((await at.call("read_file", { path })).text);
    return [at, texts];
  }

  test.each([
    [{}, true, false],
    [{ inject: true }, true, true],
    [{ announce: false, inject: true }, false, false],
  ])("the flags %j decide", async (flags, named, injected) => {
    await using ground = await temporary(files);
    const [at, [first = "", second = ""]] = await reading(ground, flags);
    await using _ = at;
    expect(first.includes(note("src/AGENTS.md", "src"))).toBe(named);
    expect(first.includes("\nSRC\n")).toBe(injected);
    expect(second).not.toContain("instructions");
    expect((await at.call("load_instructions", { target: "src/a.txt" })).text).not.toContain(
      "[instructions]",
    );
  });

  test("a failure is answered as it is, and the name comes with the next answer", async () => {
    await using ground = await temporary(files);
    await using at = await served(ground);
    const failed = await at.call("read_file", { path: "src/nothing.txt" });
    expect(failed.error).toBe("not_found");
    expect(failed.text).not.toContain("[instructions]");
    expect((await at.call("read_file", { path: "src/a.txt" })).text).toContain("[instructions]");
  });
});

test("a call that was told adds hardly anything to a call", async () => {
  await using at = await announcing(TREE, { lookAgainMs: 60_000 });
  const announcer = at.another({});
  const plain: Endpoint = {
    ...fixture(),
    call: async () => ({ kind: "answer", parts: [] }),
  };
  const staged = withAnnouncements(announcer)(plain);
  const call = freshCall();
  call.record.touches = { paths: ["src/deep/folder/a.ts"] };
  await staged.call({}, call);
  const once = async (endpoint: Endpoint): Promise<number> => {
    const from = performance.now();
    for (let each = 0; each < 1_000; each++) await endpoint.call({}, call);
    return performance.now() - from;
  };
  const added = [];
  for (let turn = 0; turn < 20; turn++) added.push((await once(staged)) - (await once(plain)));
  const median = (added.toSorted((a, b) => a - b)[10] ?? 0) / 1_000;
  console.log(`the stage adds ${(median * 1_000).toFixed(2)} µs to a repeated call`);
  expect(median).toBeLessThan(0.05);
});
