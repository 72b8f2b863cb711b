import type { Reference, ReferenceKind } from "../parse/shapes.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";

const KINDS = ["call", "type", "use", "inherit"] as const satisfies readonly ReferenceKind[];
const decoder = new TextDecoder();

/** All references of a file as one value, each name in it once. */
export function packReferences(references: readonly Reference[]): Uint8Array {
  const names = new Map<string, number>();
  const numberOf = (name: string): number => {
    const known = names.get(name) ?? names.size;
    names.set(name, known);
    return known;
  };
  const places = new ByteWriter();
  let before = 0;
  for (const { name, line, kind, receiver, within } of references) {
    places.number(numberOf(name));
    places.signed(line - before);
    places.byte(KINDS.indexOf(kind));
    places.number(receiver === undefined ? 0 : numberOf(receiver) + 1);
    places.signed(within);
    before = line;
  }
  const to = new ByteWriter();
  to.number(names.size);
  for (const name of names.keys()) {
    const bytes = Buffer.from(name);
    to.number(bytes.length);
    to.raw(bytes);
  }
  to.number(references.length);
  to.raw(places.take());
  return to.take();
}

/**
 * In their order; with `only` those to that name. Throws `MisreadError` for what `packReferences` did not write.
 */
export function unpackReferences(bytes: Uint8Array, only?: string): Reference[] {
  const from = new ByteReader(bytes);
  const names = Array.from({ length: from.count() }, () => from.raw(from.count()));
  const wanted = only === undefined ? -1 : indexOfName(names, only);
  const nameAt = (index: number): string => decoder.decode(names[index]);
  const references: Reference[] = [];
  let line = 0;
  for (let left = from.count(); left > 0; left--) {
    const index = from.number();
    line += from.signed();
    const kind = KINDS[from.byte()] ?? "use";
    const receiver = from.number();
    const within = from.signed();
    if (only !== undefined && index !== wanted) continue;
    const reference = { name: only ?? nameAt(index), line, kind, within };
    references.push(receiver === 0 ? reference : { ...reference, receiver: nameAt(receiver - 1) });
  }
  return references;
}

function indexOfName(names: readonly Uint8Array[], name: string): number {
  const bytes = Buffer.from(name);
  return names.findIndex((each) => each.length === bytes.length && bytes.equals(each));
}
