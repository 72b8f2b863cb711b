import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { onTerminal } from "./on-terminal.ts";
import { person, type Person } from "./command-line.ts";

const FILES = {
  "AGENTS.md": "# Shop\n\nRun the tests.\n",
  "CLAUDE.md": "@AGENTS.md\n",
  "src/a.ts": "a\n",
  "src/AGENTS.md": "Handlers return data.\n\n@more.md\n",
  "src/more.md": "More about handlers.\n",
  ".claude/rules/sql.md":
    "---\ntype: sometimes\nkeywords: [migration]\npriority: urgent\n---\nForward only.\n",
  "GEMINI.md": "For Gemini.\n",
};

async function somebody(files: Readonly<Record<string, string>> = FILES): Promise<Person> {
  const me = await person();
  for (const [path, text] of Object.entries(files)) await me.write(`project/${path}`, text);
  return me;
}

/** Without the nonce. */
function plain(text: string): string {
  return text.replaceAll(/ [0-9a-f]{12}>/gu, " NONCE>");
}

const loadedSchema = z.object({
  target: z.string(),
  blocks: z.array(z.looseObject({ path: z.string(), reason: z.string(), text: z.string() })),
  excluded: z.array(z.looseObject({ path: z.string(), reason: z.string() })),
  warnings: z.array(z.looseObject({ path: z.string(), line: z.number() })),
  mergedText: z.string(),
});

describe("plumbline instructions", () => {
  test("shows a table with reasons, what is wrong, and a short text", async () => {
    await using me = await somebody();
    const { stdout, stderr, code } = await me.plumbline(["instructions", "src/a.ts"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(plain(stdout).split("\n")).toEqual([
      expect.stringMatching(/^\[2 files of instructions for src\/a\.ts, \d+ tokens\]$/u),
      "",
      "file           scope      tokens  why",
      "AGENTS.md      project    6       always",
      "src/AGENTS.md  directory  11      always; with src/more.md",
      "",
      "! .claude/rules/sql.md:4: priority must be high, normal or low: it was left out",
      "",
      "2 left out; --why tells the reasons",
      "",
      '<instructions path="AGENTS.md" scope="project" priority="normal" NONCE>',
      "# Shop",
      "",
      "Run the tests.",
      "</instructions NONCE>",
      "",
      '<instructions path="src/AGENTS.md" scope="directory" priority="normal" NONCE>',
      "Handlers return data.",
      "",
      "More about handlers.",
      "</instructions NONCE>",
      "",
    ]);
  });

  test("tells on --why what was left out, and takes a task", async () => {
    await using me = await somebody();
    const { stdout } = await me.plumbline(["instructions", "src/a.ts", "--why"]);
    expect(stdout).toContain(
      "\nleft out\n  CLAUDE.md (7 tokens): it only points to AGENTS.md\n  .claude/rules/sql.md (4 tokens): no keyword of it occurs\n",
    );
    const asked = await me.plumbline(["instructions", "src/a.ts", "--query", "a migration"]);
    expect(asked.stdout).toMatch(/^\.claude\/rules\/sql\.md +rule +4 +keyword "migration" in the query$/mu);
  });

  test("prints a long text only on request, and then nothing else", async () => {
    await using me = await somebody({ "AGENTS.md": "Line.\n".repeat(100) });
    const { stdout } = await me.plumbline(["instructions"]);
    expect(stdout).toMatch(/\n\nThe text has 102 lines; --text prints it\.\n$/u);
    const text = await me.plumbline(["instructions", "--text"]);
    expect(text.stdout).toMatch(
      /^<instructions path="AGENTS\.md" (?:.|\n)*<\/instructions [0-9a-f]{12}>\n$/u,
    );
    const little = await me.plumbline(["instructions", "--text", "--budget", "1"]);
    expect(little.stdout.length).toBeLessThan(1_100);
  });

  test("prints all of it as JSON", async () => {
    await using me = await somebody();
    const { stdout } = await me.plumbline(["instructions", "src/a.ts", "--json"]);
    const { target, blocks, excluded, warnings, mergedText } = loadedSchema.parse(JSON.parse(stdout));
    expect(target).toBe("src/a.ts");
    expect(blocks.map(({ path }) => path)).toEqual(["AGENTS.md", "src/AGENTS.md"]);
    expect(excluded.map(({ path }) => path)).toEqual(["CLAUDE.md", ".claude/rules/sql.md"]);
    expect(warnings).toMatchObject([{ path: ".claude/rules/sql.md", line: 4 }]);
    expect(mergedText).toContain("More about handlers.");
  });

  test("takes a path from where the person is, or from a root that lies elsewhere", async () => {
    await using me = await somebody();
    const cwd = join(me.project, "src");
    const root = ["--root", me.project];
    const inside = await me.plumbline(["instructions", "new.ts", ...root], { cwd });
    expect(inside.stdout).toContain("\nsrc/AGENTS.md  directory");
    await mkdir(join(me.home, "elsewhere"));
    const away = await me.plumbline(["instructions", "src/new.ts", ...root], {
      cwd: join(me.home, "elsewhere"),
    });
    expect(away.stdout).toContain("\nsrc/AGENTS.md  directory");
  });

  test("knows the families that the person chose, and their own files", async () => {
    await using me = await somebody();
    await me.write(".config/plumbline/config.json", {
      instructions: { families: ["agents", "gemini"], userFamilies: ["codex"] },
    });
    await me.write(".config/plumbline/AGENTS.md", "Be brief.\n");
    await me.write(".codex/AGENTS.md", "Be quick.\n");
    const { stdout } = await me.plumbline(["instructions", "--json"]);
    const { blocks } = loadedSchema.parse(JSON.parse(stdout));
    expect(blocks.map(({ path }) => path)).toEqual([
      "~/.config/plumbline/AGENTS.md",
      "~/.codex/AGENTS.md",
      "AGENTS.md",
      "GEMINI.md",
    ]);
    expect(blocks[0]?.text).toBe("Be brief.");
  });

  test("says so when nothing holds", async () => {
    await using me = await somebody({});
    const { stdout } = await me.plumbline(["instructions", "a\u{202E}b.ts"]);
    expect(stdout).toBe("[no instructions for a\\u{202e}b.ts]\n");
    expect((await me.plumbline(["instructions", "--text"])).stdout).toBe("");
  });

  test.each([
    [["../x"], "plumbline: the path is outside the roots."],
    [["/etc/passwd"], "plumbline: the path is outside the roots."],
    [["--budget", "many"], "plumbline: --budget takes a whole number from 1 on\n"],
    [["--budget", "0"], "plumbline: --budget takes a whole number from 1 on\n"],
    [["--txt"], "plumbline: unknown option '--txt' (Did you mean --text?)\n"],
    [["a", "b"], "plumbline: too many arguments"],
  ])("refuses %j in one line", async (args, message) => {
    await using me = await somebody();
    const { code, stdout, stderr } = await me.plumbline(["instructions", ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.startsWith(message)).toBe(true);
    expect(stderr.trim().split("\n").length).toBe(1);
  });

  test.skipIf(onTerminal === undefined)(
    "colours what is wrong on a terminal, and obeys no file",
    async () => {
      await using me = await somebody({ ...FILES, "AGENTS.md": "\u001B]0;owned\u0007Run.\n" });
      const shown = await onTerminal?.(me, "instructions src/a.ts");
      expect(shown?.output).toContain("\u001B[33m! .claude/rules/sql.md:4: priority");
      expect(shown?.output).toContain("\u001B[90m");
      expect(shown?.output).not.toContain("\u001B]0;");
      const plainly = await onTerminal?.(me, "instructions src/a.ts", { env: { NO_COLOR: "1" } });
      expect(plainly?.output).not.toContain("\u001B[");
    },
  );
});

test("plumbline prompts is one of the commands", async () => {
  await using me = await somebody();
  const { stdout } = await me.plumbline(["prompts", "list", "review"]);
  expect(stdout).toMatch(/^review-change +built in/mu);
  const shown = await me.plumbline(["prompts", "show", "explain-code", "--arg", "target=src/a.ts"]);
  expect(shown.stdout).toMatch(/^Explain src\/a\.ts to /u);
});
