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

/** In their order. Throws `MisreadError` for what `packReferences` did not write. */
export function unpackReferences(bytes: Uint8Array): Reference[] {
  const from = new ByteReader(bytes);
  const names: string[] = [];
  for (let left = from.count(); left > 0; left--) names.push(decoder.decode(from.raw(from.count())));
  const references: Reference[] = [];
  let line = 0;
  for (let left = from.count(); left > 0; left--) {
    const name = names[from.number()] ?? "";
    line += from.signed();
    const kind = KINDS[from.byte()] ?? "use";
    const receiver = from.number();
    const within = from.signed();
    const reference = { name, line, kind, within };
    references.push(receiver === 0 ? reference : { ...reference, receiver: names[receiver - 1] ?? "" });
  }
  return references;
}
