import type { DefinitionKind, Import, ReferenceKind } from "./shapes.ts";
import type { Syntax } from "./syntax.ts";

/** A definition as its language's table sees it. */
export interface Found {
  readonly name: string;
  readonly kind: DefinitionKind;
  /** Node of the name; it is no reference. -1: none. */
  readonly nameNode: number;
  /** Node of the body, before which the signature ends; -1 when there is none. */
  readonly body: number;
  /** Names between those that it lies in and its own: a Go receiver, `A` of `A::b`. */
  readonly scope?: string;
  /** The function or class that is its value, and no definition of its own. */
  readonly value?: number;
  /** Said by the definition itself, whatever stands around it. */
  readonly exported?: boolean;
}

/** Where a node stands. */
export interface Place {
  /** The innermost definition's kind. */
  readonly within: DefinitionKind | undefined;
  readonly inFunction: boolean;
}

export type Define = (syntax: Syntax, node: number, place: Place) => Found | undefined;

/** How a call names what it calls: by one node that may be a member, or by a name beside its object. */
export interface Callee {
  readonly callee?: string;
  /** What the name must look like to be one: `<Item>` calls, `<div>` does not. */
  readonly only?: RegExp;
  readonly name?: string;
  readonly object?: string;
}

/** `a.b` and `a::b`, by field, or by place among the children: `#0`, `#-1`. */
export interface Member {
  readonly object: string;
  readonly name: string;
}

/** A name that gets a type or a value: nodes, -1 for what is not written. */
export interface Bound {
  readonly name: number;
  readonly type?: number;
  readonly value?: number;
  /** Which of several values it gets, or one of the value's items. */
  readonly part?: number | "item";
}

export interface Part {
  readonly node: number;
  readonly isItem?: boolean;
}

/** How a language writes what type a value has. */
export interface Typing {
  /** Nodes at whose end the names within them end too. */
  readonly scopes: readonly string[];
  /** Of nodes that bind local names, what these get. */
  readonly binds: Table<(syntax: Syntax, node: number) => readonly Bound[]>;
  /** Expressions that write their own type: the node of it, or -1. */
  readonly typed: Table<(syntax: Syntax, node: number) => number>;
  /** Expressions that are what a part of them is, or an item of that. */
  readonly parts: Table<(syntax: Syntax, node: number) => Part | undefined>;
}

/** What the visible part of a definition says. */
export interface Head {
  /** From its start to its name. */
  readonly words: string;
  readonly name: string;
  readonly kind: DefinitionKind;
  /** Kind of the definition around it. */
  readonly within: DefinitionKind | undefined;
  /** Types of the nodes that wrap it. */
  readonly wrapped: readonly string[];
}

type Table<T> = Readonly<Record<string, T>>;

/** How one language writes what the index knows: all by the grammar's node types and fields. */
export interface LanguageTable {
  readonly grammar: string;
  /** Characters of a text beyond which the grammar takes far more time than its length explains. */
  readonly longest?: number;
  /** What the grammar understands the rest of a file better without: it is given spaces in its place. */
  readonly hidden?: RegExp;
  readonly definitions: Table<Define>;
  readonly comments: readonly string[];
  /** Attributes, annotations, decorators: lines of their own before a definition. */
  readonly decorators: readonly string[];
  /** What holds a definition and starts with it: `export`, a template's head. */
  readonly wrappers: readonly string[];
  /** Functions without a name of their own. */
  readonly functions: readonly string[];
  /** What gives a scope without being a definition: an `impl` block. */
  readonly scopes?: Table<(syntax: Syntax, node: number) => string>;
  readonly calls: Table<Callee>;
  readonly members: Table<Member>;
  /** Leaves that name something. */
  readonly names: Table<ReferenceKind>;
  /** Where the grammar does not tell types from other names: the fields that hold types. */
  readonly typeFields?: readonly string[];
  /** Within these nodes every name is of this kind. */
  readonly contexts: Table<ReferenceKind>;
  /** The node within this one that names what it inherits from; -1 for none. */
  readonly inherits?: Table<(syntax: Syntax, node: number) => number>;
  /** Nodes that are not looked into. */
  readonly skipped?: readonly string[];
  /** The language's own names, which no file defines. */
  readonly own?: RegExp;
  /** Nodes that bind local names, and the field that holds the names; "" for the whole node. */
  readonly locals: Table<readonly string[]>;
  /** What names a local may have; all without it. */
  readonly localNames?: RegExp;
  /** Without it nothing is told of what stands before a dot but its name. */
  readonly typing?: Typing;
  /** Fields that hold a name which refers to nothing: keyword arguments, labels. */
  readonly silent?: Table<string>;
  readonly imports: Table<(syntax: Syntax, node: number) => readonly Omit<Import, "line">[]>;
  /** Statements that export names which are defined elsewhere in the file. */
  readonly exports?: Table<(syntax: Syntax, node: number) => readonly string[]>;
  readonly isExported: (head: Head) => boolean;
  /** A definition's doc that stands within it. */
  readonly innerDoc?: (syntax: Syntax, body: number) => number;
  /** What a doc comment may also hold, and is cut out of its text. */
  readonly docMarks?: RegExp;
}

/** Rule for nodes with a `name` and a `body`. */
export function named(kind: DefinitionKind, { name = "name", body = "body" } = {}): Define {
  return (syntax, node) => {
    const nameNode = syntax.child(node, name);
    if (nameNode < 0) return undefined;
    return { name: syntax.textOf(nameNode), kind, nameNode, body: syntax.child(node, body) };
  };
}

/** Rule for what a node inherits from, by field. */
export function inField(field: string): (syntax: Syntax, node: number) => number {
  return (syntax, node) => syntax.child(node, field);
}

/** A text without its quotes. */
export function unquoted(text: string): string {
  return text.replace(/^[a-z]*["'`]+|["'`]+$/giu, "");
}
