import fc from "fast-check";
import { expect, test } from "vitest";
import { closest } from "../../shared/edit/closest.ts";

const text = `import { a } from "./a";

/** Adds. */
function add(one, other) {
  return one + other;
}

/** Multiplies. */
function multiply(one, other) {
  return one * other;
}
`;

test.each([
  ["a line with another word", "function multiply(some, other) {", 9, 1],
  ["part of a line", "multiply(one,", 9, 1],
  ["lines of which one differs", "/** Multiplies. */\nfunction multiply(one, other) {\n  return 0;\n}", 8, 4],
  ["lines with other white space", "function add( one, other )\n{", 4, 2],
  ["lines where most differs", "/** Subtracts. */\nfunction multiply(x, y) {\n  return x * y;\n}", 8, 4],
  ["lines that begin before the text", "\n\n\nimport { a } from './a';", 1, 1],
])("%s: %j is near line %i", (_, wanted, line, count) => {
  const near = closest(text, wanted);
  expect(near).toEqual({ line, lines: text.split("\n").slice(line - 1, line - 1 + count) });
});

test.each([["SELECT * FROM users WHERE id = 1"], ["q"], ["   "]])("nothing is like %j", (wanted) => {
  expect(closest(text, wanted)).toBeUndefined();
});

test("nothing is in an empty text", () => {
  expect(closest("", "}")).toBeUndefined();
});

test("a common line does not outweigh a telling one", () => {
  const many = `${"}\n".repeat(500)}function one() {\n  return special;\n}\n`;
  expect(closest(many, "function one() {\n  return ordinary;\n}\n}")?.line).toBe(501);
});

test("whatever is compared, the lines are lines of the text", () => {
  const some = fc
    .array(fc.constantFrom("a", "b c", "foo(bar)", "é", "\n", "\n", "  "), { maxLength: 30 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(some, some, (whole, wanted) => {
      const near = closest(whole, wanted);
      if (near === undefined) return;
      expect(near.lines.length).toBeGreaterThan(0);
      expect(whole.split("\n").slice(near.line - 1, near.line - 1 + near.lines.length)).toEqual(near.lines);
    }),
    { numRuns: 1000 },
  );
});
