import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type About, applies, type Applies } from "../../../instructions/merge/applies.ts";
import type { Frontmatter, Source } from "../../../instructions/shapes.ts";
import { documentAt, ROOT, ruleAt } from "./support.ts";

function on(target: string, about: Partial<About> = {}): About {
  return { target, isDirectory: false, projectRoot: ROOT, ...about };
}

function byGlob(glob: string | readonly string[], about: About, source: Partial<Source> = {}): boolean {
  return applies(ruleAt("a.md", { globs: [glob].flat() }, source), about).applies;
}

function byKeyword(frontmatter: Partial<Frontmatter>, about: About): Applies {
  return applies(ruleAt("a.md", frontmatter), about);
}

const bare = { family: "cursor" } as const;

describe("globs", () => {
  test.each<[string, string, boolean]>([
    ["src/**/*.ts", "src/a.ts", true],
    ["src/**/*.ts", "src/deep/er/a.ts", true],
    ["src/**/*.ts", "src/a.py", false],
    ["src/**/*.ts", "lib/src/a.ts", false],
    ["src/**", "src/.hidden/file", true],
    ["**/*.ts", "a.ts", true],
    ["**/*.ts", ".hidden/a.ts", true],
    ["**/*.{ts,tsx}", "src/a.tsx", true],
    ["**/*.{ts,tsx}", "src/a.jsx", false],
    ["{src,lib/{a,b}}/**", "lib/b/c.py", true],
    ["/src/*.ts", "src/a.ts", true],
    ["./src/*.ts", "src/a.ts", true],
    ["src/", "src/a/b.ts", true],
    ["src/", "src2/a.ts", false],
    ["*.md", "README.md", true],
    ["*.md", "docs/README.md", false],
    ["README.md", "README.md", true],
    ["SRC/*.ts", "src/a.ts", false],
    ["*.[jt]s", "a.ts", true],
    ["*.[jt]s", "a.rs", false],
    ["*.[!j]s", "a.ts", true],
    ["v[0-9].md", "v7.md", true],
    ["app/[id]/page.tsx", "app/[id]/page.tsx", true],
    ["app/[[...slug]]/page.tsx", "app/[[...slug]]/page.tsx", true],
    ["[a]/[id]/[slug]/[x]/[y]/*.{ts,tsx}", "[a]/[id]/[slug]/[x]/[y]/page.tsx", true],
    ["app/(shop)/*.tsx", "app/(shop)/cart.tsx", true],
    ["**/*.(ts|tsx)", "src/a.tsx", true],
    ["**/*.@(ts|tsx)", "src/a.js", false],
    ["**/*.@(ts)", "src/a.ts", true],
    ["src/?(old-)*.ts", "src/old-a.ts", true],
    ["src/!(test)/*.ts", "src/any/a.ts", true],
    [String.raw`src/\*.ts`, "src/*.ts", true],
    [String.raw`src/\*.ts`, "src/a.ts", false],
    [String.raw`src/\[a].ts`, "src/[a].ts", true],
    ["**", "anything/at/all", true],
    ["", "a", false],
    ["{,a}", "b", false],
    ["caf\u00e9/**", "cafe\u0301/menu.md", true],
  ])("%s on %s: %s", (glob, target, expected) => expect(byGlob(glob, on(target))).toBe(expected));

  test.each<[readonly string[], string, boolean]>([
    [["src/**", "!**/*.test.ts"], "src/a.ts", true],
    [["src/**", "!**/*.test.ts"], "src/a.test.ts", false],
    [["!**/*.test.ts"], "src/a.ts", true],
    [["!**/*.test.ts"], "src/a.test.ts", false],
    [["docs/**", "src/**"], "src/a.ts", true],
    [[], "src/a.ts", false],
  ])("%j on %s: %s", (globs, target, expected) => expect(byGlob(globs, on(target))).toBe(expected));

  test.each<[string, string, boolean]>([
    ["src/**", "src", true],
    ["src/**/*.ts", "src", true],
    ["src/*", "src", true],
    ["src", "src", true],
    ["src/", "src", true],
    ["src/**/*.ts", "src/lib/", true],
    ["**/*.ts", "", true],
    ["**/*.ts", "docs", true],
    ["*.md", ".", true],
    ["*.md", "docs", false],
    ["docs/**", "", false],
    ["src/api/**", "src", false],
    ["src/{api/*,*}.ts", "src", true],
    ["lib/**", "src", false],
  ])("%s on the folder %j: %s", (glob, target, expected) =>
    expect(byGlob(glob, on(target, { isDirectory: true }))).toBe(expected),
  );

  test("an exclusion of some files does not exclude their folder, one of all files does", () => {
    const folder = on("src", { isDirectory: true });
    expect(byGlob(["**/*.ts", "!**/*.test.ts"], folder)).toBe(true);
    expect(byGlob(["**/*.ts", "!src/**"], folder)).toBe(false);
  });

  test.each<[string, string, boolean]>([
    ["*.ts", "src/deep/a.ts", true],
    ["Makefile", "lib/Makefile", true],
    ["{*.ts,src/*.js}", "lib/a.ts", true],
    ["{*.ts,src/*.js}", "lib/src/a.js", false],
    ["/package.json", "package.json", true],
    ["/package.json", "app/package.json", false],
    ["src/*.ts", "lib/src/a.ts", false],
  ])("Cursor's %s on %s: %s", (glob, target, expected) =>
    expect(byGlob(glob, on(target), bare)).toBe(expected),
  );

  test("Cursor's glob without a slash fits any folder", () =>
    expect(byGlob("*.ts", on("a/b", { isDirectory: true }), bare)).toBe(true));

  test("they count from the base of their file", () => {
    const ofPackage = { dir: "packages/a", base: `${ROOT}/packages/a` };
    expect(byGlob("src/**", on("packages/a/src/x.ts"), ofPackage)).toBe(true);
    expect(byGlob("src/**", on("src/x.ts"), ofPackage)).toBe(false);
    expect(byGlob("**", on("packages/b/x.ts"), ofPackage)).toBe(false);
    expect(byGlob("**", on("packages/ab/x.ts"), ofPackage)).toBe(false);
    expect(byGlob("*.ts", on("packages/a", { isDirectory: true }), ofPackage)).toBe(true);
    expect(byGlob("**", on("packages", { isDirectory: true }), ofPackage)).toBe(false);
  });

  test("the current file counts like the target", () => {
    const rule = ruleAt("a.md", { globs: ["src/*.ts"] });
    expect(applies(rule, on("docs", { isDirectory: true, currentFile: "src/a.ts" }))).toEqual({
      applies: true,
      reason: "glob src/*.ts for the current file",
    });
    expect(applies(rule, on("docs", { isDirectory: true, currentFile: "../src/a.ts" })).applies).toBe(false);
  });

  test("hostile ones are cut short, and it is said", () => {
    const target = `${"a".repeat(250)}/`.repeat(15);
    const hostile = Array.from(
      { length: 500 },
      (_, index) => `{${"*a".repeat(15)},${"b,".repeat(29)}c}${"*a".repeat(400)}${index}b`,
    );
    const startedAt = performance.now();
    const answer = applies(ruleAt("a.md", { globs: hostile }), on(target));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(answer).toMatchObject({ applies: false, available: true });
    expect(answer.reason).toMatch(/; one cannot be used: they take too long together$/u);
    const braces = applies(ruleAt("a.md", { globs: ["{a,b}".repeat(10)] }), on("a"));
    expect(braces.reason).toBe(
      "no glob of it fits a; one cannot be used: a pattern has at most 32 alternatives",
    );
    const long = applies(ruleAt("a.md", { globs: ["a".repeat(1_001), "b"] }), on("b"));
    expect(long).toEqual({ applies: true, reason: "glob b" });
  });

  test("any text is a glob that answers", () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.string({
            unit: fc.constantFrom(...Array.from("ab*?[]{}()|!@+,/\\.-é\u{1f600}")),
            maxLength: 60,
          }),
          {
            maxLength: 4,
          },
        ),
        fc.boolean(),
        (globs, isDirectory) => {
          expect(typeof byGlob(globs, on("a/b.a", { isDirectory }))).toBe("boolean");
        },
      ),
    ));

  test("a path fits itself, quoted or not, and its folder", () =>
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z0-9_.[\]-]{1,8}$/u), { minLength: 2, maxLength: 5 }),
        (names) => {
          fc.pre(names.every((name) => name !== "." && name !== ".."));
          const path = names.join("/");
          expect(byGlob(path, on(path))).toBe(true);
          expect(byGlob(path, on(names.slice(0, -1).join("/"), { isDirectory: true }))).toBe(true);
          expect(byGlob(`${names[0]}/**`, on(path))).toBe(true);
        },
      ),
    ));
});

describe("keywords", () => {
  test.each<[string, string, boolean]>([
    ["migration", "write a migration", true],
    ["Migration", "MIGRATION!", true],
    ["migration", "migrations", false],
    ["user", "the user_id column", true],
    ["user", "superuser", false],
    ["c++", "C++ please", true],
    [".ts", "main.ts file", true],
    ["pull request", "open a pull\n  request", true],
    ["größe", "die GRÖSSE", false],
    ["größe", "die GRÖßE", true],
    ["tür", "eine türkise wand", false],
    ["straße", "Hauptstraße", false],
    ["миграция", "Миграция базы", true],
    ["миграция", "иммиграция", false],
    ["caf\u00e9", "a cafe\u0301.", true],
    ["cafe", "a cafe\u0301.", false],
    ["数据库", "迁移数据库的脚本", true],
    ["react", "React组件", true],
    ["\u{1d49c}", "x \u{1d49c} y", true],
    ["\u{1d49c}", "x\u{1d49c}", false],
    ["aa", "aaa aa", true],
    ["a", "", false],
    [" ", "a b", false],
  ])("%j in %j: %s", (keyword, query, expected) =>
    expect(byKeyword({ keywords: [keyword] }, on("x", { query })).applies).toBe(expected),
  );

  test("any is enough, unless all are asked for", () => {
    const keywords = ["sql", "migration"];
    const about = on("db/sql/a.txt", { query: "new table" });
    expect(byKeyword({ keywords }, about)).toEqual({ applies: true, reason: 'keyword "sql" in the path' });
    expect(byKeyword({ keywords, match: "all" }, about)).toEqual({
      applies: false,
      reason: 'keyword "migration" of it does not occur',
      available: true,
    });
    expect(byKeyword({ keywords, match: "all" }, { ...about, query: "Migration" })).toEqual({
      applies: true,
      reason: 'keyword "sql" in the path and keyword "migration" in the query',
    });
  });

  test("the current file's path is looked at, the folders above the project are not", () => {
    const about = on("x", { currentFile: "src/sql.ts" });
    expect(byKeyword({ keywords: ["sql"] }, about).reason).toBe('keyword "sql" in the current file\'s path');
    expect(byKeyword({ keywords: ["home"] }, about).applies).toBe(false);
  });

  test("a word between spaces is found, a part of it is not", () =>
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-zäöéж0-9]{1,12}$/u),
        fc.array(fc.stringMatching(/^[A-Z]{1,5}$/u)),
        (word, others) => {
          const query = [...others, `${word.toUpperCase()}.`, ...others].join(" ");
          const found = (keyword: string): boolean =>
            byKeyword({ keywords: [keyword] }, on("", { query })).applies;
          expect(found(word)).toBe(true);
          expect(found(`${word}q1`)).toBe(false);
        },
      ),
    ));
});

describe("why", () => {
  const both = { globs: ["db/**"], keywords: ["sql"] };

  test.each<[Partial<Frontmatter>, Partial<About>, Applies]>([
    [{ type: "always" }, {}, { applies: true, reason: "always" }],
    [{ type: "always", globs: ["docs/**"] }, {}, { applies: true, reason: "always" }],
    [{}, {}, { applies: false, reason: "available on request", available: true }],
    [
      { description: "How\u202e to\nmigrate" },
      {},
      {
        applies: false,
        reason: String.raw`available on request: How\u{202e} to\u{a}migrate`,
        available: true,
      },
    ],
    [{ globs: ["db/*.py"] }, {}, { applies: true, reason: "glob db/*.py" }],
    [{ globs: ["*.ts"] }, {}, { applies: false, reason: "no glob of it fits db/a.py", available: false }],
    [
      { globs: ["docs/**"] },
      { target: "./src/", isDirectory: true },
      { applies: false, reason: "no glob of it fits a file in src/", available: false },
    ],
    [
      { globs: ["docs/**"] },
      { target: ".", isDirectory: true },
      { applies: false, reason: "no glob of it fits a file in the root", available: false },
    ],
    [{ keywords: ["sql"] }, {}, { applies: false, reason: "no keyword of it occurs", available: true }],
    [both, { query: "more sql" }, { applies: true, reason: 'glob db/** and keyword "sql" in the query' }],
    [both, {}, { applies: false, reason: "no keyword of it occurs", available: true }],
    [
      both,
      { query: "sql", target: "x" },
      { applies: false, reason: "no glob of it fits x", available: false },
    ],
  ])("%j at %j", (frontmatter, about, expected) =>
    expect(byKeyword(frontmatter, { ...on("db/a.py"), ...about })).toEqual(expected),
  );

  test("a plain file always holds", () =>
    expect(applies(documentAt("AGENTS.md"), on("x"))).toEqual({ applies: true, reason: "always" }));
});
