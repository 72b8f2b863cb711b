import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitBudget, LEAST_BUDGET } from "../../../instructions/merge/fit-budget.ts";
import { ANY_NONCE, mergedText } from "../../../instructions/merge/merged-text.ts";
import type { Block } from "../../../instructions/shapes.ts";
import { blockOf } from "./support.ts";

const PAGE = 4_000;

/** About 1,000 tokens. */
function page(path: string, given: Partial<Block> = {}): Block {
  return blockOf(path, { text: `${path}\n${"Some words here.\n".repeat(PAGE)}`.slice(0, PAGE), ...given });
}

function keptOf(blocks: readonly Block[], budgetTokens: number, asked: readonly string[] = []): string[] {
  return fitBudget(blocks, { budgetTokens, asked }).kept.map(({ path }) => path);
}

test("a repository cannot flood out what the administrator wrote", () => {
  const flood = Array.from({ length: 5 }, (_, each) => page(`loud-${each}`, { priority: "high" }));
  expect(keptOf([page("/etc/AGENTS.md", { scope: "managed" }), ...flood], 2_400)).toEqual([
    "/etc/AGENTS.md",
    "loud-4",
  ]);
});

describe("what goes first", () => {
  const blocks = [
    page("far-high", { priority: "high" }),
    page("far-normal"),
    page("far-low", { priority: "low" }),
    page("sometimes-normal", { type: "sometimes" }),
    page("near-high", { priority: "high" }),
    page("near-low", { priority: "low" }),
    page("near-normal"),
  ];

  test.each<[number, string[]]>([
    [
      7_400,
      ["far-high", "far-normal", "far-low", "sometimes-normal", "near-high", "near-low", "near-normal"],
    ],
    [6_400, ["far-high", "far-normal", "sometimes-normal", "near-high", "near-low", "near-normal"]],
    [5_400, ["far-high", "far-normal", "sometimes-normal", "near-high", "near-normal"]],
    [4_400, ["far-high", "far-normal", "near-high", "near-normal"]],
    [3_400, ["far-high", "near-high", "near-normal"]],
    [2_400, ["far-high", "near-high"]],
    [1_400, ["near-high"]],
    [500, ["near-high"]],
  ])("of seven pages %d tokens keep %j", (budget, expected) =>
    expect(keptOf(blocks, budget)).toEqual(expected),
  );

  test("who asked for one gets it", () =>
    expect(keptOf(blocks, 2_400, ["id-far-low"])).toEqual(["far-low", "near-high"]));

  test("what is dropped is told, with its size and how to have it", () => {
    const { dropped, notice } = fitBudget([page("a.md"), page("b.md"), page("c.md")], {
      budgetTokens: 1_400,
    });
    expect(dropped).toEqual([
      {
        id: "id-a.md",
        path: "a.md",
        reason: "over the budget: 1,000 tokens",
        tokens: 1_000,
        available: true,
      },
      {
        id: "id-b.md",
        path: "b.md",
        reason: "over the budget: 1,000 tokens",
        tokens: 1_000,
        available: true,
      },
    ]);
    expect(notice).toBe(
      [
        "Left out, over the budget:",
        '- b.md: 1,000 tokens; ids ["id-b.md"] loads it',
        '- a.md: 1,000 tokens; ids ["id-a.md"] loads it',
      ].join("\n"),
    );
  });

  test("many of them are counted", () => {
    const many = Array.from({ length: 900 }, (_, index) => page(`a/quite/long/name/${index}.md`));
    const { notice, dropped } = fitBudget(many, { budgetTokens: 1_000 });
    expect(dropped).toHaveLength(899);
    expect(notice).toMatch(/\n- 88\d files more, named under excluded$/u);
    expect(notice.length).toBeLessThanOrEqual(1_000);
  });
});

describe("the last one", () => {
  const text = `# Rules\n\n${"Do this.\n".repeat(100)}\n## Testing\n\n${"Test it.\n".repeat(200)}`;

  test("is cut at a heading and says what is missing", () => {
    const { kept, cut, dropped } = fitBudget([blockOf("AGENTS.md", { text })], { budgetTokens: 500 });
    expect(dropped).toEqual([]);
    expect(cut?.text).toBe(text);
    expect(kept[0]?.text).toBe(
      `# Rules\n\n${"Do this.\n".repeat(100)}\n[about 454 tokens are left out here, from "## Testing" on; a larger budget shows them]`,
    );
    expect(kept[0]?.tokens).toBe(Math.ceil((kept[0]?.text.length ?? 0) / 4));
  });

  test("a budget below the least one counts as that", () => {
    const one = [blockOf("AGENTS.md", { text })];
    expect(fitBudget(one, { budgetTokens: 0 })).toEqual(fitBudget(one, { budgetTokens: LEAST_BUDGET }));
    expect(fitBudget(one, { budgetTokens: -1 }).kept[0]?.text).toContain("Do this.");
  });
});

test("nothing is said where everything has room", () =>
  expect(fitBudget([blockOf("a")], { budgetTokens: 10_000 })).toEqual({
    kept: [blockOf("a")],
    dropped: [],
    notice: "",
  }));

test("no blocks are no blocks", () => expect(fitBudget([], { budgetTokens: 1 }).kept).toEqual([]));

test("the budget holds, the order stays, no block is lost, and the most important one is there", () => {
  const anyText = fc.oneof(
    fc.constantFrom(
      "",
      "short",
      "# H\ntext\n".repeat(400),
      "<instructions>".repeat(100),
      "```\n".repeat(301),
    ),
    fc.string({ unit: "binary", maxLength: 200 }).map((text) => text.repeat(20)),
  );
  const anyBlock = fc.record({
    path: fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom("AGENTS.md", '<&>"'.repeat(200), "\u202e".repeat(300)),
    ),
    text: anyText,
    priority: fc.constantFrom("low", "normal", "high"),
    type: fc.constantFrom("always", "sometimes"),
  });
  fc.assert(
    fc.property(
      fc.array(anyBlock, { maxLength: 8 }),
      fc.integer({ min: 0, max: 3_000 }),
      (given, budgetTokens) => {
        const blocks = given.map((each, index) => blockOf(each.path, { ...each, id: String(index) }));
        const { kept, dropped, notice } = fitBudget(blocks, { budgetTokens });
        const merged = mergedText(kept, notice, ANY_NONCE);
        expect(merged.length).toBeLessThanOrEqual(4 * Math.max(budgetTokens, LEAST_BUDGET));
        const [keptIds, droppedIds] = [kept.map(({ id }) => id), dropped.map(({ id }) => id)];
        expect(keptIds).toEqual(keptIds.toSorted((a, b) => Number(a) - Number(b)));
        expect([...keptIds, ...droppedIds].toSorted((a, b) => Number(a) - Number(b))).toEqual(
          blocks.map(({ id }) => id),
        );
        const most = blocks.findLast(({ priority, type }) => priority === "high" && type === "always");
        if (most !== undefined) expect(keptIds).toContain(most.id);
        const whole = kept.filter((block) => blocks.includes(block));
        expect(whole.length).toBeGreaterThanOrEqual(kept.length - 1);
        if (kept.length > 1) expect(whole).toEqual(kept);
      },
    ),
  );
});
