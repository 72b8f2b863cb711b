import fc from "fast-check";
import { expect, test } from "vitest";
import { fit, withBudget } from "../../shared/pipeline/budget.ts";
import type { Part } from "../../shared/tool.ts";
import { fixture, freshCall, textOf } from "../support/calls.ts";

const text = (value: string): Part => ({ type: "text", text: value });
const size = (parts: readonly Part[]): number =>
  parts.reduce((sum, part) => sum + (part.type === "text" ? part.text.length : 0), 0);

test("an answer within its budget is left alone", async () => {
  expect(textOf(await withBudget()(fixture({ text: "short" })).call({}, freshCall()))).toBe("short");
});

test("the first shorter form that fits is given instead of a cut", async () => {
  const endpoint = withBudget()(fixture({ text: "x".repeat(5_000), shorter: ["y".repeat(900), "one line"] }));
  expect(textOf(await endpoint.call({ budget: 1_000 }, freshCall()))).toBe("y".repeat(900));
  expect(textOf(await endpoint.call({ budget: 200 }, freshCall()))).toBe("one line");
});

test("what has to be cut says so in its first line, with the whole length", async () => {
  const answer = textOf(await withBudget()(fixture({ text: "z".repeat(50_000) })).call({}, freshCall()));
  expect(answer.split("\n")[0]).toBe(
    "[partial: the first part of 50000 characters; narrow the call or raise budget]",
  );
  expect(answer.length).toBe(20_000);
});

test("no answer is ever longer than its budget or torn inside a character", () => {
  const anyText = fc.string({ unit: "binary", maxLength: 3_000 });
  fc.assert(
    fc.property(
      fc.array(anyText, { maxLength: 3 }),
      fc.array(anyText, { maxLength: 2 }),
      fc.integer({ min: 200, max: 2_000 }),
      (texts, shorter, budget) => {
        const fitted = fit(
          { kind: "answer", parts: texts.map(text), shorter: shorter.map((form) => () => form) },
          budget,
        );
        expect(size(fitted.parts)).toBeLessThanOrEqual(budget);
        for (const part of fitted.parts)
          if (part.type === "text") expect(part.text).not.toMatch(/\p{Surrogate}/u);
      },
    ),
  );
});

test("an image over the budget is refused with the budget that it needs", () => {
  const image: Part = { type: "image", data: "A".repeat(5_000), mimeType: "image/png" };
  expect(() => fit({ kind: "answer", parts: [image] }, 1_000)).toThrow("5000 characters that cannot be cut");
});
