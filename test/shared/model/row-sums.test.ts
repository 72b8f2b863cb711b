import fc from "fast-check";
import { expect, test } from "vitest";
import { createRowSums, PlainRowSums, SUM_BYTES } from "../../../shared/model/row-sums.ts";
import type { TableData } from "../../../shared/model/table-file.ts";
import { sharedMemory } from "../../../shared/wasm/engine.ts";

const ROWS = 40;
/** Rows need not lie at a multiple of anything. */
const FROM = 13;

/** A table of as many dimensions as `bytes` fill, in memory for vector instructions. */
function tableOf(bytes: Int8Array): TableData {
  const memory = sharedMemory(FROM + bytes.length + SUM_BYTES);
  if (memory === undefined) throw new Error("there is no WebAssembly");
  const rows = new Int8Array(memory.buffer, FROM, bytes.length);
  rows.set(bytes);
  const none = new Float32Array(0);
  return { words: [], dimensions: bytes.length / ROWS, rows, queryWeights: none, codeWeights: none, memory };
}

const tables = fc.integer({ min: 1, max: 4 }).chain((sixteens) => {
  const length = sixteens * 16 * ROWS;
  return fc.int8Array({ minLength: length, maxLength: length }).map(tableOf);
});
const weights = fc.float({ min: 0, max: 1_000, noNaN: true });
const sums = fc.array(fc.array(fc.tuple(fc.nat(ROWS - 1), weights)));

test("vector instructions give the same sums as the plain loop, in both places", () => {
  fc.assert(
    fc.property(tables, sums, (table, all) => {
      const ways = [createRowSums(table, 0), createRowSums(table, 1), new PlainRowSums(table)];
      expect(ways.filter((way) => way instanceof PlainRowSums)).toHaveLength(1);
      for (const sum of all) {
        for (const [row, weight] of sum) for (const way of ways) way.add(row, weight);
        const [first, ...others] = ways.map((way) => way.take());
        for (const other of others) expect(other).toEqual(first);
      }
    }),
  );
});

test("more rows are added than the list of them holds", () => {
  const table = tableOf(Int8Array.from({ length: ROWS * 256 }, (_, index) => (index % 251) - 125));
  const ways = [createRowSums(table, 0), new PlainRowSums(table)];
  for (let time = 0; time < 20_000; time++) for (const way of ways) way.add(time % ROWS, 1 + (time % 7) / 10);
  const [simd, plain] = ways.map((way) => way.take());
  expect(simd).toEqual(plain);
  expect(simd).toBeInstanceOf(Int8Array);
});

test("rows of a length that the instructions do not take, or that lie elsewhere, are added one by one", () => {
  const table = tableOf(Int8Array.from({ length: ROWS * 16 }, (_, index) => index % 100));
  expect(createRowSums({ ...table, dimensions: 10 }, 0)).toBeInstanceOf(PlainRowSums);
  const elsewhere = { ...table, rows: table.rows.slice(), memory: undefined };
  expect(createRowSums(elsewhere, 0)).toBeInstanceOf(PlainRowSums);
});
