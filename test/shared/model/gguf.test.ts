import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Embedder } from "../../../shared/model/embedder.ts";
import { openGguf } from "../../../shared/model/gguf.ts";
import { Scope } from "../../../shared/scope.ts";
import { tinyBert } from "../../support/tiny-bert.ts";

const { signal } = new AbortController();
const scope = new Scope();
let folder: string;
let model: Embedder;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plumb-gguf-"));
  await writeFile(join(folder, "tiny.gguf"), tinyBert());
  model = await openGguf(join(folder, "tiny.gguf"), scope, signal);
}, 60_000);

afterAll(async () => {
  await scope.close();
  await rm(folder, { recursive: true });
});

const code = (text: string) => ({ text, role: "code" as const });

async function vectorOf(text: string): Promise<Int8Array> {
  const [vector] = await model.embed([code(text)], signal);
  if (vector === undefined) throw new Error("no vector");
  return vector;
}

test("a model is named by what is in its file", async () => {
  expect(model.id).toMatch(/^gguf:[0-9a-f]{64}$/u);
  expect(model.dimensions).toBe(32);
  await writeFile(join(folder, "other.gguf"), tinyBert(2));
  const other = await openGguf(join(folder, "other.gguf"), scope, signal);
  expect(other.id).not.toBe(model.id);
});

test("vectors have unit length, are the same for the same text, and come in the order of the texts", async () => {
  const texts = ["read the file", "write the index", "parse (x)", "read the file"];
  const vectors = await model.embed(texts.map(code), signal);
  expect(vectors[0]).toEqual(vectors[3]);
  expect(vectors[0]).not.toEqual(vectors[1]);
  for (const [index, text] of texts.entries()) {
    const vector = vectors[index] ?? new Int8Array();
    expect(await vectorOf(text)).toEqual(vector);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    expect(length / 127).toBeCloseTo(1, 1);
  }
});

test.each([
  ["nothing", ""],
  ["spaces", " \n\t "],
  ["a word without an end", "x".repeat(100_000)],
  ["far too much", "read the file ".repeat(20_000)],
  ["what is in no vocabulary", "\u{1F600}\u4E2D\u6587 \u0000 \uD800"],
])("%s is embedded, and the model still works", async (_name, text) => {
  expect((await vectorOf(text)).length).toBe(32);
  expect((await vectorOf("read")).some((value) => value !== 0)).toBe(true);
});

describe("what is no model is unavailable, with what to do", () => {
  test.each([
    ["missing.gguf", undefined],
    ["text.gguf", Buffer.from("this is no model")],
    ["empty.gguf", Buffer.alloc(0)],
  ])("%s", async (name, bytes) => {
    if (bytes !== undefined) await writeFile(join(folder, name), bytes);
    await expect(openGguf(join(folder, name), scope, signal)).rejects.toMatchObject({ code: "unavailable" });
  });

  test("a file that ends in the middle", async () => {
    await writeFile(join(folder, "cut.gguf"), tinyBert());
    await truncate(join(folder, "cut.gguf"), 20_000);
    await expect(openGguf(join(folder, "cut.gguf"), scope, signal)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:unavailable|too_large)$/u),
    });
  });
});

test("a call that is cancelled ends at once, and the next one is answered", async () => {
  const stop = new AbortController();
  const asked = model.embed(
    Array.from({ length: 500 }, (_, index) => code(`text ${index}`)),
    stop.signal,
  );
  stop.abort();
  await expect(asked).rejects.toThrow("abort");
  expect((await vectorOf("read")).length).toBe(32);
});
