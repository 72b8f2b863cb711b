import type { Reference, ReferenceKind } from "../parse/shapes.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";

const KINDS = ["call", "type", "use", "inherit"] as const satisfies readonly ReferenceKind[];

/** One reference in its file, without its name. */
export interface Spot {
  /** Its place among all references of its file. */
  readonly position: number;
  readonly line: number;
  readonly kind: ReferenceKind;
  /** Id of the receiver's name; 0 without one. */
  readonly receiver: number;
  /** Place of the definition around it among those of its file; -1 outside of all. */
  readonly within: number;
}

/** All references of one file to one name. */
export function writeSpots(spots: readonly Spot[]): Uint8Array {
  const to = new ByteWriter();
  let before = { position: 0, line: 0 };
  for (const spot of spots) {
    to.number(spot.position - before.position);
    to.signed(spot.line - before.line);
    to.byte(KINDS.indexOf(spot.kind));
    to.number(spot.receiver);
    to.signed(spot.within);
    before = spot;
  }
  return to.take();
}

export function readSpots(bytes: Uint8Array): Spot[] {
  const from = new ByteReader(bytes);
  const spots: Spot[] = [];
  let position = 0;
  let line = 0;
  while (!from.atEnd) {
    position += from.number();
    line += from.signed();
    const kind = KINDS[from.byte()] ?? "use";
    spots.push({ position, line, kind, receiver: from.number(), within: from.signed() });
  }
  return spots;
}

/** References by name, each with its place. */
export function groupByName(references: readonly Reference[]): Map<string, [number, Reference][]> {
  const groups = new Map<string, [number, Reference][]>();
  for (const entry of references.entries()) {
    const group = groups.get(entry[1].name);
    if (group === undefined) groups.set(entry[1].name, [entry]);
    else group.push(entry);
  }
  return groups;
}
