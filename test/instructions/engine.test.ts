import { describe, expect, test } from "vitest";
import { rm } from "node:fs/promises";
import { blocksOf, engine, excludedOf } from "./engine-layout.ts";

const FULL = "word ".repeat(50_000);
const SIGNAL = new AbortController().signal;

describe("loading", () => {
  test("sees at once what changed, wherever it is: a file, an import, a rule, a folder", async () => {
    await using made = await engine({
      "root/AGENTS.md": "@more.md",
      "root/more.md": "ONE",
      "root/src/x": "",
    });
    const text = async (): Promise<string> => (await made.load("src/x")).mergedText;
    expect(await text()).toContain("\nONE\n");
    await made.write({ "root/more.md": "TWO" });
    expect(await text()).toContain("\nTWO\n");
    await made.write({ "root/src/.claude/rules/deep/r.md": "RULE" });
    expect(await text()).toContain("\nRULE\n");
    await rm(made.at("root/AGENTS.md"));
    expect(await text()).not.toContain("TWO");
    await made.write({ "root/src/.git": "gitdir: elsewhere" });
    expect((await made.load("src/x")).blocks[0]?.path).toBe(".claude/rules/deep/r.md");
  });

  test("fills in the branch that is checked out, also right after another is", async () => {
    await using made = await engine({
      "root/AGENTS.md": "---\ntemplate: vars\n---\non {{branch}}.",
      "root/.git/HEAD": "ref: refs/heads/feat/x\n",
      "root/.git/objects/x": "",
    });
    expect((await made.load("x")).mergedText).toContain("on feat/x.");
    await made.write({ "root/.git/HEAD": `${"a".repeat(40)}\n` });
    expect((await made.load("x")).mergedText).toContain("on HEAD.");
  });

  test("an id that no file has is told, and one that a file has is not", async () => {
    await using made = await engine({
      "root/AGENTS.md": "A",
      "root/.cursor/rules/b.mdc": "---\ndescription: b\n---\nB",
    });
    const [asked] = (await made.load("x")).excluded;
    const loaded = await made.load("x", { ids: [asked?.id ?? "", "0badc0de"] });
    expect(loaded.warnings).toMatchObject([{ code: "unknown_id", path: "0badc0de" }]);
    expect(loaded.blocks.map(({ path }) => path)).toContain(".cursor/rules/b.mdc");
  });

  test("has a fingerprint that changes with every file of the chain, and with no other", async () => {
    await using made = await engine({
      "root/AGENTS.md": "A @more.md",
      "root/more.md": "ONE",
      "root/other.md": "X",
    });
    const print = async (): Promise<string> => (await made.load("x")).fingerprint;
    const before = await print();
    await made.write({ "root/other.md": "Y", "root/src/AGENTS.md": "S" });
    expect(await print()).toBe(before);
    await made.write({ "root/more.md": "TWO" });
    const between = await print();
    expect(between).not.toBe(before);
    await made.write({ "root/AGENTS.md": "B @more.md" });
    expect(await print()).not.toBe(between);
  });

  test("of more than 4 MiB leaves out the farthest, told once, and never a person's own", async () => {
    const rules = Array.from({ length: 30 }, (_, each) => [
      `root/.claude/rules/r${each}.md`,
      `${each} ${FULL}`,
    ]);
    await using made = await engine({
      ...Object.fromEntries(rules),
      "config/AGENTS.md": "MINE",
      "etc/plumbline/AGENTS.md": "MANAGED",
      "root/AGENTS.md": "FAR",
      "root/src/AGENTS.md": "NEAR",
    });
    const loaded = await made.load("src/x");
    const blocks = blocksOf(loaded);
    expect(blocks.slice(0, 2)).toEqual([
      "managed (managed)/AGENTS.md: always",
      "user (config)/AGENTS.md: always",
    ]);
    expect(blocks.at(-1)).toBe("directory src/AGENTS.md: always");
    expect(blocks).toHaveLength(3 + 16);
    expect(loaded.warnings).toEqual([
      {
        level: "warning",
        code: "too_much",
        message:
          "all files together are longer than 4 MiB, and it is one of the farthest; so are 14 others, which are not read either",
        path: "AGENTS.md",
      },
    ]);
  });

  test("tells a template's problem with its line, also that of a file that was taken in", async () => {
    await using made = await engine({
      "root/AGENTS.md": "---\ntemplate: vars\n---\nA\n{{ one }}\n\n@b.md",
      "root/b.md": "---\ntemplate: liquid\n---\n\n{{ two }}",
    });
    const { warnings } = await made.load("x");
    expect(warnings.map(({ line, message }) => `${line} ${message.slice(0, 40)}`)).toEqual([
      "5 there is no variable `one`; its place st",
      "undefined in b.md line 5: there is no variable `tw",
    ]);
  });

  test("ends when the caller does, and fails for a target outside", async () => {
    await using made = await engine({ "root/AGENTS.md": "---\ntemplate: liquid\n---\n{{ date }}" });
    await expect(made.load("x", { signal: AbortSignal.abort(new Error("gone")) })).rejects.toThrow("gone");
    await expect(made.load("../x")).rejects.toMatchObject({ code: "denied" });
    await expect(made.load("a\0b")).rejects.toMatchObject({ code: "invalid_input" });
  });

  test("many times at once is as good as one after the other", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, each) => [
        `root/d${each}/AGENTS.md`,
        `---\ntemplate: liquid\n---\n{{ current_dir }}`,
      ]),
    );
    await using made = await engine({ ...files, "root/AGENTS.md": "R" });
    const all = await Promise.all(Array.from({ length: 100 }, (_, each) => made.load(`d${each % 20}/x`)));
    for (const [each, loaded] of all.entries()) {
      expect(excludedOf(loaded)).toEqual([]);
      expect(loaded.blocks[1]?.text).toBe(`d${each % 20}`);
    }
  });
});

test("a list names every file, when it counts, and those that cannot be read", async () => {
  await using made = await engine({
    "root/AGENTS.md": "R",
    "root/a/AGENTS.md": Buffer.from([0xff]),
    "root/a/.claude/rules/r.md": "---\npaths: x/**\nmatch: no\n---\nRULE",
    "root/b/.cursor/rules/ask.mdc": "---\ndescription: Asks\n---\nASK",
  });
  const lines = async (path: string): Promise<string[]> =>
    (await made.instructions.list(path, SIGNAL)).files.map(({ path: file, when, tokens, problems }) =>
      `${file} ${tokens}: ${when} ${problems.join()}`.trim(),
    );
  const inA = [
    "a/AGENTS.md 0: never it is not UTF-8 text",
    "a/.claude/rules/r.md 1: for x/** below a line 3: match must be any or all: it was left out",
  ];
  const inB = ["b/.cursor/rules/ask.mdc 1: on request: Asks"];
  expect(await lines("a")).toEqual(inA);
  expect(await lines("b")).toEqual(inB);
  expect((await lines(".")).toSorted()).toEqual(["AGENTS.md 1: always", ...inA, ...inB].toSorted());
});

test("a change is told while it is watched, and not afterwards", async () => {
  await using made = await engine({ "root/src/AGENTS.md": "S", "root/other/x": "" });
  let changed = 0;
  const stop = await made.instructions.watch("src/x", () => void (changed += 1));
  await made.write({ "root/src/AGENTS.md": "T" });
  await expect.poll(() => changed, { timeout: 5_000 }).toBeGreaterThan(0);
  const before = changed;
  await made.write({ "root/src/CLAUDE.md": "NEW" });
  await expect.poll(() => changed, { timeout: 5_000 }).toBeGreaterThan(before);
  stop();
  const last = changed;
  await made.write({ "root/src/AGENTS.md": "U" });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(changed).toBe(last);
});
