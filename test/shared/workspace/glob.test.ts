import fc from "fast-check";
import { expect, test } from "vitest";
import { checkGlobs, compileGlobs } from "../../../shared/workspace/glob.ts";

const PATHS = [
  "a.ts",
  "b.js",
  ".env",
  "src/a.ts",
  "src/b.test.ts",
  "src/lib/c.ts",
  "src/lib/.x/d.ts",
  "docs/a.md",
  "x(1).ts",
];

test.each([
  [["*.ts"], ["a.ts", "src/a.ts", "src/b.test.ts", "src/lib/c.ts", "src/lib/.x/d.ts", "x(1).ts"]],
  [["**/*.ts"], ["a.ts", "src/a.ts", "src/b.test.ts", "src/lib/c.ts", "src/lib/.x/d.ts", "x(1).ts"]],
  [["src/*.ts"], ["src/a.ts", "src/b.test.ts"]],
  [["/src/*.ts"], ["src/a.ts", "src/b.test.ts"]],
  [["./src/*.ts"], ["src/a.ts", "src/b.test.ts"]],
  [["src/"], ["src/a.ts", "src/b.test.ts", "src/lib/c.ts", "src/lib/.x/d.ts"]],
  [["/"], PATHS],
  [
    ["src/**", "!*.test.ts"],
    ["src/a.ts", "src/lib/c.ts", "src/lib/.x/d.ts"],
  ],
  [
    ["!src/**", "!*.md"],
    ["a.ts", "b.js", ".env", "x(1).ts"],
  ],
  [["*.{js,md}"], ["b.js", "docs/a.md"]],
  [["!(*.ts)"], ["b.js", ".env", "docs/a.md"]],
  [["src/{lib,x}/*.ts"], ["src/lib/c.ts"]],
  [["{src/lib,docs}/*"], ["src/lib/c.ts", "docs/a.md"]],
  [["x\\(1\\).ts"], ["x(1).ts"]],
  [["*"], PATHS],
  [[".*"], [".env"]],
  [["**/lib/c.ts"], ["src/lib/c.ts"]],
  [["**/.x/d.ts"], ["src/lib/.x/d.ts"]],
  [["**/a.ts"], ["a.ts", "src/a.ts"]],
  [["**/./a.ts"], []],
  [["../**"], []],
  [[], PATHS],
])("%j chooses %j", (globs, expected) => {
  const ready = compileGlobs(globs);
  expect(PATHS.filter((path) => ready.chooses(path))).toEqual(expected);
});

test("a directory above a chosen path is always entered", () => {
  const name = fc.constantFrom("a", "b", "lib", "a.ts", ".x");
  const part = fc.constantFrom(
    "a",
    "b",
    "lib",
    "*",
    "**",
    "*.ts",
    "{a,b}",
    "?",
    "[ab]",
    "@(a|b)",
    "!(a)",
    "{a,b/lib}",
    "\\a",
  );
  const glob = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(
      fc.array(glob, { minLength: 1, maxLength: 3 }),
      fc.array(name, { minLength: 2, maxLength: 4 }),
      (globs, parts) => {
        const ready = compileGlobs(globs);
        fc.pre(ready.chooses(parts.join("/")));
        expect(
          parts.slice(0, -1).every((_, depth) => ready.enters(parts.slice(0, depth + 1).join("/"))),
        ).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("too many, too long and empty globs are refused", () => {
  expect(() => checkGlobs(Array<string>(51).fill("*"))).toThrow("at most 50");
  expect(() => checkGlobs(["x".repeat(1_001)])).toThrow("longer than 1000");
  expect(() => checkGlobs([""])).toThrow("empty");
  expect(() => checkGlobs(["!"])).toThrow("empty");
  checkGlobs(Array<string>(50).fill("x".repeat(1_000)));
});
