import type { PackedFile } from "./packed-file.ts";
import type { Definition, Import, ParsedFile, Reference } from "../parse/shapes.ts";

/** What a path says of a file: ranking thinks less of all but `code`. */
export type FileRole = "code" | "test" | "example" | "docs" | "config" | "generated" | "vendored" | "tools";

/** Where words of a leaf stand. The order is part of the stored form. */
export const FIELDS = ["body", "symbol", "signature", "doc"] as const;
export type Field = (typeof FIELDS)[number];

/** The words of one leaf as the ranking counts them: parallel arrays, and how many words each field has. */
export interface LeafWords {
  /** `wordHash` of each different word, ascending; a word in two fields is there twice. */
  readonly hashes: Uint32Array;
  /** Index in `FIELDS`. */
  readonly fields: Uint8Array;
  /** How often, at most 255. */
  readonly counts: Uint8Array;
  /** Words of each field, in the order of `FIELDS`. */
  readonly lengths: readonly number[];
}

/** A unit that goes into the index. */
export interface NewUnit {
  readonly startLine: number;
  readonly endLine: number;
  readonly leaves: readonly NewLeaf[];
  /** Of unit length, one byte a dimension; left out without a table. */
  readonly vector?: Int8Array;
}

export interface NewLeaf {
  readonly startLine: number;
  readonly endLine: number;
  /** Index in the file's definitions; -1 for filler. */
  readonly definition: number;
  readonly words: LeafWords;
  readonly vector?: Int8Array;
}

/** What the disk said of a file when it was read. */
export interface FileStamp {
  readonly size: number;
  /** Whole nanoseconds, as text: it has more digits than a number holds. */
  readonly mtimeNs: string;
  /** git's blob id of the bytes: sha1 of `blob <size>\0` and the bytes, in hex. */
  readonly hash: string;
}

/** One file as the worker writes it: all of it replaces whatever was there for the path. */
export interface NewFile extends Pick<ParsedFile, "language" | "cut" | "errors" | "lines"> {
  /** Below the root, `/`-separated. */
  readonly path: string;
  readonly stamp: FileStamp;
  readonly role: FileRole;
  readonly definitions: readonly Definition[];
  readonly references: readonly Reference[];
  readonly imports: readonly Import[];
  readonly units: readonly NewUnit[];
}

/** Why a file is known and not indexed. */
export type SkipReason = "binary" | "too_large" | "minified" | "secret" | "unreadable" | "no_text";

export interface FileRow extends FileStamp {
  readonly id: number;
  readonly path: string;
  readonly language: string;
  readonly cut: string;
  readonly role: FileRole;
  readonly errors: number;
  readonly lines: number;
  /** Set when it is not indexed. */
  readonly skipped?: SkipReason;
}

/** How many files are alike in what counts of them; there may be several for the same. */
export interface FileTally extends Pick<FileRow, "language" | "cut" | "skipped"> {
  /** Some of it could not be parsed. */
  readonly hasErrors: boolean;
  readonly files: number;
}

export interface DefinitionRow extends Omit<Definition, "parent"> {
  readonly id: number;
  readonly file: number;
  readonly path: string;
  /** Id of the definition that it lies in. */
  readonly parent?: number;
}

export interface ReferenceRow extends Omit<Reference, "within"> {
  readonly file: number;
  readonly path: string;
  /** Id of the innermost definition that it stands in. */
  readonly within?: number;
}

export interface ImportRow extends Import {
  readonly file: number;
  readonly path: string;
}

/** A unit that may answer a query, with all that ranking needs. */
export interface Candidate {
  readonly unit: number;
  readonly file: number;
  readonly path: string;
  readonly language: string;
  readonly role: FileRole;
  readonly startLine: number;
  readonly endLine: number;
  readonly leaves: readonly CandidateLeaf[];
  readonly vector?: Int8Array;
}

export interface CandidateLeaf {
  readonly startLine: number;
  readonly endLine: number;
  readonly definition?: Pick<
    DefinitionRow,
    "id" | "name" | "scope" | "kind" | "signature" | "startLine" | "endLine"
  >;
  readonly words: LeafWords;
  readonly vector?: Int8Array;
}

/** Numbers of the whole index that ranking weighs words by. */
export interface Totals {
  readonly files: number;
  readonly units: number;
  readonly leaves: number;
  /** Mean words of each field of a unit, and of a leaf, in the order of `FIELDS`. */
  readonly unitLengths: readonly number[];
  readonly leafLengths: readonly number[];
}

/** What belongs to one way of building an index; another version of any of it means building anew. */
export interface Makeup {
  /** Of tables, parser, cutting and words together. */
  readonly version: number;
  /** Checksum of the embedding table; "" without one. */
  readonly table: string;
}

/**
 * Reads one root's index. Every method is synchronous and short; all of them between two `refresh` calls see what is
 * on the disk then. Ids hold until the file is indexed again.
 */
export interface IndexReader {
  /** Looks whether a newer index took this one's place; cheap, before each query. */
  refresh(): void;
  totals(): Totals;
  /** In how many units each word is, in the order given. */
  frequencies(words: readonly string[]): number[];
  /** Units that hold the words, best first by BM25 over whole units: a list for each that is wanted. */
  lexical(words: readonly WeightedWord[], wanted: readonly WantedList[]): number[][];
  /** Units nearest to a vector, nearest first: a list for each that is wanted; undefined when the index holds no vectors. */
  dense(
    vector: Int8Array,
    wanted: readonly WantedList[],
  ): readonly (readonly { readonly unit: number; readonly cosine: number }[])[] | undefined;
  /** In the order given; units that are gone are left out. */
  candidates(units: readonly number[]): Candidate[];
  /** By name, exactly or (`like`) beginning so, whatever the case; best match first. */
  definitionsNamed(name: string, options: NameOptions): DefinitionRow[];
  /** The unit in which each of these definitions begins, in the order given; what is gone is left out. */
  unitsOf(definitions: readonly number[]): number[];
  /** Every name that is defined somewhere, each once. */
  definedNames(): string[];
  definitionsIn(file: number): DefinitionRow[];
  definition(id: number): DefinitionRow | undefined;
  /** Units of a definition's lines, for answers that show it. */
  referencesNamed(name: string, limit: number): ReferenceRow[];
  referencesIn(file: number): ReferenceRow[];
  /** References that stand in a definition or in what lies in it. */
  referencesWithin(definition: number): ReferenceRow[];
  importsIn(file: number): ImportRow[];
  /** Imports whose text holds this. */
  importsOf(part: string, limit: number): ImportRow[];
  file(path: string): FileRow | undefined;
  files(): FileRow[];
  /** All files, counted: of a large tree much less than `files`. */
  tallies(): FileTally[];
  /** Paths of files that are left out for a reason, or are indexed with errors; in their order. */
  examples(what: SkipReason | "errors", limit: number): string[];
  /** (name, in how many files it is defined, in how many it is referred to), for graphs over everything. */
  edges(): Iterable<{ readonly from: number; readonly to: number; readonly count: number }>;
  /** Every unit, by where it stands. */
  units(): UnitPlace[];
  /** Another one after each change of the index. */
  edition(): string;
  meta(key: string): string | undefined;
  /** What it takes on the disk. */
  bytes(): number;
}

/** Where a unit stands, in a file of which content. */
export interface UnitPlace {
  readonly unit: number;
  readonly path: string;
  readonly hash: string;
  readonly startLine: number;
  readonly endLine: number;
}

export interface WeightedWord {
  readonly word: string;
  readonly weight: number;
}

/** How many units are wanted, and of which files. */
export interface WantedList {
  readonly limit: number;
  readonly within?: Within | undefined;
}

export interface Within {
  /** Paths that begin so: a file, or a folder with `/` behind it. */
  readonly under?: readonly string[];
  readonly languages?: readonly string[];
  readonly roles?: readonly FileRole[];
}

export interface NameOptions {
  readonly like?: boolean;
  /** Of what it lies in: the last parts of its scope. */
  readonly scope?: string;
  readonly kinds?: readonly string[];
  readonly under?: readonly string[];
  readonly limit: number;
}

/** Writes one root's index; only in the worker, by whoever holds the root's lease. */
export interface IndexWriter {
  /** The same contents under another time: only the stamps change. */
  touch(files: readonly { readonly path: string; readonly stamp: FileStamp }[]): void;
  /** In one transaction: all of these files or none. */
  put(files: readonly PackedFile[]): void;
  skip(
    files: readonly { readonly path: string; readonly stamp: Partial<FileStamp>; readonly why: SkipReason }[],
  ): void;
  remove(paths: readonly string[]): void;
  setMeta(key: string, value: string): void;
  /** Makes a whole new index the current one; only for one that was begun anew. */
  publish(): void;
  close(): void;
}
