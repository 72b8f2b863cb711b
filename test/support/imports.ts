import { parseSync, Visitor } from "oxc-parser";

/** One way in which a file names another module. */
export interface Import {
  /** As written; undefined when it is computed, so that nobody can tell what it loads. */
  readonly specifier: string | undefined;
  /** From 1. */
  readonly line: number;
}

interface Literal {
  readonly type: string;
  readonly value?: unknown;
  readonly start: number;
}

/** Every import of a TypeScript file: static, dynamic, re-exported, of types only. Throws when it does not parse. */
export function importsOf(file: string, source: string): Import[] {
  const { program, errors } = parseSync(file, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  const found: Import[] = [];
  const add = (literal: Literal | null): void => {
    if (literal === null) return;
    const specifier = typeof literal.value === "string" ? literal.value : undefined;
    found.push({ specifier, line: source.slice(0, literal.start).split("\n").length });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
  }).visit(program);
  return found;
}
