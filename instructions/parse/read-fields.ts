import { Composer, isCollection, isMap, isScalar, LineCounter, Parser, type YAMLMap } from "yaml";
import { type Field, readLines } from "./read-lines.ts";

export type Fields =
  | {
      /** Of the wanted names, without a prototype. */
      readonly fields: Readonly<Record<string, Field>>;
      /** The line that is no YAML, where the lines had to be read one by one. */
      readonly lenientFrom?: number;
    }
  | { readonly why: string; readonly line: number };

const MOST_CHARACTERS = 8_192;
const MOST_TOKENS = 2_000;
/** The library takes minutes for what is nested 300 deep, and can bring the process down. */
const MOST_DEPTH = 8;

type Token = ReturnType<Parser["parse"]> extends Iterable<infer One> ? One : never;

/**
 * The wanted fields of a frontmatter. What is no YAML, or what has a `*` where YAML wants an alias, is read line by line as
 * `key: value`, since `globs: *.ts` is what people write. No alias is ever followed and no tag obeyed. Does not throw.
 */
export function readFields(yaml: string, names: ReadonlySet<string>): Fields {
  if (yaml.length > MOST_CHARACTERS)
    return { why: `it is longer than ${MOST_CHARACTERS.toLocaleString("en")} characters`, line: 1 };
  const lineCounter = new LineCounter();
  const tokens = [...new Parser(lineCounter.addNewLine).parse(yaml)];
  const { depth, count, alias } = measure(tokens);
  if (depth > MOST_DEPTH || count > MOST_TOKENS)
    return { why: "it is nested too deeply or holds too much", line: 1 };
  const lineOf = (offset: number): number => Math.max(1, lineCounter.linePos(offset).line);
  if (alias !== undefined) return leniently(yaml, names, lineOf(alias));
  return compose(tokens, { yaml, names, lineOf });
}

interface About {
  readonly yaml: string;
  readonly names: ReadonlySet<string>;
  readonly lineOf: (offset: number) => number;
}

function compose(tokens: readonly Token[], { yaml, names, lineOf }: About): Fields {
  const composer = new Composer({
    schema: "core",
    stringKeys: true,
    resolveKnownTags: false,
    logLevel: "silent",
  });
  const documents = [...composer.compose(tokens, true, yaml.length)];
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined) return leniently(yaml, names, lineOf(error.pos[0]));
  const contents = documents[0]?.contents ?? null;
  if (isMap(contents)) return { fields: fieldsOf(contents, names, lineOf) };
  const isEmpty = contents === null || (isScalar(contents) && contents.value === null);
  return isEmpty ? { fields: emptyFields() } : leniently(yaml, names, 1);
}

function fieldsOf({ items }: YAMLMap, names: About["names"], lineOf: About["lineOf"]): Record<string, Field> {
  const fields = emptyFields();
  for (const { key, value } of items) {
    if (!isScalar(key) || typeof key.value !== "string" || !names.has(key.value)) continue;
    fields[key.value] = { value: plainOf(value), line: lineOf(key.range?.[0] ?? 0) };
  }
  return fields;
}

function leniently(yaml: string, names: ReadonlySet<string>, line: number): Fields {
  const read = readLines(yaml);
  if (read === undefined) return { why: "it is neither YAML nor lines of `key: value`", line };
  const fields = emptyFields();
  for (const [name, field] of read) if (names.has(name)) fields[name] = field;
  return { fields, lenientFrom: line };
}

function emptyFields(): Record<string, Field> {
  const none: Record<string, Field> = Object.create(null);
  return none;
}

/** A value, or the values of a list; what lies deeper is no value of any field. */
function plainOf(node: unknown): unknown {
  if (isScalar(node)) return node.value;
  if (!isCollection(node)) return null;
  return isMap(node) ? {} : node.items.map((item) => (isScalar(item) ? item.value : {}));
}

interface Size {
  readonly depth: number;
  readonly count: number;
  /** The offset of the first. */
  readonly alias?: number;
}

/** Level by level, without a stack that a file could fill. */
function measure(tokens: readonly Token[]): Size {
  let level: readonly unknown[] = tokens;
  let depth = 0;
  let count = 0;
  let alias: number | undefined;
  while (level.length > 0) {
    depth += 1;
    count += level.length;
    for (const token of level) {
      const { type, offset = 0 } = partsOf(token);
      if (type === "alias") alias = Math.min(alias ?? offset, offset);
    }
    level = level.flatMap(childrenOf);
  }
  return { depth, count, ...(alias === undefined ? {} : { alias }) };
}

interface Parts {
  readonly type?: string;
  readonly offset?: number;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly items?: readonly unknown[];
}

function childrenOf(token: unknown): unknown[] {
  const { value, items = [] } = partsOf(token);
  return [value, ...items.flatMap((item) => [partsOf(item).key, partsOf(item).value])].filter(
    (child) => typeof child === "object" && child !== null,
  );
}

function partsOf(token: unknown): Parts {
  return typeof token === "object" && token !== null ? token : {};
}
