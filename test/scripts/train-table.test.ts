import { expect, test } from "vitest";
import { StaticTable } from "../../shared/model/static-table.ts";
import { encodeTable } from "../../shared/model/table-file.ts";
import { wordHash } from "../../shared/words/word-hash.ts";
import { wordsOf } from "../../shared/words/words-of.ts";
import { PackageCollector } from "../../scripts/train-embeddings/pairs/package-pairs.ts";
import type { PackagePairs } from "../../scripts/train-embeddings/pairs/pair.ts";
import { batchesOf } from "../../scripts/train-embeddings/training/batches.ts";
import { Contrast } from "../../scripts/train-embeddings/training/contrast.ts";
import { chooseVocabulary, gatherCorpus } from "../../scripts/train-embeddings/training/corpus.ts";
import { Kernels, memoryFor } from "../../scripts/train-embeddings/training/kernels.ts";
import { packTable } from "../../scripts/train-embeddings/training/pack.ts";
import { Random } from "../../scripts/train-embeddings/training/random.ts";
import { Settings } from "../../scripts/train-embeddings/training/settings.ts";
import { sideState } from "../../scripts/train-embeddings/training/table.ts";
import { train } from "../../scripts/train-embeddings/training/train.ts";

/** In prose, and in code: no letter tells that they belong together. */
const SYNONYMS = [
  ["delete", "unlink"],
  ["picture", "bitmap"],
  ["password", "secret"],
  ["network", "socket"],
  ["folder", "directory"],
  ["speed", "throughput"],
  ["mistake", "fault"],
  ["money", "invoice"],
] as const;

function somePackage(name: string, seed: number): PackagePairs {
  const collector = new PackageCollector();
  const random = new Random(seed);
  const pick = (): number => Math.floor(random.next() * SYNONYMS.length);
  for (let index = 0; index < 400; index++) {
    const [one, other] = [pick(), pick()];
    const [text, code] = [0, 1].map((side) => `${SYNONYMS[one]?.[side]} ${SYNONYMS[other]?.[side]}`);
    const body = `return ${code} ${code} value ${index}`;
    collector.count(body);
    const noise = String.fromCharCode(97 + (index % 26), 97 + (Math.floor(index / 26) % 26), 120);
    const pair = {
      kind: "doc",
      language: "Go",
      group: index,
      text: `${text} ${noise}`,
      doc: "",
      symbol: "",
      path: "",
    };
    collector.add({ ...pair, kind: "doc", body });
  }
  return collector.finish(name, "MIT");
}

const packages = [somePackage("a", 1), somePackage("b", 2)];
const settings = { ...Settings.parse({}), dimensions: 16, batch: 32, block: 16, epochs: 12 };

function learn(): Buffer {
  const vocabulary = chooseVocabulary(packages, { seen: 5, packages: 1, most: 200 });
  return encodeTable(packTable(train(gatherCorpus(packages, vocabulary), settings, () => undefined)));
}

test("a table learns which word of code a word of prose means", () => {
  const vocabulary = chooseVocabulary(packages, { seen: 5, packages: 1, most: 200 });
  const data = packTable(train(gatherCorpus(packages, vocabulary), settings, () => undefined));
  const table = new StaticTable(data, "00");
  const codes = SYNONYMS.map(([, code]) =>
    table.codeVector(
      [
        {
          hashes: Uint32Array.from(wordsOf(code), wordHash),
          fields: new Uint8Array(1),
          counts: Uint8Array.of(1),
        },
      ],
      [],
    ),
  );
  const right = SYNONYMS.filter(([text], index) => {
    const asked = table.queryVector(wordsOf(text), () => 1);
    const scores = codes.map((code) => code.reduce((sum, value, at) => sum + value * (asked?.[at] ?? 0), 0));
    return scores.indexOf(Math.max(...scores)) === index;
  });
  expect(right).toHaveLength(SYNONYMS.length);
});

test("the same pairs and settings give the same file, byte for byte", () => {
  expect(learn().equals(learn())).toBe(true);
});

test("the gradients are those of the loss", () => {
  const batch = 16;
  const dimensions = 16;
  const kernels = new Kernels(memoryFor(40_000));
  const weights = { values: new Float32Array(1), squares: new Float32Array(1) };
  const [query, code] = [0, 1].map(() =>
    sideState(kernels, { batch, dimensions }, { weights, weightGradients: new Float32Array(1) }),
  );
  if (query === undefined || code === undefined) throw new Error("no sides");
  const random = new Random(5);
  for (const { values } of [query.vectors, code.vectors])
    for (let at = 0; at < values.length; at++) values[at] = random.normal() * 0.25;
  const groups = Int32Array.from({ length: batch }, (_, index) => (index === 3 ? 2 : index));
  const contrast = new Contrast(kernels, batch, dimensions, 5);
  contrast.compare(query, code, groups);
  for (const side of [query, code]) {
    for (const at of [0, 17, 3 * 16 + 2, 255]) {
      const slope = side.gradients.values[at] ?? 0;
      const gradients = [query.gradients.values.slice(), code.gradients.values.slice()];
      const value = side.vectors.values[at] ?? 0;
      side.vectors.values[at] = value + 0.01;
      const above = contrast.compare(query, code, groups);
      side.vectors.values[at] = value - 0.01;
      const below = contrast.compare(query, code, groups);
      side.vectors.values[at] = value;
      query.gradients.values.set(gradients[0] ?? []);
      code.gradients.values.set(gradients[1] ?? []);
      expect((above - below) / 0.02).toBeCloseTo(slope, 3);
    }
  }
});

test("batches are whole, hold each pair at most once, and consist of blocks of one package", () => {
  const pairs = Array.from({ length: 1_000 }, (_, index) => ({ from: index % 3, at: index }));
  const batches = batchesOf(pairs, { batch: 64, block: 16 }, new Random(1));
  expect(batches).toHaveLength(15);
  expect(batches.every((batch) => batch.length === 64)).toBe(true);
  expect(new Set(batches.flat().map(({ at }) => at)).size).toBe(15 * 64);
  const mixed = batches.flatMap((batch) =>
    [0, 16, 32, 48].filter(
      (start) => new Set(batch.slice(start, start + 16).map(({ from }) => from)).size > 1,
    ),
  );
  expect(mixed.length).toBeLessThanOrEqual(3);
});
