/** How a pair was found: a doc comment, a function's name or a comment with the code it speaks of; a class with what it has. */
export const KINDS = ["doc", "name", "comment", "class"] as const;
export type Kind = (typeof KINDS)[number];

/** Where the words of a code side stand, after the text of the other side; the order is part of the file format. */
export const PIECES = ["text", "body", "doc", "symbol", "path"] as const;
export type Piece = (typeof PIECES)[number];

/** A text and the code that it describes. */
export interface Pair extends Readonly<Record<Piece, string>> {
  readonly kind: Kind;
  readonly language: string;
  /** Equal for pairs of one package that share code: they are no counterexamples of one another. */
  readonly group: number;
}

/** What one package gives to training, as it lies on the disk. */
export interface PackagePairs {
  readonly name: string;
  readonly licence: string;
  readonly pairs: number;
  /** How many pairs of each kind, and of each language. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly languages: Readonly<Record<string, number>>;
  /** Functions, classes and what else has a body, and how many of them hold each word. */
  readonly definitions: number;
  readonly words: readonly string[];
  readonly frequencies: Uint32Array;
  /** How often each word is a part, and not a whole identifier. */
  readonly parts: Uint32Array;
  /** See `PairStream`. */
  readonly stream: Uint32Array;
}
