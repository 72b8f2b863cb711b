import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { askAll } from "../../scripts/bench/search/ask-all.ts";
import { judge } from "../../scripts/bench/search/judge.ts";
import { commitAll } from "../../scripts/bench/search/lay-out.ts";
import { bertToGguf } from "../../scripts/bench/search/minilm/bert-to-gguf.ts";
import { readSafetensors } from "../../scripts/bench/search/minilm/safetensors.ts";
import { halfOf, quantize } from "../../scripts/bench/search/minilm/write-gguf.ts";
import { readQueries, type QuerySet } from "../../scripts/bench/search/queries.ts";
import { groupsOf, rowOf } from "../../scripts/bench/search/rows.ts";
import { makeTree } from "../../scripts/bench/search/scale/make-tree.ts";
import { NEVER_TOKENS, score, shows } from "../../scripts/bench/search/score.ts";
import { pairedDifference, quantile } from "../../scripts/bench/search/summarize.ts";
import type { System } from "../../scripts/bench/search/system.ts";
import { readExplored } from "../../scripts/bench/search/systems/codegraph.ts";
import { HYBRID, LEXICAL } from "../../scripts/bench/search/systems/ours.ts";
import { isComplete, missingIn, readAnswer } from "../../scripts/bench/search/systems/read-answer.ts";
import { summaryTable } from "../../scripts/bench/search/tables.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plumbline-bench-test-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function hit(path: string, startLine: number, endLine: number, characters = 400) {
  return { path, startLine, endLine, characters };
}

const one = { targets: [{ path: "a.ts", lines: [10, 19] as [number, number] }] };
const two = { targets: [...one.targets, { path: "b.ts", lines: [1, 40] as [number, number] }] };

describe("a result shows a target", () => {
  const target = one.targets[0] ?? { path: "", lines: [1, 1] };

  test.each([
    ["exactly", 10, 19, true],
    ["half of it", 15, 30, true],
    ["less than half of it", 16, 30, false],
    ["it and what is around, up to 80 lines", 1, 80, true],
    ["it in 81 lines", 1, 81, false],
  ])("%s", (_, from, to, expected) => {
    expect(shows(hit("a.ts", from, to), target)).toBe(expected);
  });

  test("not in another file", () => {
    expect(shows(hit("b.ts", 10, 19), target)).toBe(false);
  });

  test("in four times its lines when it is long", () => {
    const long = { path: "a.ts", lines: [1, 100] as [number, number] };
    expect([shows(hit("a.ts", 1, 400), long), shows(hit("a.ts", 1, 401), long)]).toEqual([true, false]);
  });
});

describe("a score", () => {
  test("is full for the only target at the top", () => {
    expect(score(one, [hit("a.ts", 10, 19)])).toEqual({
      functionNdcg: 1,
      fileNdcg: 1,
      reciprocalRank: 1,
      recallAt5: 1,
      recallAt10: 1,
      tokens: 100,
      tokensUntilHit: 100,
    });
  });

  test("credits a target once, and a file where it first comes", () => {
    const scored = score(one, [
      hit("c.ts", 1, 9),
      hit("a.ts", 30, 39),
      hit("a.ts", 10, 19),
      hit("a.ts", 10, 19),
    ]);
    expect(scored).toMatchObject({
      functionNdcg: 0.5,
      reciprocalRank: 1 / 3,
      recallAt10: 1,
      tokensUntilHit: 200,
    });
    expect(scored.fileNdcg).toBeCloseTo(1 / Math.log2(3));
  });

  test("asks for all targets", () => {
    const scored = score(two, [hit("a.ts", 10, 19)]);
    expect(scored).toMatchObject({ recallAt5: 0.5, reciprocalRank: 1 });
    expect(scored.functionNdcg).toBeCloseTo(1 / (1 + 1 / Math.log2(3)));
  });

  test("counts all tokens when the file never comes", () => {
    expect(score(one, [])).toMatchObject({ functionNdcg: 0, tokens: 0, tokensUntilHit: NEVER_TOKENS });
  });

  test("looks at ten results and no more", () => {
    const wrong = Array.from({ length: 10 }, (_, index) => hit(`${index}.ts`, 1, 9));
    expect(score(one, [...wrong, hit("a.ts", 10, 19)])).toMatchObject({ recallAt10: 0, tokens: 1_000 });
  });

  test("never leaves 0 to 1", () => {
    const hits = fc.array(
      fc.record({
        path: fc.constantFrom("a.ts", "b.ts", "c.ts"),
        startLine: fc.integer({ min: 1, max: 40 }),
        characters: fc.nat(2_000),
      }),
    );
    fc.assert(
      fc.property(hits, (made) => {
        const found = made.map((each) => ({ ...each, endLine: each.startLine + 20 }));
        const { tokens: _, tokensUntilHit, ...shares } = score(two, found);
        for (const share of Object.values(shares)) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        expect(tokensUntilHit).toBeLessThanOrEqual(NEVER_TOKENS);
      }),
    );
  });
});

test("a difference is of pairs", () => {
  const { mean, error } = pairedDifference([1, 0.5, 0.9], [0.5, 0.5, 0.4]);
  expect(mean).toBeCloseTo(1 / 3);
  expect(error).toBeCloseTo(1 / 6);
  expect(() => pairedDifference([1], [])).toThrow("the same queries");
});

test("a quantile is one of the values", () => {
  expect([quantile([3, 1, 2], 0.5), quantile([3, 1, 2], 0.95), quantile([], 0.5)]).toEqual([
    2,
    3,
    Number.NaN,
  ]);
});

describe("an answer of search_code is read", () => {
  test("with its places, its lines and its first line", () => {
    const answer = [
      "[2 results, best first; 9 files indexed]",
      "",
      "src/a.ts:3-5, in 1-9 Store.open",
      "one",
      "",
      "src/b.ts:7-8 looks like a place",
      "",
      "src/b.ts:7 close",
      "seven",
    ].join("\n");
    expect(readAnswer(answer)).toEqual([
      {
        path: "src/a.ts",
        startLine: 3,
        endLine: 5,
        text: answer.split("\n").slice(0, 1).concat(answer.split("\n").slice(2, 6)).join("\n"),
      },
      { path: "src/b.ts", startLine: 7, endLine: 7, text: "\nsrc/b.ts:7 close\nseven" },
    ]);
  });

  test("when lines are left out", () => {
    const answer = "[2 results]\n\na.ts:3-5 open: function open(): void\n\nb.ts:1-2\none\ntwo";
    expect(readAnswer(answer).map(({ path, endLine }) => `${path} ${endLine}`)).toEqual(["a.ts 5", "b.ts 2"]);
  });

  test("when there is none", () => {
    expect(readAnswer("[no result; search_text x finds exact words]")).toEqual([]);
  });

  test.each([
    [
      "[10 results; index is being built: 3 files indexed, 6 to go; what is missing may not be in yet]",
      false,
    ],
    ["[10 results; 9 files indexed, changes are being read]", false],
    ["[10 results; 9 files indexed, looking for changes]", false],
    ["[.: complete; 9 files indexed; the model knows 3 of 90 parts so far]", false],
    ["[.: complete; 9 files indexed; the model is being loaded]", false],
    ["[10 results, best first; 9 files indexed]\nbeing built", true],
  ])("%s", (answer, expected) => {
    expect(isComplete(answer)).toBe(expected);
  });
});

test("what an index does without is told", () => {
  const status = "[.: complete; 9 files indexed; the table of word vectors is missing]\nlanguages: go 9";
  expect([missingIn(status), missingIn("[.: complete; 9 files indexed]")]).toEqual([
    "the table of word vectors is missing",
    undefined,
  ]);
});

test("what codegraph explores is cut where its line numbers jump", () => {
  const answer = "Found 2\n**`a.ts`** — open\n```ts\n1\tone\n2\ttwo\n\n9\tnine\n```\n**`b.ts`**\n4\tfour\n";
  expect(readExplored(answer).map(({ path, startLine, endLine }) => [path, startLine, endLine])).toEqual([
    ["a.ts", 1, 2],
    ["a.ts", 9, 9],
    ["b.ts", 4, 4],
  ]);
});

const SET: QuerySet = {
  id: "npm-x",
  hash: "1",
  registry: "npm",
  name: "x",
  version: "1.0.0",
  part: "dev",
  language: "TypeScript",
  root: ".",
  queries: [
    { query: "opens", kind: "semantic", ...one },
    { query: "fails", kind: "symbol", ...one },
  ],
};

function finding(counted: { opened: number }): System {
  return {
    name: "a system",
    version: "1",
    open: () => {
      counted.opened += 1;
      return Promise.resolve({
        indexSeconds: 2,
        peakMiB: 30,
        search: (query) =>
          query === "fails"
            ? Promise.reject(new Error("it broke"))
            : Promise.resolve({
                ms: 5,
                results: [{ path: "a.ts", startLine: 10, endLine: 19, text: "x".repeat(40) }],
              }),
        close: () => Promise.resolve(),
      });
    },
  };
}

test("a query that fails finds nothing, and is asked again", async () => {
  const project = join(folder, "project");
  makeTree(project, { files: 4, functionsPerFile: 1, lines: 2 });
  const counted = { opened: 0 };
  const laidOut = [{ set: SET, folder: project }];
  const asking = { cache: folder, kept: true, say: () => {} };
  const first = await askAll(finding(counted), laidOut, asking);
  expect(await askAll(finding(counted), laidOut, asking)).toEqual(first);
  expect(counted.opened).toBe(2);

  const row = rowOf({ name: "a system", version: "1", ours: false }, first, [SET]);
  expect(row).toMatchObject({ p50: 5, failed: 1, peakMiB: 30, secondsPer1000Files: 500 });
  expect(row.summary).toMatchObject({
    queries: 2,
    functionNdcg: 0.5,
    tokensUntilHit: (10 + NEVER_TOKENS) / 2,
  });
  expect([...groupsOf(row, "kind").keys()]).toEqual(["semantic", "symbol"]);
  expect(summaryTable([row])).toContain("| a system 1 | 0.500 ± 0.500 |");
});

test("answers that are kept are not asked for again", async () => {
  const project = join(folder, "project");
  makeTree(project, { files: 2, functionsPerFile: 1, lines: 2 });
  const counted = { opened: 0 };
  const set = { ...SET, queries: SET.queries.slice(0, 1) };
  const asking = { cache: folder, kept: true, say: () => {} };
  const first = await askAll(finding(counted), [{ set, folder: project }], asking);
  expect(await askAll(finding(counted), [{ set, folder: project }], asking)).toEqual(first);
  expect(counted.opened).toBe(1);
  await askAll(finding(counted), [{ set, folder: project }], { ...asking, kept: false });
  expect(counted.opened).toBe(2);
});

test("ours is held against the best of the others", () => {
  const outcome = (hits: ReturnType<typeof hit>[]) => ({
    system: "",
    version: "",
    set: SET.id,
    files: 1_000,
    indexSeconds: 3,
    peakMiB: 100,
    asked: SET.queries.map(({ query }) => ({ query, ms: 1, hits })),
  });
  const good = [hit("a.ts", 10, 19)];
  const row = (name: string, ours: boolean, hits: ReturnType<typeof hit>[]) =>
    rowOf({ name, version: "1", ours }, [outcome(hits)], [SET]);
  const rows = [
    row(LEXICAL, true, []),
    row(HYBRID, true, good),
    row("weak", false, []),
    row("strong", false, good),
  ];
  const verdicts = judge(rows, []);
  expect(verdicts.map(({ about, compared, verdict }) => `${about} | ${compared} | ${verdict}`)).toEqual([
    `function NDCG@10: ${HYBRID} | ${LEXICAL} 0.000, +1.000 ± 0.000 | PASS`,
    `function NDCG@10: ${LEXICAL} | strong 1.000, -1.000 ± 0.000 | FAIL`,
    `tokens until the right file: ${LEXICAL} | strong 100, +31,900 ± 0.000 | FAIL`,
    `function NDCG@10: ${HYBRID} | strong 1.000, +0.000 ± 0.000 | FAIL`,
    `tokens until the right file: ${HYBRID} | strong 100, +0.000 ± 0.000 | FAIL`,
    "index of 1,000 files |  | PASS",
    "most memory while indexing a package |  | PASS",
  ]);
});

test("queries of one part are read, and none of another", () => {
  const { id: _, hash: __, ...file } = SET;
  writeFileSync(join(folder, "npm-x.json"), JSON.stringify(file));
  writeFileSync(join(folder, "npm-y.json"), JSON.stringify({ ...file, part: "report" }));
  expect(readQueries(folder, ["dev"]).map(({ id }) => id)).toEqual(["npm-x"]);
  expect(readQueries(folder, ["dev", "report"])).toHaveLength(2);
});

test("the generated code is the same each time, in five languages, and committed", () => {
  const size = { files: 10, functionsPerFile: 2, lines: 3 };
  const contents = ["one", "two"].map((name) => {
    const tree = join(folder, name);
    makeTree(tree, size);
    const paths = execFileSync("git", ["ls-files"], { cwd: tree, encoding: "utf8" }).trim().split("\n");
    return paths.map((path) => [path, readFileSync(join(tree, path), "utf8")]);
  });
  expect(contents[0]).toHaveLength(10);
  expect(contents[0]).toEqual(contents[1]);
  expect(new Set(contents[0]?.map(([path]) => path?.split(".").at(-1)))).toHaveLength(5);
});

test("a project's own ignore file hides nothing of it", () => {
  writeFileSync(join(folder, ".gitignore"), "*\n");
  writeFileSync(join(folder, "a.txt"), "one\n");
  commitAll(folder);
  expect(execFileSync("git", ["ls-files"], { cwd: folder, encoding: "utf8" })).toBe(".gitignore\na.txt\n");
});

describe("a sentence model becomes GGUF", () => {
  test.each([
    [0, 0],
    [1, 0x3c00],
    [0.5, 0x3800],
    [65_504, 0x7bff],
    [2 ** -24, 1],
    [2 ** -14, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
  ])("half of %d", (number, bits) => {
    expect(halfOf(number)).toBe(bits);
  });

  test("each number comes back within half a step of its block", () => {
    const block = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(block, (numbers) => {
        const bytes = quantize(Float32Array.from(numbers));
        const scale = Math.max(...numbers.map(Math.abs)) / 127;
        numbers.forEach((number, index) => {
          expect(Math.abs(bytes.readInt8(2 + index) * scale - number)).toBeLessThanOrEqual(scale / 2 + 1e-6);
        });
      }),
    );
  });

  test("with all its tensors, each at an aligned place", () => {
    const file = bertToGguf(tinyBert(), "tiny");
    expect(file.toString("latin1", 0, 4)).toBe("GGUF");
    expect(file.readBigUInt64LE(8)).toBe(3n);
    expect(file.length % 32).toBe(0);
    const text = file.toString("utf8");
    for (const name of ["token_embd.weight", "blk.0.attn_q.weight", "blk.0.attn_q.bias", "\u2581he", "[CLS]"])
      expect(text).toContain(name);
    expect(text).not.toContain("pooler");
    expect(bertToGguf(tinyBert(), "tiny").equals(file)).toBe(true);
  });

  test("not when it holds what nobody knows", () => {
    const { weights: _, ...rest } = tinyBert();
    const weights = safetensors({ "encoder.layer.0.surprise.weight": [2, 32] });
    expect(() => bertToGguf({ ...rest, weights }, "tiny")).toThrow("no such tensor is known");
  });

  test("numbers are read as they were written", () => {
    const read = readSafetensors(safetensors({ "a.weight": [1, 3] }));
    expect(read).toEqual([{ name: "a.weight", shape: [1, 3], values: Float32Array.from([0, 1, 2]) }]);
  });
});

function tinyBert() {
  const config = {
    model_type: "bert",
    hidden_act: "gelu",
    hidden_size: 32,
    intermediate_size: 32,
    layer_norm_eps: 1e-12,
    max_position_embeddings: 4,
    num_attention_heads: 1,
    num_hidden_layers: 1,
    type_vocab_size: 2,
    vocab_size: 7,
  };
  return {
    config: JSON.stringify(config),
    vocabulary: "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhe\n##y\n",
    weights: safetensors({
      "bert.embeddings.word_embeddings.weight": [7, 32],
      "bert.encoder.layer.0.attention.self.query.weight": [32, 32],
      "bert.encoder.layer.0.attention.self.query.bias": [32],
      "bert.pooler.dense.bias": [32],
    }),
  };
}

/** Numbers count up from 0 in each tensor. */
function safetensors(shapes: Record<string, number[]>): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const data: Buffer[] = [];
  let at = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const count = shape.reduce((product, size) => product * size, 1);
    const bytes = Buffer.from(Float32Array.from({ length: count }, (_, index) => index).buffer);
    header[name] = { dtype: "F32", shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    data.push(bytes);
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...data]);
}

test("every query file can be read", () => {
  const queries = join(import.meta.dirname, "../../scripts/bench/search/queries");
  const sets = readQueries(queries, ["dev", "report"]);
  expect(sets).toHaveLength(readdirSync(queries).length);
});
