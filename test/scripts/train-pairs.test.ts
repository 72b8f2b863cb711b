import { expect, test } from "vitest";
import fc from "fast-check";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { cleanDoc } from "../../scripts/train-embeddings/pairs/clean-doc.ts";
import { findPairs } from "../../scripts/train-embeddings/pairs/find-pairs.ts";
import { inlineComments } from "../../scripts/train-embeddings/pairs/inline-comments.ts";
import { PackageCollector } from "../../scripts/train-embeddings/pairs/package-pairs.ts";
import {
  countIn,
  encodeWord,
  pushPair,
  readPair,
  wordIn,
} from "../../scripts/train-embeddings/pairs/pair-stream.ts";
import type { Pair } from "../../scripts/train-embeddings/pairs/pair.ts";
import { FileParser } from "../../servers/search/parse/parse-file.ts";

const parser = new FileParser(pathToFileURL(`${join(import.meta.dirname, "../../dist/grammars")}/`));

async function pairsOf(language: string, text: string): Promise<Pair[]> {
  const { definitions } = await parser.parse({ language: language.toLowerCase(), text });
  let groups = 0;
  return findPairs({ path: `src/a.x`, language, lines: text.split("\n"), definitions }, () => groups++);
}

const TYPESCRIPT = `
/** Removes expired entries from the cache. Called once a minute. */
function dropOldEntries(entries: Map<string, Entry>, now: number): number {
  let dropped = 0;
  // an entry without a date was never used and may go
  for (const [key, { date }] of entries) {
    if (date !== undefined && date > now) continue;
    entries.delete(key);
    dropped += 1;
  }
  return dropped;
}
`;

test("a documented function gives its doc, its name and its comments", async () => {
  const pairs = await pairsOf("TypeScript", TYPESCRIPT);
  expect(pairs.map(({ kind }) => kind)).toEqual(["doc", "name", "comment"]);
  const [doc, name, comment] = pairs;
  expect(doc?.text).toBe("Removes expired entries from the cache. Called once a minute.");
  expect(doc?.body).not.toContain("Removes expired");
  expect(name?.text).toBe("dropOldEntries");
  expect(name?.body).not.toContain("dropOldEntries");
  expect(name?.doc).toContain("Removes expired entries");
  expect(comment?.text).toBe("an entry without a date was never used and may go");
  expect(comment?.body).toContain("entries.delete(key)");
  expect(new Set(pairs.map(({ group }) => group)).size).toBe(1);
});

test("a docstring is taken out of the code that it describes", async () => {
  const [doc] = await pairsOf(
    "Python",
    `def total(items, tax):
    """Add up the prices of all items.

    :param items: what was bought
    """
    price = sum(item.price for item in items if item.price is not None)
    return price * (1 + tax)
`,
  );
  expect(doc).toMatchObject({ kind: "doc", text: "Add up the prices of all items." });
  expect(doc?.body).not.toContain("Add up");
  expect(doc?.body).toContain("item.price for item");
});

test.each([
  ["Licensed under the Apache License, Version 2.0.", undefined],
  ["{@inheritDoc}", undefined],
  ["Opens <b>the</b> {@link File file}.\n@param name its name", "Opens the File file."],
  [
    "@brief Counts the words of a text that was read before.\n\\param text it",
    "Counts the words of a text that was read before.",
  ],
  ["Args:\n  a: one", ""],
])("of the doc comment %s is taken: %s", (doc, first) => {
  expect(cleanDoc(doc)?.first).toBe(first);
});

test("code that was commented out and directives are no comments", () => {
  const lines = [
    "// const old = compute(a, b);",
    "run(a);",
    "// eslint-disable-next-line no-console",
    "console.log(a);",
    "// every worker gets its own queue here",
    "start(queue);",
  ];
  expect(inlineComments(lines, "TypeScript")).toEqual([
    { text: "every worker gets its own queue here", code: "start(queue);" },
  ]);
});

test("a pair is read from a stream as it was written", () => {
  const entries = fc.array(fc.tuple(fc.nat(2 ** 20 - 1), fc.integer({ min: 1, max: 4_095 })), {
    maxLength: 8,
  });
  const pieces = fc.tuple(entries, entries, entries, entries, entries);
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 4 }), (all) => {
      const written: number[] = [];
      for (const [index, each] of all.entries()) {
        const head = { kind: 1, group: index, digest: [7, 2 ** 32 - 1] as const };
        pushPair(
          written,
          head,
          each.map((piece) => piece.map(([word, count]) => encodeWord(word, count))),
        );
      }
      const stream = Uint32Array.from(written);
      let at = 0;
      for (const [index, each] of all.entries()) {
        const { head, pieces: read, end } = readPair(stream, at);
        expect(head).toEqual({ kind: 1, group: index, digest: [7, 2 ** 32 - 1] });
        const got = read.map(([start, stop]) =>
          [...stream.subarray(start, stop)].map((e) => [wordIn(e), countIn(e)]),
        );
        expect(got).toEqual(each);
        at = end;
      }
      expect(at).toBe(stream.length);
    }),
  );
});

test("a package gives each text once, and at most 12,000 pairs", () => {
  const collector = new PackageCollector();
  const pair = { kind: "doc", language: "Go", group: 1, doc: "", symbol: "", path: "a" } as const;
  for (let index = 0; index < 12_500; index++) {
    const letters = `${index + 10_000}`;
    for (let twice = 0; twice < 2; twice++)
      collector.add({ ...pair, text: `opens ${letters}`, body: `open(${letters})` });
  }
  collector.count("func open(name string) {}");
  const { pairs, kinds, definitions, words, frequencies } = collector.finish("go+a", "MIT");
  expect({ pairs, kinds, definitions }).toEqual({ pairs: 12_000, kinds: { doc: 12_000 }, definitions: 1 });
  expect(frequencies[words.indexOf("open")]).toBe(1);
});
