import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FileParser } from "../../../servers/search/parse/parse-file.ts";
import type { ParsedFile } from "../../../servers/search/parse/shapes.ts";

const parser = new FileParser();

const samples: Readonly<Record<string, string>> = {
  typescript:
    "/** Doc. */\nexport class A {\n  #x = 1;\n\n  get() { return this.#x; }\n}\n\nfunction b() {\n  return c();\n}\n",
  python:
    "@d\nclass A(B):\n    '''Doc.'''\n    def f(self):\n        return g(1)\n\nX = [\n 1,\n 2,\n 3,\n]\n",
  rust: "/// Doc.\n#[x]\nimpl A for B {\n    fn f(&self) { g!(1) }\n}\nmod m { use a::{b, c}; }\n",
  go: "package a\n\n// Doc.\nfunc (a *A) F() {\n\tb()\n}\n\ntype (\n\tX int\n\tY struct { Z int }\n)\n",
  java: "class A {\n  /** Doc. */\n  @B void f() { g(); }\n  enum C { D, E }\n}\n",
  text: "some words\n\nand more\n",
  markdown: "# One\n\ntext\n\n## Two\n\n```\n# no\n```\n\nThree\n===\nmore\n",
};

/** Every line that is not blank is in exactly one unit and one leaf of it, and none is beyond the end. */
function expectCovered(text: string, { lines, units, definitions }: ParsedFile): void {
  const all = text.split("\n");
  const seen = new Int32Array(all.length + 1);
  let last = 0;
  for (const { startLine, endLine, leaves } of units) {
    expect(startLine).toBeGreaterThan(last);
    expect(endLine).toBeGreaterThanOrEqual(startLine);
    last = endLine;
    expect([leaves[0]?.startLine, leaves.at(-1)?.endLine]).toEqual([startLine, endLine]);
    for (const leaf of leaves) {
      expect(leaf.definition).toBeLessThan(definitions.length);
      for (let line = leaf.startLine; line <= leaf.endLine; line += 1) seen[line] = (seen[line] ?? 0) + 1;
    }
  }
  expect(last).toBeLessThanOrEqual(lines);
  const wrong = all.flatMap((line, at) => {
    const times = seen[at + 1] ?? 0;
    return times > 1 || (times === 0 && line.trim() !== "") ? [`${at + 1}: ${times}`] : [];
  });
  expect(wrong).toEqual([]);
}

/** Ranges lie in the file, and in those of what holds them. */
function expectNested({ lines, definitions, references, imports }: ParsedFile): void {
  for (const [index, each] of definitions.entries()) {
    const { docLine, startLine, nameLine, endLine, parent } = each;
    expect(docLine).toBeGreaterThanOrEqual(1);
    expect(startLine).toBeGreaterThanOrEqual(docLine);
    expect(nameLine).toBeGreaterThanOrEqual(startLine);
    expect(endLine).toBeGreaterThanOrEqual(nameLine);
    expect(lines).toBeGreaterThanOrEqual(endLine);
    expect(parent).toBeLessThan(index);
    const holder = definitions[parent];
    if (holder !== undefined) {
      expect(startLine).toBeGreaterThanOrEqual(holder.startLine);
      expect(holder.endLine).toBeGreaterThanOrEqual(endLine);
    }
    expect(each.signature.length).toBeLessThanOrEqual(200);
    expect(each.doc.length).toBeLessThanOrEqual(1_000);
  }
  for (const { line, within } of references) {
    expect(line).toBeLessThanOrEqual(lines);
    expect(within).toBeLessThan(definitions.length);
  }
  for (const { line } of imports) expect(line).toBeLessThanOrEqual(lines);
}

/** Code that is broken in the middle: pieces of samples, in any order, with noise. */
const brokenCode = fc
  .record({
    language: fc.constantFrom(...Object.keys(samples)),
    pieces: fc.array(
      fc.oneof(
        fc.record({ from: fc.constantFrom(...Object.values(samples)), at: fc.nat(200), length: fc.nat(120) }),
        fc.string({ unit: "binary", maxLength: 10 }),
        fc.constantFrom(
          "\n",
          "\r\n",
          "\t",
          "{",
          "}",
          "(",
          "'",
          '"',
          "`",
          "/*",
          "*/",
          "#",
          "\n\n",
          "\0",
          "\ud800",
          "\ufeff",
        ),
      ),
      { maxLength: 30 },
    ),
  })
  .map(({ language, pieces }) => {
    const text = pieces.map((each) =>
      typeof each === "string"
        ? each
        : each.from.slice(each.at % each.from.length, (each.at % each.from.length) + each.length),
    );
    return { language, text: text.join("") };
  });

describe("units", () => {
  test(
    "cover whole and broken code of every language, and parents contain children",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(brokenCode, async (file) => {
          const parsed = await parser.parse(file);
          expectCovered(file.text, parsed);
          expectNested(parsed);
          expect(await parser.parse(file)).toEqual(parsed);
        }),
        { numRuns: 100 },
      );
    },
  );
});
