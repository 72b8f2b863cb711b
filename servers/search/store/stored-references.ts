import type { Reference, ReferenceKind } from "../parse/shapes.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";

const KINDS = ["call", "type", "use", "inherit"] as const satisfies readonly ReferenceKind[];
/** Added to a kind where an origin follows. */
const WITH_ORIGIN = 4;
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
  for (const { name, line, kind, receiver, origin, within } of references) {
    places.number(numberOf(name));
    places.signed(line - before);
    places.byte(KINDS.indexOf(kind) + (origin === undefined ? 0 : WITH_ORIGIN));
    places.number(receiver === undefined ? 0 : numberOf(receiver) + 1);
    if (origin !== undefined) places.number(numberOf(origin));
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
    const form = from.byte();
    const kind = KINDS[form % WITH_ORIGIN] ?? "use";
    const receiver = from.number();
    const origin = form < WITH_ORIGIN ? undefined : from.number();
    const within = from.signed();
    if (only !== undefined && index !== wanted) continue;
    references.push({
      name: only ?? nameAt(index),
      line,
      kind,
      within,
      ...(receiver > 0 && { receiver: nameAt(receiver - 1) }),
      ...(origin !== undefined && { origin: nameAt(origin) }),
    });
  }
  return references;
}

function indexOfName(names: readonly Uint8Array[], name: string): number {
  const bytes = Buffer.from(name);
  return names.findIndex((each) => each.length === bytes.length && bytes.equals(each));
}
