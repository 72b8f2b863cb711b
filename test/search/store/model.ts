import fc from "fast-check";
import type { Definition, Import, Reference } from "../../../servers/search/parse/shapes.ts";
import type { NewFile, NewLeaf, NewUnit } from "../../../servers/search/store/shapes.ts";
import { wordHash } from "../../../shared/words/word-hash.ts";

const DIMENSIONS = 16;

export const PATHS = ["src/a.ts", "src/a.tsx", "src/deep/b.py", "test/a.ts", "README.md", "z.go"];
const NAMES = ["open", "Open", "openFile", "close", "Store", "läuft"];
const WORDS = ["file", "open", "index", "word", "öl", "retry", "the", "x_y", "$ref", "quote"];

const line = fc.integer({ min: 1, max: 2_000 });
const name = fc.constantFrom(...NAMES);

function leafOf(definitions: number): fc.Arbitrary<NewLeaf> {
  return fc
    .record({
      startLine: line,
      size: fc.nat(60),
      definition: fc.integer({ min: -1, max: definitions - 1 }),
      words: fc.array(fc.tuple(fc.constantFrom(...WORDS), fc.nat(3), fc.integer({ min: 1, max: 255 })), {
        maxLength: 8,
      }),
      vector: vector(),
    })
    .map(({ startLine, size, definition, words, vector }) => {
      const unique = new Map(words.map((each) => [`${each[0]} ${each[1]}`, each]));
      const sorted = [...unique.values()].sort((a, b) => wordHash(a[0]) - wordHash(b[0]) || a[1] - b[1]);
      return {
        startLine,
        endLine: startLine + size,
        definition,
        words: {
          hashes: Uint32Array.from(sorted, ([word]) => wordHash(word)),
          fields: Uint8Array.from(sorted, ([, field]) => field),
          counts: Uint8Array.from(sorted, ([, , count]) => count),
          lengths: [0, 1, 2, 3].map((field) =>
            sorted.reduce((sum, each) => sum + (each[1] === field ? each[2] : 0), 0),
          ),
        },
        vector,
        text: sorted.map(([word]) => word).join(" "),
      };
    });
}

function vector(): fc.Arbitrary<Int8Array> {
  return fc
    .array(fc.integer({ min: -127, max: 127 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
    .map((values) => Int8Array.from([values[0] === 0 ? 1 : (values[0] ?? 1), ...values.slice(1)]));
}

function unitOf(definitions: number): fc.Arbitrary<NewUnit> {
  return fc
    .record(
      {
        start: line,
        leaves: fc.array(leafOf(definitions), { minLength: 1, maxLength: 3 }),
        vector: vector(),
      },
      { requiredKeys: ["start", "leaves"] },
    )
    .map(({ start, ...unit }) => ({ startLine: start, endLine: start + 59, ...unit }));
}

const definition: fc.Arbitrary<Omit<Definition, "parent">> = fc.record({
  name,
  scope: fc.constantFrom("", "Store", "a.Store", "Restore"),
  kind: fc.constantFrom("function", "class", "method"),
  startLine: line,
  endLine: line,
  nameLine: line,
  signature: fc.string({ maxLength: 20, unit: "binary" }),
  docLine: line,
  doc: fc.string({ maxLength: 20 }),
  exported: fc.boolean(),
});

function referenceOf(definitions: number): fc.Arbitrary<Reference> {
  return fc.record(
    {
      name,
      line,
      kind: fc.constantFrom("call", "type", "use", "inherit"),
      receiver: name,
      origin: fc.constantFrom(":*Store .files []", "open()#1", "?"),
      within: fc.integer({ min: -1, max: definitions - 1 }),
    },
    { requiredKeys: ["name", "line", "kind", "within"] },
  );
}

const importing: fc.Arbitrary<Import> = fc.record({
  source: fc.constantFrom("./store", "node:fs", "java.util.List", "%_"),
  line,
  names: fc.array(fc.record({ name, alias: name }, { requiredKeys: ["name"] }), { maxLength: 3 }),
});

export const newFile: fc.Arbitrary<NewFile> = fc.array(definition, { maxLength: 4 }).chain((definitions) =>
  fc.record({
    path: fc.constantFrom(...PATHS),
    stamp: fc.record({
      size: fc.nat(),
      mtimeNs: fc.bigInt({ min: 0n, max: 2n ** 63n }).map(String),
      hash: fc.stringMatching(/^[0-9a-f]{40}$/u),
    }),
    language: fc.constantFrom("typescript", "python", "go"),
    cut: fc.constantFrom("syntax", "headings", "lines"),
    role: fc.constantFrom("code", "test", "docs"),
    errors: fc.nat(3),
    lines: fc.nat(3_000),
    definitions: fc.constant(
      definitions.map((each, index) => Object.assign({}, each, { parent: index % 2 === 1 ? index - 1 : -1 })),
    ),
    references: fc.array(referenceOf(definitions.length), { maxLength: 6 }),
    imports: fc.array(importing, { maxLength: 3 }),
    units: fc.array(unitOf(definitions.length), { maxLength: 3 }),
  }),
);
