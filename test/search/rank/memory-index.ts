import { wordHash } from "../../../shared/words/word-hash.ts";
import { wordsOfLeaf } from "../../../servers/search/index/words-of-leaf.ts";
import type { Definition, DefinitionKind } from "../../../servers/search/parse/shapes.ts";
import { cosine } from "../../../servers/search/rank/dense-score.ts";
import type {
  Candidate,
  DefinitionRow,
  FileRole,
  IndexReader,
  Totals,
  Within,
} from "../../../servers/search/store/shapes.ts";

/** A leaf of a made-up file. Without a name it is filler. */
export interface GivenLeaf {
  readonly text: string;
  readonly name?: string;
  readonly scope?: string;
  readonly kind?: DefinitionKind;
  /** Line of the file where its definition begins, when this is a further piece of it. */
  readonly from?: number;
  readonly vector?: Int8Array;
}

export interface GivenFile {
  readonly path: string;
  readonly role?: FileRole;
  readonly language?: string;
  /** Leaves of each unit; lines are counted from their texts. */
  readonly units: readonly { readonly leaves: readonly GivenLeaf[]; readonly vector?: Int8Array }[];
}

/** An index in memory that answers what ranking asks; lists are complete and in the order of the files. */
export function memoryIndex(
  files: readonly GivenFile[],
): IndexReader & { readonly all: readonly Candidate[] } {
  const all: Candidate[] = [];
  const definitions: (DefinitionRow & { readonly unit: number })[] = [];
  for (const [file, given] of files.entries()) addFile(given, file + 1, { all, definitions });
  const hashesOf = (unit: Candidate): Set<number> =>
    new Set(unit.leaves.flatMap(({ words }) => [...words.hashes]));
  const held = new Map(all.map((unit) => [unit.unit, hashesOf(unit)]));
  const fits = ({ path, language, role }: Candidate, within: Within | undefined): boolean =>
    (within?.under?.some((one) => path.startsWith(one)) ?? true) &&
    (within?.languages?.includes(language) ?? true) &&
    (within?.roles?.includes(role) ?? true);
  const nothing = (): never => {
    throw new Error("ranking does not ask for this");
  };
  return {
    all,
    refresh: () => undefined,
    totals: () => totalsOf(all, files.length),
    frequencies: (words) =>
      words.map((word) => all.filter(({ unit }) => held.get(unit)?.has(wordHash(word)) === true).length),
    lexical: (words, wanted) =>
      wanted.map(({ limit, within }) =>
        all
          .filter((unit) => fits(unit, within))
          .filter(({ unit }) => words.some(({ word }) => held.get(unit)?.has(wordHash(word)) === true))
          .map(({ unit }) => unit)
          .slice(0, limit),
      ),
    dense: (vector, wanted) =>
      wanted.map(({ limit, within }) =>
        all
          .filter((unit) => fits(unit, within))
          .flatMap((one) =>
            one.vector === undefined ? [] : [{ unit: one.unit, cosine: cosine(one.vector, vector) }],
          )
          .sort((one, other) => other.cosine - one.cosine)
          .slice(0, limit),
      ),
    candidates: (units) => units.flatMap((unit) => all.find((one) => one.unit === unit) ?? []),
    definitionsNamed: (name, { limit, scope }) =>
      definitions
        .filter((one) => one.name.toLowerCase() === name.toLowerCase())
        .filter((one) => scope === undefined || one.scope.endsWith(scope))
        .slice(0, limit),
    unitsOf: (ids) => ids.flatMap((id) => definitions.find((one) => one.id === id)?.unit ?? []),
    definedNames: nothing,
    tallies: nothing,
    examples: nothing,
    definitionsIn: nothing,
    definition: nothing,
    referencesNamed: nothing,
    referencesIn: nothing,
    referencesWithin: nothing,
    importsIn: nothing,
    importsOf: nothing,
    file: nothing,
    files: nothing,
    edges: nothing,
    meta: nothing,
    bytes: nothing,
    units: nothing,
    edition: nothing,
  };
}

interface Made {
  readonly all: Candidate[];
  readonly definitions: (DefinitionRow & { readonly unit: number })[];
}

function addFile(given: GivenFile, file: number, made: Made): void {
  let line = 1;
  for (const { leaves, vector } of given.units) {
    const unit = made.all.length + 1;
    const startLine = line;
    const read = leaves.map((leaf) => {
      const endLine = line + leaf.text.split("\n").length - 1;
      const definition = definitionOf(leaf, { startLine: line, endLine });
      const row =
        definition === undefined
          ? undefined
          : { ...definition, id: made.definitions.length + 1, file, path: given.path, unit };
      if (row !== undefined) made.definitions.push(row);
      const words = wordsOfLeaf(
        { text: leaf.text, from: 0, to: leaf.text.length },
        definition && { ...definition, parent: -1 },
      );
      const result = {
        startLine: line,
        endLine,
        words,
        ...(row === undefined ? {} : { definition: row }),
        ...(leaf.vector === undefined ? {} : { vector: leaf.vector }),
      };
      line = endLine + 1;
      return result;
    });
    const { path, role = "code", language = "typescript" } = given;
    const place = { unit, file, path, role, language, startLine, endLine: line - 1, leaves: read };
    made.all.push(vector === undefined ? place : { ...place, vector });
  }
}

function definitionOf(
  { text, name, scope = "", kind = "function", from }: GivenLeaf,
  range: { readonly startLine: number; readonly endLine: number },
): Omit<Definition, "parent"> | undefined {
  if (name === undefined) return undefined;
  const signature = text.split("\n")[0] ?? "";
  return {
    startLine: from ?? range.startLine,
    endLine: range.endLine,
    name,
    scope,
    kind,
    signature,
    nameLine: range.startLine,
    docLine: range.startLine,
    doc: "",
    exported: true,
  };
}

function totalsOf(all: readonly Candidate[], files: number): Totals {
  const leaves = all.flatMap((unit) => unit.leaves);
  const sums = [0, 1, 2, 3].map((field) =>
    leaves.reduce((sum, { words }) => sum + (words.lengths[field] ?? 0), 0),
  );
  const mean = (many: number): number[] => sums.map((sum) => sum / Math.max(1, many));
  return {
    files,
    units: all.length,
    leaves: leaves.length,
    unitLengths: mean(all.length),
    leafLengths: mean(leaves.length),
  };
}

/** A query's vector, or a unit's, from the shares of its first dimensions. */
export function vectorOf(...shares: readonly number[]): Int8Array {
  const length = Math.hypot(...shares);
  return Int8Array.from({ length: 8 }, (_, index) => Math.round(((shares[index] ?? 0) / length) * 127));
}
