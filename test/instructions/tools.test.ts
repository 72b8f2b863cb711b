import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import server from "../../servers/instructions/server.ts";
import { Scope } from "../../shared/scope.ts";
import { openWorkspace } from "../../shared/workspace/open-workspace.ts";
import { openInstructions } from "../../instructions/engine.ts";
import { USUAL_FAMILIES } from "../../instructions/shapes.ts";
import { callable, type Called } from "../support/call-tool.ts";

const FILES = {
  "AGENTS.md": "# Shop\n\nRun the tests.\n",
  "CLAUDE.md": "@AGENTS.md\n",
  "src/a.ts": "a\n",
  "src/AGENTS.md": "Handlers return data.\n\n@more.md\n",
  "src/more.md": "More about handlers.\n",
  ".cursor/rules/release.mdc": "---\ndescription: How a release is cut\nalwaysApply: false\n---\nTag it.\n",
  ".claude/rules/sql.md": "---\ntype: sometimes\nkeywords: [migration]\n---\nForward only.\n",
};

/** A server on a fresh folder with these files. */
async function withFiles(files: Readonly<Record<string, string>>): Promise<Called> {
  const made = await callable(server);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(made.dir, path)), { recursive: true });
    await writeFile(join(made.dir, path), text);
  }
  return made;
}

let ws: Called;
beforeAll(async () => {
  ws = await withFiles(FILES);
});
afterAll(() => ws[Symbol.asyncDispose]());

async function load(input: object): Promise<string> {
  const [text = ""] = await ws.texts("load_instructions", input);
  return text;
}

/** What stands before the text. */
function about(answer: string): string[] {
  return (answer.split("\n\n<instructions ")[0] ?? "").split("\n");
}

/** Paths of the marks, in order. */
function marked(answer: string): string[] {
  return [...answer.matchAll(/^<instructions path="(?<path>[^"]+)"/gmu)].map(
    ({ groups }) => groups?.["path"] ?? "",
  );
}

describe("load_instructions", () => {
  test("tells what applies and why, what does not and why, and then the text, the nearest last", async () => {
    const answer = await load({ target: "src/a.ts" });
    const [, sql = "", release = ""] = [...answer.matchAll(/ids \["([0-9a-f]{8})"\]/gu)].map(([, id]) => id);
    expect(sql).not.toBe(release);
    expect(about(answer).map((line) => line.replaceAll(/[0-9a-f]{8}/gu, "ID"))).toEqual([
      expect.stringMatching(
        /^\[2 files of instructions for src\/a\.ts, \d+ tokens, 3 left out; later ones are more specific\]$/u,
      ),
      "+ AGENTS.md (project, 6 tokens): always",
      "+ src/AGENTS.md (directory, 11 tokens): always; with src/more.md",
      "- CLAUDE.md: it only points to AGENTS.md",
      '- .claude/rules/sql.md: no keyword of it occurs; ids ["ID"] loads it',
      '- .cursor/rules/release.mdc: available on request: How a release is cut; ids ["ID"] loads it',
    ]);
    expect(marked(answer)).toEqual(["AGENTS.md", "src/AGENTS.md"]);
    expect(answer).toContain("Handlers return data.\n\nMore about handlers.\n</instructions ");
  });

  test("loads what waits for a keyword when the task has it, and whatever is asked for by its id", async () => {
    const byWord = await load({ target: "src/a.ts", query: "write a migration" });
    expect(byWord).toContain('+ .claude/rules/sql.md (rule, 4 tokens): keyword "migration" in the query');
    const id = /release\.mdc: .*ids \["([0-9a-f]{8})"\]/u.exec(byWord)?.[1] ?? "";
    const byId = await load({ target: "src/a.ts", ids: [id, "nothing"] });
    expect(byId).toContain("+ .cursor/rules/release.mdc (rule, 2 tokens): asked for by its id");
    expect(marked(byId)).toEqual(["AGENTS.md", ".cursor/rules/release.mdc", "src/AGENTS.md"]);
  });

  test("knows what would hold for a file that is not there, a folder, and the root", async () => {
    expect(marked(await load({ target: "src/new/deep/b.ts" }))).toEqual(["AGENTS.md", "src/AGENTS.md"]);
    expect(marked(await load({ target: join(ws.dir, "src") }))).toEqual(["AGENTS.md", "src/AGENTS.md"]);
    expect(marked(await load({ target: "." }))).toEqual(["AGENTS.md"]);
  });

  test("gives up the list of what was left out first, then reasons, the text last of all, and says so", async () => {
    await using many = await withFiles({
      "AGENTS.md": `${"Text. ".repeat(100)}\n`,
      ...Object.fromEntries(
        Array.from({ length: 60 }, (_, at) => [
          `.claude/rules/r${at}.md`,
          `---\ntype: sometimes\nkeywords: [word${at}]\n---\nRule.\n`,
        ]),
      ),
    });
    const shown = async (budget: number, target = "a.ts"): Promise<string> => {
      const [text = ""] = await many.texts("load_instructions", { target, budget });
      expect(text.length).toBeLessThanOrEqual(budget);
      return text;
    };
    const head = "1 file of instructions for a.ts, ";
    expect(await shown(20_000)).toMatch(`[${head}`);
    const without = await shown(2_000);
    expect(without).toMatch(`[partial: what was left out is not listed, raise budget; ${head}`);
    expect(without).toContain("+ AGENTS.md (project, ");
    expect(marked(without)).toEqual(["AGENTS.md"]);
    const alone = await shown(880);
    expect(alone).toMatch(`[partial: the text alone, raise budget; ${head}`);
    expect(marked(alone)).toEqual(["AGENTS.md"]);
    expect(await shown(400)).toMatch(/^\[partial: without the text, .*\n\+ AGENTS\.md \(project, /u);
    expect(await shown(200, "a".repeat(50))).toMatch(/^\[partial: without the text, [^\n]*$/u);
  });

  test("says so when nothing holds", async () => {
    await using empty = await withFiles({});
    expect(await empty.texts("load_instructions", { target: "a\n\u{202E}.ts" })).toEqual([
      "[no instructions for a\\u{a}\\u{202e}.ts]",
    ]);
    expect(await empty.texts("list_instructions", {})).toEqual(["[0 files of instructions]"]);
  });

  test("reports a broken file with its line, and loads the rest", async () => {
    await using broken = await withFiles({
      "AGENTS.md": "Fine.\n",
      ".claude/rules/bad.md": "---\npriority: urgent\ntags: [a\n---\nStill here.\n",
      ".claude/rules/binary.md": "a\0b",
    });
    const [text = ""] = await broken.texts("load_instructions", { target: "a.ts" });
    expect(text).toMatch(/^\[2 files of instructions for a\.ts, \d+ tokens, [2-9] problems; /u);
    expect(text).toMatch(/^! \.claude\/rules\/bad\.md:2: ./mu);
    expect(text).toMatch(/^! \.claude\/rules\/binary\.md: ./mu);
    expect(marked(text)).toEqual(["AGENTS.md", ".claude/rules/bad.md"]);
    const [listed = ""] = await broken.texts("list_instructions", {});
    expect(listed).toMatch(/^\.claude\/rules\/bad\.md .*\n {2}! line \d+: /mu);
    expect(listed).toMatch(/^\.claude\/rules\/binary\.md .*\n {2}! ./mu);
  });
});

describe("list_instructions", () => {
  test("lists every file with when it is loaded", async () => {
    expect(await ws.texts("list_instructions", {})).toEqual([
      [
        "[5 files of instructions]",
        "AGENTS.md (agents, 6 tokens): always",
        "CLAUDE.md (claude, 3 tokens): always",
        ".claude/rules/sql.md (claude, 4 tokens): with any of the words migration",
        ".cursor/rules/release.mdc (cursor, 2 tokens): on request: How a release is cut",
        "src/AGENTS.md (agents, 8 tokens): always below src",
      ].join("\n"),
    ]);
    expect(await ws.texts("list_instructions", { path: "src" })).toEqual([
      "[1 file of instructions]\nsrc/AGENTS.md (agents, 8 tokens): always below src",
    ]);
  });

  test("knows a folder by a link to it, and tells of names that are not read", async () => {
    await using made = await withFiles({ "real/AGENTS.md": "Real.\n", "agents.md": "Not read.\n" });
    await symlink("real", join(made.dir, "link"));
    const line = "real/AGENTS.md (agents, 2 tokens): always below real";
    const [listed = ""] = await made.texts("list_instructions", { path: "link" });
    expect(listed.split("\n")).toEqual([
      "[1 file of instructions]",
      line,
      "! agents.md: it is not read: only AGENTS.md, spelt exactly so, is a file of instructions",
    ]);
  });

  test("counts by folder when there is no room", async () => {
    expect(await ws.texts("list_instructions", { budget: 200 })).toEqual([
      "[partial: counts by folder, ask by path or raise budget; 5 files of instructions]\n.: 2\n.claude/: 1\n.cursor/: 1\nsrc/: 1",
    ]);
  });
});

describe("refuses in its own words", () => {
  test.each([
    ["load_instructions", { target: "../x" }, /^denied/u],
    ["load_instructions", { target: "/etc/passwd" }, /^denied/u],
    ["load_instructions", { target: "a\0b" }, /^invalid_input/u],
    ["load_instructions", {}, /^invalid_input: .*target/su],
    ["load_instructions", { target: "a", budget: 199 }, /^invalid_input: .*budget/su],
    ["load_instructions", { target: "a", ids: "abc" }, /^invalid_input: .*ids/su],
    ["load_instructions", { target: "a", path: "b" }, /^invalid_input: .*path/su],
    ["list_instructions", { path: ".." }, /^denied/u],
    ["list_instructions", { path: "src/a.ts" }, /^not_found: there is no folder at src\/a\.ts/u],
    ["list_instructions", { path: "missing" }, /^not_found/u],
    ["list_instructions", { path: "a\0b" }, /^invalid_input/u],
    ["read_resource", { uri: "instructions:///../x" }, /^denied/u],
    ["read_resource", { uri: "instructions:////etc/passwd" }, /^denied/u],
    ["read_resource", { uri: "instructions:///%2e%2e/x" }, /^denied/u],
    ["read_resource", { uri: "instructions:///%00" }, /^invalid_input/u],
    ["read_resource", { uri: "instructions:///%" }, /^invalid_input: .*\nhint: .*instructions:\/\/\/src/u],
    ["read_resource", { uri: "instructions://src/a.ts" }, /^invalid_input/u],
    ["read_resource", { uri: "file:///a" }, /^invalid_input/u],
  ])("%s %j", async (name, input, expected) => {
    expect(await ws.failure(name, input)).toMatch(expected);
  });
});

describe("the resource of a target", () => {
  test("is the merged text and nothing else", async () => {
    const [text = ""] = await ws.texts("read_resource", { uri: "instructions:///src/a.ts" });
    expect(text.startsWith('<instructions path="AGENTS.md"')).toBe(true);
    expect(marked(text)).toEqual(["AGENTS.md", "src/AGENTS.md"]);
    expect(await ws.texts("read_resource", { uri: `instructions:///${ws.dir}/src/a%2Ets` })).toEqual([text]);
    expect(marked((await ws.texts("read_resource", { uri: "instructions:///" }))[0] ?? "")).toEqual([
      "AGENTS.md",
    ]);
  });

  test("says so when nothing holds", async () => {
    await using empty = await withFiles({});
    expect(await empty.texts("read_resource", { uri: "instructions:///a.ts" })).toEqual([
      "[no instructions for a.ts]",
    ]);
  });
});

describe("a watched target", () => {
  test("tells of whatever changes the text, also of what came later, until nobody listens", async () => {
    await using made = await withFiles({ ...FILES, "linked.md": "Linked.\n" });
    const at = (path: string): string => join(made.dir, path);
    await symlink("../linked.md", at("src/CLAUDE.md"));
    await using scope = new Scope();
    const workspace = await openWorkspace([made.dir], { scope });
    const home = at("home");
    const places = { home, config: at("home/config"), state: at("home/state"), cache: at("home/cache") };
    const engine = openInstructions({ workspace, places, families: USUAL_FAMILIES, scope });
    let told = 0;
    const stop = await engine.watch("src/a.ts", () => (told += 1));
    const changes: Readonly<Record<string, () => Promise<unknown>>> = {
      "a file of the chain": () => writeFile(at("src/AGENTS.md"), "Handlers.\n\n@more.md\n@later.md\n"),
      "an imported file": () => writeFile(at("src/more.md"), "Much more.\n"),
      "an imported file that was missing": () => writeFile(at("src/later.md"), "Later.\n"),
      "the same again": () => writeFile(at("src/later.md"), "Still later.\n"),
      "the file behind a link": () => writeFile(at("linked.md"), "Linked otherwise.\n"),
      "a rules folder": () => mkdir(at("src/.claude/rules/deep"), { recursive: true }),
      "a rule in it": () => writeFile(at("src/.claude/rules/deep/new.md"), "New.\n"),
      "this rule": () => writeFile(at("src/.claude/rules/deep/new.md"), "Newer.\n"),
      "its end": () => rm(at("src/.claude"), { recursive: true }),
    };
    for (const [what, change] of Object.entries(changes)) {
      const before = told;
      await change();
      await expect.poll(() => told, { message: what, timeout: 10_000 }).toBeGreaterThan(before);
      // what came with the change is found before the next one
      await expect
        .poll(() => engine.load({ target: "src/a.ts", signal: AbortSignal.timeout(5_000) }))
        .toBeTruthy();
    }
    stop();
    const before = told;
    await writeFile(at("src/AGENTS.md"), "Nobody hears this.\n");
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(told).toBe(before);
  });
});
