import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGlob, quoteGlob } from "../../shared/policy/glob.ts";

describe("patterns of rules", () => {
  test.each([
    ["src/*.ts", "src/a.ts", true],
    ["src/*.ts", "src/a/b.ts", false],
    ["src/**", "src", true],
    ["src/**", "src/a/b.ts", true],
    ["**/a.ts", "a.ts", true],
    ["**/a.ts", "x/y/a.ts", true],
    ["a/**/z", "a/z", true],
    ["a/**/z", "a/b/c/z", true],
    ["a?c", "abc", true],
    ["a?c", "a/c", false],
    ["{a,b}/*.{ts,js}", "b/x.js", true],
    ["{a,b}/*.{ts,js}", "c/x.js", false],
    ["a{,.bak}", "a.bak", true],
    ["[id].ts", "[id].ts", true],
    ["[id].ts", "i.ts", false],
    [String.raw`a\*b`, "a*b", true],
    [String.raw`a\*b`, "axb", false],
    ["fixture.*", "fixture.fixture_tool", true],
    ["/r/src/**", "/r/src/x", true],
    ["{unclosed", "{unclosed", true],
  ])("%s against %s: %s", (pattern, path, expected) => expect(compileGlob(pattern)(path)).toBe(expected));

  test("a refusing pattern covers what lies below its matches", () => {
    const matches = compileGlob("secrets", { below: true });
    expect(["secrets", "secrets/a/b", "secrets2", "x/secrets"].map(matches)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("agree with the plain recursive definition", () => {
    const piece = fc.constantFrom("a", "b", "ab", "*", "?", "a*", "*b", "a?*", "**");
    const name = fc.constantFrom("a", "b", "ab", "abb", "ba");
    const list = (part: fc.Arbitrary<string>): fc.Arbitrary<string[]> =>
      fc.array(part, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(list(piece), list(name), (pattern, path) => {
        const expected = plainly(pattern, path, (wanted, given) =>
          plainly(wanted.split(""), given.split(""), (char, other) => char === "?" || char === other, "*"),
        );
        expect(compileGlob(pattern.join("/"))(path.join("/"))).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  test("a quoted path matches itself and nothing else", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-c*?{},\\[\]]{1,12}$/u),
        fc.stringMatching(/^[a-c*]{1,12}$/u),
        (path, other) => {
          const matches = compileGlob(quoteGlob(path));
          expect([matches(path), matches(other)]).toEqual([true, path === other]);
        },
      ),
    );
  });

  test("hostile patterns are refused or matched in little time", () => {
    expect(() => compileGlob("{a,b}".repeat(6))).toThrow(RangeError);
    expect(() => compileGlob("a".repeat(1_001))).toThrow(RangeError);
    const start = performance.now();
    for (const pattern of [
      "*a".repeat(500),
      "**/".repeat(300) + "b",
      "{".repeat(1_000),
      `${"?*".repeat(499)}b`,
      "a*/".repeat(300),
    ])
      compileGlob(pattern)(`${"a".repeat(255)}/`.repeat(15));
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

/** The definition, without a thought for speed. */
function plainly(
  parts: readonly string[],
  items: readonly string[],
  fits: (part: string, item: string) => boolean,
  many = "**",
): boolean {
  const [part, ...rest] = parts;
  const [item, ...others] = items;
  if (part === undefined) return item === undefined;
  if (part === many)
    return plainly(rest, items, fits, many) || (item !== undefined && plainly(parts, others, fits, many));
  return item !== undefined && fits(part, item) && plainly(rest, others, fits, many);
}
