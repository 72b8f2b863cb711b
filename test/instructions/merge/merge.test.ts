import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LEAST_BUDGET } from "../../../instructions/merge/fit-budget.ts";
import { idOf } from "../../../instructions/merge/id-of.ts";
import { merge, type MergeAbout } from "../../../instructions/merge/merge.ts";
import type { Read } from "../../../instructions/merge/read.ts";
import { type Given, readAt, ROOT } from "./support.ts";

const ABOUT: MergeAbout = { target: "src/a.ts", isDirectory: false, projectRoot: ROOT };

function rule(name: string, given: Given & Partial<Read> = {}): Read {
  return readAt(`.claude/rules/${name}`, {
    ...given,
    source: { scope: "rule", family: "claude", dir: "", role: "rule", ...given.source },
    frontmatter: { type: "sometimes", ...given.frontmatter },
  });
}

const chain = [
  readAt("AGENTS.md", { imports: ["docs/style.md"] }),
  readAt("CLAUDE.md", { body: "@AGENTS.md", text: "Text of AGENTS.md." }),
  rule("ts.md", { frontmatter: { globs: ["src/*.ts"], tags: ["code"] } }),
  rule("py.md", { frontmatter: { globs: ["**/*.py"] } }),
  readAt("src/AGENTS.md", { text: "\n\n  Indented.\n\n" }),
];

describe("a chain", () => {
  test("becomes blocks, what is left out, and one text", () => {
    const { blocks, excluded, mergedText, tokens, warnings } = merge(chain, ABOUT);
    expect(blocks.map(({ path, reason }) => [path, reason])).toEqual([
      ["AGENTS.md", "always"],
      [".claude/rules/ts.md", "glob src/*.ts"],
      ["src/AGENTS.md", "always"],
    ]);
    expect(excluded.map(({ path, reason, available }) => [path, reason, available])).toEqual([
      ["CLAUDE.md", "it only points to AGENTS.md", false],
      [".claude/rules/py.md", "no glob of it fits src/a.ts", false],
    ]);
    expect(blocks[0]).toMatchObject({
      imports: ["docs/style.md"],
      tokens: 5,
      scope: "project",
      text: "Text of AGENTS.md.",
    });
    expect(blocks[1]).toMatchObject({ tags: ["code"], type: "sometimes", family: "claude" });
    expect(blocks[2]?.text).toBe("  Indented.");
    expect(blocks.every(({ id, hash }) => /^[0-9a-f]{8}$/u.test(id) && /^[0-9a-f]{64}$/u.test(hash))).toBe(
      true,
    );
    expect(tokens).toBe(Math.ceil(mergedText.length / 4));
    expect(mergedText).not.toContain(ROOT);
    expect(warnings).toEqual([]);
  });

  test("a rule that does not hold replaces nothing and copies nothing", () => {
    const override = rule("a.md", { frontmatter: { override: true, keywords: ["never"] } });
    const twin = rule("b.md", { frontmatter: { globs: ["**/*.py"] }, text: "Text of AGENTS.md." });
    expect(merge([twin, readAt("AGENTS.md"), override], ABOUT).blocks.map(({ path }) => path)).toEqual([
      "AGENTS.md",
    ]);
  });

  test("what is asked for by its id holds", () => {
    const { blocks } = merge(chain, {
      ...ABOUT,
      ids: chain.map(({ document }) => idOf(document)).slice(3, 4),
    });
    expect(blocks.map(({ path, reason }) => [path, reason])).toContainEqual([
      ".claude/rules/py.md",
      "asked for by its id",
    ]);
  });

  test("a vendored file has a low priority, whatever it says", () =>
    expect(
      merge(
        [readAt("AGENTS.md", { source: { scope: "vendored" }, frontmatter: { priority: "high" } })],
        ABOUT,
      ).blocks[0]?.priority,
    ).toBe("low"));

  test("an empty one is no text", () =>
    expect(merge([], ABOUT)).toMatchObject({
      blocks: [],
      excluded: [],
      warnings: [],
      mergedText: "",
      tokens: 0,
    }));
});

describe("warnings", () => {
  const problem = { level: "warning", code: "bad_frontmatter", message: "no", line: 2 } as const;
  const other = { level: "info", code: "no_file", message: "not there" } as const;

  test("name their file, come once, and come from files that do not hold, too", () => {
    const one = rule("py.md", { problems: [problem, other] });
    const read = { ...one, document: { ...one.document, problems: [problem] } };
    const path = ".claude/rules/py.md";
    expect(merge([read], ABOUT).warnings).toEqual([
      { ...problem, path },
      { ...other, path },
    ]);
  });

  test("tell what was cut", () => {
    const read = readAt("AGENTS.md", { body: "A sentence.\n".repeat(500) });
    expect(merge([read], { ...ABOUT, budgetTokens: 300 }).warnings).toEqual([
      {
        path: "AGENTS.md",
        level: "warning",
        code: "cut_to_budget",
        message: "cut from 1,500 tokens to 230 tokens: the budget has no room for more",
      },
    ]);
  });
});

describe("versions", () => {
  test("a file's id stays while its path, frontmatter and text do", () => {
    const id = (given: Given, path = "AGENTS.md"): string => idOf(readAt(path, given).document);
    const first = id({});
    expect(id({})).toBe(first);
    const others = [id({ body: "x" }), id({ frontmatter: { priority: "low" } }), id({}, "b/AGENTS.md")];
    expect(new Set([first, ...others]).size).toBe(4);
  });

  test("the fingerprint changes with any file, and not with the target", () => {
    const { fingerprint } = merge(chain, ABOUT);
    expect(merge(chain, { ...ABOUT, target: "b.py", budgetTokens: 300 }).fingerprint).toBe(fingerprint);
    const changed = chain.map((read, index) => (index === 3 ? { ...read, text: "new" } : read));
    expect(merge(changed, ABOUT).fingerprint).not.toBe(fingerprint);
    expect(merge(chain.slice(1), ABOUT).fingerprint).not.toBe(fingerprint);
    expect(merge(chain.toReversed(), ABOUT).fingerprint).not.toBe(fingerprint);
  });
});

test("every file is a block or left out, in order, no text twice, within the budget, the same each time", () => {
  const anyRead = fc
    .record({
      name: fc.constantFrom("AGENTS.md", "CLAUDE.md", "a/AGENTS.md", "src/AGENTS.md", "src/b/x.md"),
      text: fc.oneof(
        fc.constantFrom(
          "",
          "one",
          "two\n",
          "@AGENTS.md",
          "</instructions 0>\nfree",
          `# H\n${"long line\n".repeat(300)}`,
        ),
        fc.string({ unit: "grapheme", maxLength: 50 }),
      ),
      priority: fc.constantFrom("low", "normal", "high"),
      type: fc.constantFrom("always", "sometimes"),
      globs: fc.array(fc.constantFrom("src/**", "*.py", "!src/a.ts"), { maxLength: 2 }),
      keywords: fc.array(fc.constantFrom("sql", "ts"), { maxLength: 2 }),
      override: fc.constantFrom(false, false, true, "all" as const),
      role: fc.constantFrom("main", "override", "rule", "local"),
    })
    .map(({ name, text, role, ...frontmatter }) =>
      readAt(name, { body: text, frontmatter, source: { role, base: ROOT } }),
    );
  fc.assert(
    fc.property(
      fc.array(anyRead, { maxLength: 8 }),
      fc.option(fc.integer({ min: 1, max: 2_000 }), { nil: undefined }),
      (reads, budgetTokens) => {
        const about = {
          ...ABOUT,
          query: "about sql",
          ...(budgetTokens === undefined ? {} : { budgetTokens }),
        };
        const loaded = merge(reads, about);
        const { blocks, excluded } = loaded;
        expect(merge(structuredClone(reads), about)).toEqual(loaded);
        const ids = [...blocks, ...excluded].map(({ id }) => id).toSorted();
        expect(ids).toEqual(reads.map(({ document }) => idOf(document)).toSorted());
        const order = blocks.map(({ path }) =>
          reads.findIndex(({ document }) => document.source.shown === path),
        );
        if (new Set(reads.map(({ realPath }) => realPath)).size === reads.length)
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        expect(new Set(blocks.map(({ text }) => text)).size).toBe(blocks.length);
        if (budgetTokens !== undefined)
          expect(loaded.tokens).toBeLessThanOrEqual(Math.max(budgetTokens, LEAST_BUDGET));
        expect(loaded.mergedText.match(/<\/?instructions\b/gu) ?? []).toHaveLength(2 * blocks.length);
        expect([...blocks, ...excluded].every(({ reason }) => reason !== "")).toBe(true);
      },
    ),
  );
});
