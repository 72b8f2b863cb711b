import { wordHash } from "../../../shared/words/word-hash.ts";
import { wordsOf } from "../../../shared/words/words-of.ts";
import { nameKey } from "./lists.ts";
import type { FileSums, CountedKeys, PackedFile } from "./packed-file.ts";
import { FIELDS, type Field, type NewFile, type NewLeaf, type NewUnit } from "./shapes.ts";
import { writeLeaves } from "./stored-leaves.ts";
import { packReferences } from "./stored-references.ts";

/** What a word counts by where it stands, in halves. The doc comment is in the body already. */
const WEIGHTS: Readonly<Record<Field, number>> = { body: 2, symbol: 6, signature: 1, doc: 0 };
const FIELD_WEIGHTS = FIELDS.map((field) => WEIGHTS[field]);
const PATH_WEIGHT = 3;
const MOST = 255;

/** Brings a file into the forms that are stored, without a database: most of the work of writing it. */
export function packFile({ units, references, definitions, ...file }: NewFile): PackedFile {
  const pathWords = wordsOf(file.path).map(wordHash);
  return {
    ...file,
    definitions,
    uses: packReferences(references),
    names: countedNames(references),
    sums: sumsOf(units),
    units: units.map(({ startLine, endLine, leaves }) => ({
      startLine,
      endLine,
      leaves: writeLeaves(leaves),
      words: countedWords(leaves, pathWords),
      length: leaves.reduce((sum, leaf) => sum + (leaf.words.lengths[0] ?? 0), 0),
    })),
    vectors: joinVectors(units),
  };
}

function sumsOf(units: readonly NewUnit[]): FileSums {
  const leaves = units.flatMap((unit) => unit.leaves);
  const lengths = FIELDS.map((_, field) =>
    leaves.reduce((sum, { words }) => sum + (words.lengths[field] ?? 0), 0),
  );
  return { units: units.length, leaves: leaves.length, lengths };
}

/** All vectors of a file one behind the other; a unit without one has zeros. */
function joinVectors(units: readonly NewUnit[]): Uint8Array {
  const dimensions = units.find(({ vector }) => vector !== undefined)?.vector?.length ?? 0;
  const joined = new Int8Array(units.length * dimensions);
  for (const [index, { vector }] of units.entries())
    if (vector !== undefined) joined.set(vector, index * dimensions);
  return new Uint8Array(joined.buffer);
}

/** `path`: hashes of the words of its path. */
function countedWords(leaves: readonly NewLeaf[], path: readonly number[]): CountedKeys {
  const counts = new Map<number, number>();
  for (const hash of path) counts.set(hash, (counts.get(hash) ?? 0) + PATH_WEIGHT);
  for (const { words } of leaves) {
    for (let index = 0; index < words.hashes.length; index++) {
      const hash = words.hashes[index] ?? 0;
      const weight = FIELD_WEIGHTS[words.fields[index] ?? 0] ?? 0;
      counts.set(hash, (counts.get(hash) ?? 0) + weight * (words.counts[index] ?? 0));
    }
  }
  return flat(counts);
}

function countedNames(references: NewFile["references"]): CountedKeys {
  const counts = new Map<number, number>();
  for (const { name } of references) {
    const key = nameKey(name);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return flat(counts);
}

function flat(counts: ReadonlyMap<number, number>): CountedKeys {
  return {
    keys: Uint32Array.from(counts.keys()),
    counts: Uint8Array.from(counts.values(), (sum) => Math.max(1, Math.min(MOST, sum))),
  };
}
