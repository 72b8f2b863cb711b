/** What a definition is; `module` also stands for namespaces and packages, `constant` for fields and variables of a file. */
export type DefinitionKind =
  | "function"
  | "method"
  | "class"
  | "interface"
  | "type"
  | "enum"
  | "constant"
  | "module"
  | "macro";

/** Something that a file gives a name to. Lines are 1-based and inclusive. */
export interface Definition {
  readonly name: string;
  /** Names of what it lies in, joined by `.` whatever the language writes; "" at the top of the file. */
  readonly scope: string;
  readonly kind: DefinitionKind;
  /** From its decorators or first keyword to its end; the doc comment is not in it. */
  readonly startLine: number;
  readonly endLine: number;
  /** Where its name stands. */
  readonly nameLine: number;
  /** Up to its body, on one line, at most 200 characters. */
  readonly signature: string;
  /** First line of its doc comment; equal to `startLine` when there is none. */
  readonly docLine: number;
  /** The doc comment without its marks, at most 1,000 characters; "" when there is none. */
  readonly doc: string;
  /** Index in the same list of the definition that it lies in; -1 at the top. */
  readonly parent: number;
  /** True when other files can use it, as far as the file itself tells. */
  readonly exported: boolean;
}

export type ReferenceKind = "call" | "type" | "use" | "inherit";

/** A name that a file uses and may mean something defined elsewhere. Names of definitions themselves are not in it. */
export interface Reference {
  readonly name: string;
  readonly line: number;
  readonly kind: ReferenceKind;
  /**
   * What stands before the dot, when that is one name: `self`, `store`, `Config`; of `this.store.open` and `a.b.open` the
   * last name, `store` and `b`; "" when it is anything else, as a call. Left out where no dot is.
   */
  readonly receiver?: string;
  /**
   * Of a call behind a dot where the language's types are read: how what stands before the dot comes about, its parts with a
   * blank between them. `:*Store` a type as written, `open()` what a function gives, `.files` a member of what is before,
   * `.list()` what that one gives, `[]` an item, `open()#1` the second of several. `?`: a local name of which nothing is known.
   */
  readonly origin?: string;
  /** Index of the innermost definition that it stands in; -1 outside of all. */
  readonly within: number;
}

/** One import. `source` is as written: `./store`, `crate::index`, `java.util.List`, `<vector>`. */
export interface Import {
  readonly source: string;
  readonly line: number;
  /**
   * Empty when the whole module is imported; `*` for everything in it, with an alias when it goes by that name (`* as ns`,
   * `import numpy as np`); `default` with an alias for a default import. `export ... from` is an import too.
   */
  readonly names: readonly { readonly name: string; readonly alias?: string }[];
}

/** The smallest piece that is ranked: a definition with its doc comment, the shell of a class, or what lies between. */
export interface Leaf {
  readonly startLine: number;
  readonly endLine: number;
  /** Index of its definition; -1 for filler, the shell of a class has its class. */
  readonly definition: number;
}

/** Neighbouring leaves: what the index ranks and an answer shows. At most 2,000 characters and 60 lines, a long function more. */
export interface Unit {
  readonly startLine: number;
  readonly endLine: number;
  readonly leaves: readonly Leaf[];
}

/**
 * How a file was cut: by its syntax, by its headings, or by lines where nothing better is known or its parser failed.
 * `broken`: by lines, since the grammar of its language does not load.
 */
export type Cut = "syntax" | "headings" | "lines" | "broken";

/** Everything that the index knows of one file's text. */
export interface ParsedFile {
  /** As `languageOf` calls it. */
  readonly language: string;
  readonly cut: Cut;
  /** Parts of the file that the parser could not read; the rest was still used. */
  readonly errors: number;
  readonly lines: number;
  readonly definitions: readonly Definition[];
  readonly references: readonly Reference[];
  readonly imports: readonly Import[];
  readonly units: readonly Unit[];
}
