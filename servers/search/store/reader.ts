// Long because it has every question that an index answers, each in a line or two.
import type { OpenDatabase } from "../../../shared/sqlite/open.ts";
import { isBusy, isDamage, type Sqlite } from "../../../shared/sqlite/sqlite.ts";
import { ToolError } from "../../../shared/errors.ts";
import { MisreadError } from "./bytes.ts";
import { Counters } from "./counters.ts";
import type { Near } from "./dense.ts";
import type { Edge } from "./edge-counter.ts";
import type { Generations } from "./generations.ts";
import { readCandidates } from "./read-candidates.ts";
import { definedNames, definitionOf, definitionsNamed, definitionsOf, unitsOf } from "./read-definitions.ts";
import { readEdges } from "./read-edges.ts";
import { allFiles, allUnits, exampleFiles, fileAt, tallyFiles } from "./read-files.ts";
import { importsIn, importsOf, referencesNamed, referencesOf, referencesWithin } from "./read-references.ts";
import { openIndex, type OpenedIndex, type Standing } from "./opened-index.ts";
import type {
  Candidate,
  DefinitionRow,
  FileRow,
  FileTally,
  ImportRow,
  IndexReader,
  Makeup,
  NameOptions,
  ReferenceRow,
  SkipReason,
  Totals,
  UnitPlace,
  WantedList,
  WeightedWord,
} from "./shapes.ts";

/** A reader, and what it reads. When its standing is `none` every answer is empty. */
export interface OpenIndexReader extends IndexReader {
  readonly standing: Standing;
  /** Our sentences; whoever writes must open the index anew when it says that it is damaged (`isDamaged`). */
  readonly problems: readonly string[];
  readonly isDamaged: boolean;
  close(): void;
}

const NOTHING: Totals = {
  files: 0,
  units: 0,
  leaves: 0,
  unitLengths: [0, 0, 0, 0],
  leafLengths: [0, 0, 0, 0],
};

/** Reads the current generation of one root. */
export class StoreReader implements OpenIndexReader {
  readonly #generations: Generations;
  readonly #makeup: Makeup;
  readonly #openDatabase: OpenDatabase;
  #opened: OpenedIndex | undefined;
  /** The generation that turned out to be damaged. */
  #damaged: number | undefined;

  constructor(
    generations: Generations,
    { makeup, openDatabase }: { readonly makeup: Makeup; readonly openDatabase: OpenDatabase },
  ) {
    this.#generations = generations;
    this.#makeup = makeup;
    this.#openDatabase = openDatabase;
  }

  get standing(): Standing {
    return this.#opened?.standing ?? "none";
  }

  get isDamaged(): boolean {
    return this.#damaged !== undefined;
  }

  get problems(): readonly string[] {
    if (this.isDamaged) return ["The index is damaged and must be built anew."];
    if (this.standing === "other")
      return ["The index was built by another version; a new one is on its way."];
    return [];
  }

  refresh(): void {
    const current = this.#generations.current();
    if (current !== undefined && current !== this.#opened?.generation && current !== this.#damaged)
      this.#open(current);
    this.#read(undefined, (db, opened) => {
      const version = db.pragma<number>("data_version");
      if (version !== opened.version) {
        opened.lists.expire();
        opened.masks.expire();
        opened.vectors?.expire();
      }
      opened.version = version;
    });
  }

  totals(): Totals {
    return this.#read(NOTHING, (db) => new Counters(db).totals());
  }

  frequencies(words: readonly string[]): number[] {
    return this.#read(
      words.map(() => 0),
      (db, opened) => opened.words.frequencies(db, words),
    );
  }

  lexical(words: readonly WeightedWord[], wanted: readonly WantedList[]): number[][] {
    return this.#read(
      wanted.map(() => []),
      (db, opened) => opened.words.best(db, words, opened.masks.lists(db, wanted)),
    );
  }

  dense(vector: Int8Array, wanted: readonly WantedList[]): readonly (readonly Near[])[] | undefined {
    return this.#read(undefined, (db, opened) => {
      opened.vectors?.update(db);
      return opened.vectors?.nearest(vector, opened.masks.lists(db, wanted));
    });
  }

  candidates(units: readonly number[]): Candidate[] {
    return this.#read([], (db, { vectors }) => {
      vectors?.update(db);
      return readCandidates(db, units, vectors);
    });
  }

  definitionsNamed(name: string, options: NameOptions): DefinitionRow[] {
    return this.#read([], (db) => definitionsNamed(db, name, options));
  }

  unitsOf(definitions: readonly number[]): number[] {
    return this.#read([], (db) => unitsOf(db, definitions));
  }

  definitionsIn(file: number): DefinitionRow[] {
    return this.#read([], (db) => definitionsOf(db, file));
  }

  definedNames(): string[] {
    return this.#read([], definedNames);
  }

  definition(id: number): DefinitionRow | undefined {
    return this.#read(undefined, (db) => definitionOf(db, id));
  }

  referencesNamed(name: string, limit: number): ReferenceRow[] {
    return this.#read([], (db, { lists }) => referencesNamed(db, name, { lists, limit }));
  }

  referencesIn(file: number): ReferenceRow[] {
    return this.#read([], (db) => referencesOf(db, file));
  }

  referencesWithin(definition: number): ReferenceRow[] {
    return this.#read([], (db) => referencesWithin(db, definition));
  }

  importsIn(file: number): ImportRow[] {
    return this.#read([], (db) => importsIn(db, file));
  }

  importsOf(part: string, limit: number): ImportRow[] {
    return this.#read([], (db) => importsOf(db, part, limit));
  }

  file(path: string): FileRow | undefined {
    return this.#read(undefined, (db) => fileAt(db, path));
  }

  files(): FileRow[] {
    return this.#read([], allFiles);
  }

  tallies(): FileTally[] {
    return this.#read([], tallyFiles);
  }

  examples(what: SkipReason | "errors", limit: number): string[] {
    return this.#read([], (db) => exampleFiles(db, what, limit));
  }

  edges(): Iterable<Edge> {
    return this.#read<Iterable<Edge>>([], (db, { lists }) => readEdges(db, lists));
  }

  units(): UnitPlace[] {
    return this.#read([], allUnits);
  }

  edition(): string {
    return `${this.#opened?.generation ?? 0}.${this.#opened?.version ?? 0}`;
  }

  meta(key: string): string | undefined {
    return this.#read(
      undefined,
      (db) => db.get<{ value: string }>("SELECT value FROM meta WHERE key = ?", `own:${key}`)?.value,
    );
  }

  bytes(): number {
    return this.#read(0, (db) => db.pragma<number>("page_count") * db.pragma<number>("page_size"));
  }

  close(): void {
    this.#opened?.db.close();
    this.#opened = undefined;
  }

  #open(generation: number): void {
    this.close();
    this.#damaged = undefined;
    try {
      const path = this.#generations.path(generation);
      if (!this.#generations.isFile(generation)) throw new MisreadError("no file");
      this.#opened = openIndex(() => this.#openDatabase(path, { mode: "read" }), this.#makeup, generation);
    } catch (error) {
      if (error instanceof ToolError) throw error;
      // it may have been replaced between the look and the opening
      if (this.#generations.current() !== generation) return this.refresh();
      this.#giveUp(generation);
    }
  }

  /** The database may break at any time: whoever asks then gets `otherwise`, and `problems` says why. */
  #read<T>(otherwise: T, work: (db: Sqlite, opened: OpenedIndex) => T): T {
    if (this.#opened === undefined) return otherwise;
    try {
      return work(this.#opened.db, this.#opened);
    } catch (error) {
      if (isBusy(error)) throw new ToolError("conflict", "another process keeps the index", { cause: error });
      if (!isDamage(error) && !(error instanceof MisreadError)) throw error;
      this.#giveUp(this.#opened.generation);
      return otherwise;
    }
  }

  #giveUp(generation: number): void {
    this.close();
    this.#damaged = generation;
    this.#generations.markBroken(generation);
  }
}
