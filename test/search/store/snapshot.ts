import type { Candidate, IndexReader, NewFile, SkipReason } from "../../../servers/search/store/shapes.ts";
import { wordHash } from "../../../shared/words/word-hash.ts";
import { wordsOf } from "../../../shared/words/words-of.ts";

/** What should be in an index: a file, or why it is not. */
export type Model = ReadonlyMap<string, NewFile | SkipReason>;

const NAMES = ["open", "Open", "openFile", "close", "Store", "läuft"];
const WORDS = ["file", "open", "index", "word", "öl", "retry", "the", "x_y", "$ref", "quote", "src"];

/** All that a reader says, without the ids that it says it by. */
export function snapshotOf(reader: IndexReader): unknown {
  const files = reader.files();
  const paths = new Map(files.map(({ id, path }) => [id, path]));
  const definitionKey = (id: number | undefined): string | undefined => {
    const row = id === undefined ? undefined : reader.definition(id);
    if (row === undefined) return undefined;
    const place = reader.definitionsIn(row.file).findIndex((each) => each.id === id);
    return `${row.path}#${place}`;
  };
  const units = reader
    .lexical(
      WORDS.map((word) => ({ word, weight: 1 })),
      [{ limit: 1_000 }],
    )
    .flat();
  return {
    totals: reader.totals(),
    frequencies: reader.frequencies(WORDS),
    files: files.map((file) => without(file, "id")),
    units: reader.candidates(units).map(plain).sort(),
    dense: reader
      .dense(new Int8Array(16).fill(9), [{ limit: 1_000 }])
      ?.flat()
      .map(({ cosine }) => cosine),
    definitions: files.map(({ id }) =>
      reader.definitionsIn(id).map(({ id: own, file, parent, ...row }) => ({
        ...row,
        file: paths.get(file),
        own: definitionKey(own),
        parent: definitionKey(parent),
      })),
    ),
    named: NAMES.map((name) =>
      reader.definitionsNamed(name, { limit: 1_000 }).map(({ id }) => definitionKey(id)),
    ),
    begun: NAMES.map((name) =>
      reader.definitionsNamed(name, { limit: 1_000, like: true }).map(({ id }) => definitionKey(id)),
    ),
    references: NAMES.map((name) =>
      reader
        .referencesNamed(name, 1_000)
        .map((row) => ({ ...without(row, "file"), within: definitionKey(row.within) })),
    ),
    referencesIn: files.map(({ id }) => reader.referencesIn(id).map(({ name, line }) => [name, line])),
    within: files.map(({ id }) =>
      reader
        .definitionsIn(id)
        .map((each) => reader.referencesWithin(each.id).map(({ name, line }) => [name, line])),
    ),
    imports: files.map(({ id }) => reader.importsIn(id).map((row) => without(row, "file"))),
    importsOf: reader.importsOf("s", 1_000).map((row) => without(row, "file")),
    edges: [...reader.edges()]
      .map(({ from, to, count }) => [paths.get(from), paths.get(to), count].join(" "))
      .sort(),
  };
}

function plain({ leaves, ...candidate }: Candidate): string {
  return JSON.stringify({
    ...candidate,
    unit: 0,
    file: 0,
    vector: candidate.vector === undefined ? undefined : [...candidate.vector],
    leaves: leaves.map(({ definition, words, vector, ...leaf }) => ({
      ...leaf,
      definition: definition === undefined ? undefined : { ...definition, id: 0 },
      words: [[...words.hashes], [...words.fields], [...words.counts], words.lengths],
      vector: vector === undefined ? undefined : [...vector],
    })),
  });
}

/** The same, computed from what was put. */
export function expectedOf(model: Model): unknown {
  const paths = [...model.keys()].sort();
  const files = paths.flatMap((path) => {
    const file = model.get(path);
    return typeof file === "object" ? [file] : [];
  });
  const units = files.flatMap((file) => file.units.map((unit) => ({ file, unit })));
  const leaves = units.flatMap(({ unit }) => unit.leaves);
  const lengths = [0, 1, 2, 3].map((field) =>
    leaves.reduce((sum, { words }) => sum + (words.lengths[field] ?? 0), 0),
  );
  const mean = (count: number): number[] => lengths.map((length) => (count === 0 ? 0 : length / count));
  const holds = ({ file, unit }: (typeof units)[number], word: string): boolean =>
    wordsOf(file.path).includes(word) ||
    unit.leaves.some(({ words }) => words.hashes.includes(wordHash(word)));
  const key = (file: NewFile, place: number): string | undefined =>
    place < 0 ? undefined : `${file.path}#${place}`;
  const defined = files.flatMap((file) => file.definitions.map((each, place) => ({ file, place, ...each })));
  const named = (fits: (name: string) => boolean, asked: string): (string | undefined)[] =>
    defined
      .filter(({ name }) => fits(name))
      .sort(
        (a, b) =>
          Number(b.name === asked) - Number(a.name === asked) ||
          a.name.length - b.name.length ||
          Number(b.exported) - Number(a.exported) ||
          (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : a.place - b.place),
      )
      .map(({ file, place }) => key(file, place));
  const near = units.flatMap(({ unit: { vector } }) =>
    vector === undefined ? [] : [vector.reduce((sum, each) => sum + each * 9, 0)],
  );
  return {
    totals: {
      files: files.length,
      units: units.length,
      leaves: leaves.length,
      unitLengths: mean(units.length),
      leafLengths: mean(leaves.length),
    },
    frequencies: WORDS.map((word) => units.filter((each) => holds(each, word)).length),
    files: paths.map((path) => {
      const file = model.get(path);
      if (typeof file !== "object")
        return {
          path,
          size: 0,
          mtimeNs: "",
          hash: "",
          language: "",
          cut: "",
          role: "code",
          errors: 0,
          lines: 0,
          skipped: file,
        };
      const { stamp, language, cut, role, errors, lines } = file;
      return { path, ...stamp, language, cut, role, errors, lines };
    }),
    units: units
      .filter((each) => WORDS.some((word) => holds(each, word)))
      .map(({ file, unit }) => {
        const { path, language, role } = file;
        return plain({
          unit: 0,
          file: 0,
          path,
          language,
          role,
          startLine: unit.startLine,
          endLine: unit.endLine,
          leaves: unit.leaves.map(({ words, vector, startLine, endLine, definition }) => {
            const bare = { startLine, endLine, words, ...(vector === undefined ? {} : { vector }) };
            const row = file.definitions[definition];
            if (row === undefined) return bare;
            const { name, scope, kind, signature } = row;
            return {
              ...bare,
              definition: {
                id: 0,
                name,
                scope,
                kind,
                signature,
                startLine: row.startLine,
                endLine: row.endLine,
              },
            };
          }),
          ...(unit.vector === undefined ? {} : { vector: unit.vector }),
        });
      })
      .sort(),
    dense: near.length === 0 ? undefined : near.sort((a, b) => b - a).map((product) => product / (127 * 127)),
    definitions: paths.map((path) => {
      const file = model.get(path);
      if (typeof file !== "object") return [];
      return file.definitions.map(({ parent, ...row }, place) => ({
        ...row,
        path,
        file: path,
        own: key(file, place),
        parent: key(file, parent),
      }));
    }),
    named: NAMES.map((name) => named((each) => fold(each) === fold(name), name)),
    begun: NAMES.map((name) => named((each) => fold(each).startsWith(fold(name)), name)),
    references: NAMES.map((name) =>
      files.flatMap((file) =>
        file.references
          .filter((each) => each.name === name)
          .map(({ within, ...row }) => ({ ...row, path: file.path, within: key(file, within) })),
      ),
    ),
    referencesIn: paths.map((path) => {
      const file = model.get(path);
      return typeof file === "object" ? file.references.map(({ name, line }) => [name, line]) : [];
    }),
    within: paths.map((path) => {
      const file = model.get(path);
      if (typeof file !== "object") return [];
      return file.definitions.map((_, place) =>
        file.references
          .filter(({ within }) => {
            for (let at = within; at >= 0; at = file.definitions[at]?.parent ?? -1)
              if (at === place) return true;
            return false;
          })
          .map(({ name, line }) => [name, line]),
      );
    }),
    imports: paths.map((path) => {
      const file = model.get(path);
      return typeof file === "object" ? file.imports.map((each) => ({ ...each, path })) : [];
    }),
    importsOf: files.flatMap((file) =>
      file.imports.filter(({ source }) => source.includes("s")).map((each) => ({ ...each, path: file.path })),
    ),
    edges: edgesOf(files).sort(),
  };
}

function edgesOf(files: readonly NewFile[]): string[] {
  return files.flatMap((from) =>
    files.flatMap((to) => {
      if (from === to) return [];
      const names = new Set(
        to.definitions
          .filter(
            ({ exported, kind, parent }) =>
              exported && kind !== "method" && (parent < 0 || kind !== "constant"),
          )
          .map(({ name }) => name),
      );
      const count = from.references.filter(({ name }) => names.has(name)).length;
      return count === 0 ? [] : [`${from.path} ${to.path} ${count}`];
    }),
  );
}

/** As SQLite folds: ASCII only. */
function fold(text: string): string {
  return text.replace(/[A-Z]/gu, (letter) => letter.toLowerCase());
}

function without<T, K extends keyof T>(row: T, key: K): Omit<T, K> {
  const { [key]: _gone, ...rest } = row;
  return rest;
}
