import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import fc from "fast-check";
import { openStaticTable } from "../../../shared/model/open-static-table.ts";
import { StaticTable } from "../../../shared/model/static-table.ts";
import { decodeTable, encodeTable } from "../../../shared/model/table-file.ts";
import type { TableData } from "../../../shared/model/table-file.ts";
import { wordHash } from "../../../shared/words/word-hash.ts";
import { wordsOf } from "../../../shared/words/words-of.ts";
import { temporary } from "../../support/workspace.ts";

const DIMENSIONS = 4;
const DATA: TableData = {
  words: ["file", "größe", "open", "socket"],
  dimensions: DIMENSIONS,
  rows: Int8Array.from([127, 0, 0, 0, 0, 0, 127, 0, 127, 127, 0, 0, 0, 0, 0, -127]),
  queryWeights: Float32Array.from([1, 1, 0.5, 2]),
  codeWeights: Float32Array.from([1, 1, 1, 0.25]),
};
const table = new StaticTable(DATA, "0123456789abcdef0123");

const BODY = 0;
const SYMBOL = 1;
const SIGNATURE = 2;
const DOC = 3;

function words(...all: readonly (readonly [string, number, number?])[]): {
  hashes: Uint32Array;
  fields: Uint8Array;
  counts: Uint8Array;
} {
  return {
    hashes: Uint32Array.from(all, ([word]) => wordHash(word)),
    fields: Uint8Array.from(all, ([, field]) => field),
    counts: Uint8Array.from(all, ([, , count = 1]) => count),
  };
}

function cosine(one: Int8Array, other: Int8Array): number {
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0) / 127 ** 2;
}

test("a piece of code is the weighted sum of its words, at length 1", () => {
  expect([...table.codeVector([words(["file", BODY], ["unknown", BODY])], [])]).toEqual([127, 0, 0, 0]);
  const both = table.codeVector([words(["file", BODY], ["größe", BODY, 4])], []);
  // the square root of 4 occurrences
  expect([...both]).toEqual([57, 0, 114, 0]);
});

test("a unit's leaves count as one piece", () => {
  const once = table.codeVector([words(["file", BODY, 2], ["open", BODY])], []);
  const inTwo = table.codeVector([words(["file", BODY], ["open", BODY]), words(["file", BODY])], []);
  expect(inTwo).toEqual(once);
});

test("a doc comment counts by half, a name on top, a signature not again, the path by a quarter", () => {
  const body = words(["file", BODY, 2], ["größe", BODY, 2]);
  const plain = table.codeVector([body], []);
  expect(plain[0]).toBe(plain[2]);
  const doc = table.codeVector([words(["file", BODY, 2], ["größe", BODY, 2], ["größe", DOC, 2])], []);
  expect(doc[0]).toBeGreaterThan(doc[2] ?? 0);
  const named = table.codeVector([words(["file", BODY, 2], ["größe", BODY, 2], ["größe", SYMBOL])], []);
  expect(named[0]).toBeLessThan(named[2] ?? 0);
  expect(table.codeVector([words(["file", BODY, 2], ["größe", BODY, 2], ["größe", SIGNATURE])], [])).toEqual(
    plain,
  );
  expect(table.codeVector([body], [wordHash("file")])[0]).toBeGreaterThan(plain[0] ?? 0);
});

test("words that are rare where it is asked decide a query", () => {
  const rare = (word: string) => (word === "file" ? 1 : 0.05);
  const asked = table.queryVector(["file", "größe"], rare);
  expect(asked?.[0]).toBeGreaterThan(100);
  expect(table.queryVector(["nothing", "known"], () => 1)).toBeUndefined();
  expect(table.queryVector([], () => 1)).toBeUndefined();
});

test("without a known word a piece of code has a vector that is near to nothing", () => {
  expect([...table.codeVector([words(["unknown", BODY])], [])]).toEqual([0, 0, 0, 0]);
  expect([...table.codeVector([], [])]).toEqual([0, 0, 0, 0]);
});

test("what was asked before changes no vector, nor does the order of words", () => {
  const word = fc.constantFrom(...DATA.words, "unknown");
  const entry = fc.tuple(word, fc.constantFrom(BODY, SYMBOL, DOC), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(fc.array(entry), fc.array(word), (entries, query) => {
      const fresh = new StaticTable(DATA, "0123456789abcdef0123");
      const asked = table.queryVector(query, () => 1);
      const vector = table.codeVector([words(...entries)], []);
      expect(fresh.codeVector([words(...entries)], [])).toEqual(vector);
      expect(fresh.queryVector(query, () => 1)).toEqual(asked);
      if (asked !== undefined) expect(cosine(asked, asked)).toBeCloseTo(1, 1);
    }),
  );
});

test("a table is read from its file as it was written", async () => {
  await using ws = await temporary();
  const file = join(ws.root, "table.bin");
  await writeFile(file, encodeTable(DATA));
  const opened = await openStaticTable(file);
  expect(opened.kind).toBe("table");
  if (opened.kind !== "table") return;
  expect(opened.table.id).toMatch(/^words-[0-9a-f]{16}$/u);
  expect(opened.table.dimensions).toBe(DIMENSIONS);
  expect(opened.table.codeVector([words(["socket", BODY])], [])).toEqual(Int8Array.from([0, 0, 0, -127]));
});

test.each([
  ["is missing", undefined, "the table of word vectors is missing"],
  ["is empty", 0, "the table of word vectors is broken: it is not a table of this version"],
  ["ends in its head", 20, "the table of word vectors is broken: it is cut off"],
  ["is cut off", 60, "the table of word vectors is broken: its checksum is wrong"],
])("says so when the file %s", async (_, size, problem) => {
  await using ws = await temporary();
  const file = join(ws.root, "table.bin");
  if (size !== undefined) await writeFile(file, encodeTable(DATA).subarray(0, size));
  expect(await openStaticTable(file)).toEqual({ kind: "none", problem });
});

test("says so when a folder lies where the table should be", async () => {
  await using ws = await temporary();
  expect(await openStaticTable(ws.root)).toEqual({
    kind: "none",
    problem: "the table of word vectors cannot be read",
  });
});

test("any byte that is changed and any part that is missing makes the table broken, and nothing worse", () => {
  const whole = encodeTable(DATA);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const other = Buffer.from(whole);
      other[at] = (other[at] ?? 0) ^ change;
      expect(decodeTable(other).kind).toBe("broken");
      expect(decodeTable(whole.subarray(0, at)).kind).toBe("broken");
    }),
  );
  expect(decodeTable(whole)).toMatchObject({ kind: "table", data: { ...DATA } });
});

test("the package's own table tells what code is about, in other words", async () => {
  const opened = await openStaticTable();
  expect(opened.kind).toBe("table");
  if (opened.kind !== "table") return;
  const codes = [
    "for (const key of cache.keys()) if (cache.isExpired(key)) cache.delete(key)",
    "const socket = net.connect(port, host); socket.write(payload)",
    "if (!bcrypt.compareSync(password, user.hash)) throw new UnauthorizedError()",
  ].map((code) =>
    opened.table.codeVector([words(...wordsOf(code).map((word) => [word, BODY] as const))], []),
  );
  const nearest = (question: string): number => {
    const asked = opened.table.queryVector(wordsOf(question), () => 1);
    const scores = codes.map((code) => cosine(code, asked ?? code));
    return scores.indexOf(Math.max(...scores));
  };
  expect(nearest("evict stale entries from memory")).toBe(0);
  expect(nearest("transmit bytes to a remote machine over tcp")).toBe(1);
  expect(nearest("reject a login with the wrong credentials")).toBe(2);
});
