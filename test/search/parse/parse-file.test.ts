import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { Language, Parser } from "web-tree-sitter";
import { startParser } from "../../../servers/search/parse/binding.ts";
import { grammarFolder } from "../../../servers/search/parse/grammars.ts";
import { languages } from "../../../servers/search/parse/languages.ts";
import { FileParser } from "../../../servers/search/parse/parse-file.ts";
import { Syntax, Vocabulary } from "../../../servers/search/parse/syntax.ts";

const parser = new FileParser();

describe("grammars", () => {
  test("all load, and each lies in the build with its licence", async () => {
    for (const language of Object.keys(languages)) {
      const { cut } = await parser.parse({ language, text: "a\n" });
      expect([language, cut]).toEqual([language, "syntax"]);
    }
    const names = await readdir(grammarFolder());
    const grammars = names.filter((name) => name.endsWith(".wasm"));
    expect(
      grammars.map((name) => name.replace(".wasm", ".LICENSE")).filter((name) => !names.includes(name)),
    ).toEqual([]);
  });

  test("know every node type and field that a table speaks of", async () => {
    const binding = await startParser(grammarFolder());
    expect(binding._ts_init()).toBeGreaterThan(0);
    for (const table of new Set(Object.values(languages))) {
      const language = await Language.load(await readFile(new URL(`${table.grammar}.wasm`, grammarFolder())));
      const known = new Set(new Vocabulary(language).types);
      const family = Object.values(languages).filter((each) => each.definitions === table.definitions);
      // tables that share rules know the types of each other's grammars
      if (family.length > 1) continue;
      const spoken = [
        ...Object.keys(table.definitions),
        ...table.wrappers,
        ...table.decorators,
        ...table.comments,
        ...table.functions,
        ...Object.keys({ ...table.calls, ...table.members, ...table.names, ...table.contexts }),
        ...Object.keys({ ...table.locals, ...table.silent, ...table.imports, ...table.inherits }),
        ...(table.skipped ?? []),
      ];
      expect([table.grammar, spoken.filter((type) => !known.has(type))]).toEqual([table.grammar, []]);
    }
  });

  test("that do not load leave files cut by lines, and say so", async () => {
    const folder = await mkdtemp(join(tmpdir(), "grammars-"));
    await writeFile(join(folder, "python.wasm"), "no grammar");
    const broken = new FileParser(pathToFileURL(`${folder}/`));
    // the parser itself comes from the build
    await startParser(grammarFolder());
    const parsed = await broken.parse({ language: "python", text: "def a():\n    pass\n" });
    expect(parsed).toMatchObject({ language: "python", cut: "broken", lines: 2, definitions: [] });
    expect(parsed.units).toHaveLength(1);
    await rm(folder, { recursive: true });
  });

  test("give the nodes that the library's own cursor gives", async () => {
    const binding = await startParser(grammarFolder());
    const language = await Language.load(await readFile(new URL("typescript.wasm", grammarFolder())));
    const text = await readFile(new URL("samples/typescript.txt", import.meta.url), "utf8");
    const tree = new Parser().setLanguage(language).parse(text);
    if (tree === null) throw new Error("no tree");
    const syntax = new Syntax();
    syntax.fill(text, { tree, vocabulary: new Vocabulary(language), binding });
    const expected: unknown[] = [];
    const cursor = tree.walk();
    const visit = (): void => {
      if (cursor.nodeIsNamed)
        expected.push([cursor.nodeType, cursor.currentFieldName ?? "", cursor.startIndex, cursor.endIndex]);
      if (!cursor.gotoFirstChild()) return;
      do visit();
      while (cursor.gotoNextSibling());
      cursor.gotoParent();
    };
    visit();
    const nodes = Array.from({ length: syntax.count }, (_, node) => [
      syntax.typeOf(node),
      syntax.vocabulary?.fieldName(syntax.fields[node] ?? 0),
      syntax.startOf(node),
      syntax.endOf(node),
    ]);
    expect(nodes).toEqual(expected);
    for (let node = 1; node < syntax.count; node += 1) {
      expect(syntax.children(syntax.parentOf(node))).toContain(node);
    }
  });
});

describe("texts that nobody writes", () => {
  const hostile: readonly (readonly [string, string])[] = [
    ["brackets that open", "(".repeat(100_000)],
    ["brackets in brackets", "[".repeat(100_000) + "]".repeat(100_000)],
    ["brackets that a parser may still see", "(".repeat(1_000) + ")".repeat(1_000)],
    ["a line of a megabyte", "x".repeat(1_000_000)],
    ["NULs", "\0".repeat(100_000)],
    ["half surrogates", "\ud800".repeat(50_000)],
    ["a string without an end", `"${"a b\n".repeat(5_000)}`],
    ["a comment without an end", `/* ${"a b\n".repeat(5_000)}`],
    ["a macro's arguments without an end", "%w(".repeat(20_000)],
    ["types in types", `${"A<".repeat(3_000)}B${">".repeat(3_000)}`],
    ["a chain of calls", `a${".b()".repeat(3_000)}`],
    ["functions in functions", "function a(){".repeat(1_200) + "}".repeat(1_200)],
    ["a macro's name without an end", `\n${"BEGIN_".repeat(20_000)}\n`],
    ["comments alone", "# a\n\n".repeat(10_000)],
  ];

  test.each(hostile)("%s are cut all the same", { timeout: 120_000 }, async (_name, text) => {
    for (const language of ["typescript", "python", "go", "rust", "java", "cpp", "markdown", "text"]) {
      const { units, lines } = await parser.parse({ language, text });
      expect(units.length).toBeGreaterThan(text.trim() === "" ? -1 : 0);
      expect(units.at(-1)?.endLine ?? 0).toBeLessThanOrEqual(lines);
    }
  });

  test("hold characters of two halves wherever the parser's pieces end", async () => {
    for (let before = 590; before < 605; before += 1) {
      const text = `const a = "${"x".repeat(before)}\u{1f600}\u{1f600}";\nfunction b() {}\n`;
      const { definitions, errors } = await parser.parse({ language: "typescript", text });
      expect([errors, definitions.map(({ name }) => name)]).toEqual([0, ["a", "b"]]);
    }
  });

  test("open and close a namespace by macros", async () => {
    const lines = [
      "namespace store {",
      "STORE_NAMESPACE_BEGIN",
      "",
      "template <typename T, typename>",
      "struct shelf { void put(T book); };",
      "",
      "STORE_END_EXPORT",
      "TEST_BEGIN(shelves)",
      "{ int here; }",
      "PYBIND11_NAMESPACE_END(store)",
      "class cellar {};",
      "}",
    ];
    const { definitions } = await parser.parse({ language: "cpp", text: lines.join("\r\n") });
    expect(definitions.map(({ kind, name, nameLine }) => `${kind} ${name} ${nameLine}`)).toEqual([
      "module store 1",
      "class shelf 5",
      "method put 5",
      "function TEST_BEGIN 8",
      "class cellar 11",
    ]);
  });

  test("are empty or blank", async () => {
    for (const text of ["", "\n", " \n\t\r\n", "\uFEFF"]) {
      const { units, definitions } = await parser.parse({ language: "python", text });
      expect([units, definitions]).toEqual([[], []]);
    }
  });
});

describe("sizes", () => {
  const line = (at: number): string => `  const value${at} = compute(${at}, "some words to fill the line");`;
  const body = (lines: number): string => Array.from({ length: lines }, (_, at) => line(at)).join("\n");

  test("a function of 3,000 characters is one unit of parts", async () => {
    const text = `// Before.\nconst a = 1;\n\n/** Long. */\nfunction long() {\n${body(50)}\n}\n\nfunction next() {}\n`;
    const { units } = await parser.parse({ language: "typescript", text });
    expect(units.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [1, 2],
      [4, 56],
      [58, 58],
    ]);
    expect(units[1]?.leaves.length).toBeGreaterThan(1);
  });

  test("a longer one is several, none of more than 6,000 characters", async () => {
    const text = `function long() {\n${body(300)}\n}\n`;
    const { units } = await parser.parse({ language: "typescript", text });
    const lines = text.split("\n");
    const sizes = units.map(
      ({ startLine, endLine }) => lines.slice(startLine - 1, endLine).join("\n").length,
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6_000);
    expect(sizes.length).toBe(Math.ceil(text.length / 6_000));
  });

  test("a class that does not fit begins a unit with its header", async () => {
    const methods = Array.from({ length: 6 }, (_, at) => `  m${at}() {\n${body(8)}\n  }\n`).join("\n");
    const text = `${body(10)}\n\nclass Big {\n  x = 1;\n\n${methods}}\n`;
    const { units } = await parser.parse({ language: "typescript", text });
    expect(units.map(({ startLine }) => text.split("\n")[startLine - 1])).toContain("class Big {");
    for (const { startLine, endLine } of units) expect(endLine - startLine).toBeLessThan(60);
  });

  test("short lines make units of at most 60 lines", async () => {
    const { units } = await parser.parse({ language: "text", text: "a\n".repeat(1_000) });
    for (const { startLine, endLine } of units) expect(endLine - startLine).toBeLessThan(60);
  });
});
