import { ToolError } from "../errors.ts";
import { explainMissing } from "./explain-missing.ts";
import { formBreaks } from "./form-breaks.ts";
import { COUNTED_PLACES, locate, MOST_PLACES, type Located, type Needle, type Place } from "./locate.ts";
import { parseEdit, type Edit, type ParsedEdit } from "./parse-edit.ts";
import type { ByteSource, Splice } from "./splice.ts";
import { bytesOf, type Encoding } from "./units.ts";

/** What becomes of an edit in one place. */
export interface FoundEdit extends Splice {
  /** Index in the list of edits. */
  readonly edit: number;
  /** The first line that is replaced, from 1. */
  readonly line: number;
}

export interface FindOptions {
  readonly encoding: Encoding;
  /** Bytes before the text begins. */
  readonly bom: number;
  /** The file in errors, as a person may see it. */
  readonly shown: string;
  readonly signal: AbortSignal;
  /** Units that are looked at in one go; for tests. */
  readonly window?: number;
}

/**
 * Where all edits apply in the bytes as they are, sorted, none overlapping. Each old text must stand in exactly one
 * place, or anywhere with `replaceAll`. A line break matches any line break, and is written as those around it;
 * all else is exact. Throws `invalid_input` for an edit that says nothing or too little, `not_found` with the
 * closest place, and `too_large` for more than 100,000 places.
 */
export async function findEdits(
  source: ByteSource,
  edits: readonly Edit[],
  options: FindOptions,
): Promise<readonly FoundEdit[]> {
  const parsed = edits.map((edit, index) => parseEdit(edit, { ...options, index, of: edits.length }));
  const located = await locate(source, parsed.map(needleOf), options);
  await refuseFailed(source, { parsed, located }, options);
  const found = parsed.flatMap((edit, index) =>
    splicesOf(edit, located[index]?.places ?? [], { index, ...options }),
  );
  found.sort((one, other) => one.start - other.start || one.end - other.end);
  refuseOverlap(found, options.shown);
  return found;
}

function needleOf({ oldText, newText, all }: ParsedEdit): Needle {
  return { folded: oldText, all, forms: newText.includes("\n") };
}

function splicesOf(
  edit: ParsedEdit,
  places: readonly Place[],
  { index, encoding }: { readonly index: number; readonly encoding: Encoding },
): FoundEdit[] {
  // Most places have breaks of the same form, and so share their bytes.
  const inserts = new Map<string, Buffer>();
  return places.map(({ start, end, line, breaks }) => {
    const key = breaks.join("");
    const insert = inserts.get(key) ?? bytesOf(formBreaks(edit, breaks), encoding);
    inserts.set(key, insert);
    return { start, end, insert, edit: index, line };
  });
}

/** Explains the first edit that has no place, or too many, and names the others. */
async function refuseFailed(
  source: ByteSource,
  { parsed, located }: { readonly parsed: readonly ParsedEdit[]; readonly located: readonly Located[] },
  options: FindOptions,
): Promise<void> {
  const failed = parsed.filter(({ index, all }) => {
    const count = located[index]?.count ?? 0;
    return count === 0 || count > (all ? MOST_PLACES : 1);
  });
  const [first, ...others] = failed;
  if (first === undefined) return;
  const numbers = others.map(({ index }) => index + 1).join(", ");
  const also =
    others.length === 0 ? "" : ` The same goes for edit ${numbers}: not found, or in too many places.`;
  const { count, places } = located[first.index] ?? { count: 0, places: [] };
  if (count === 0) throw await explainMissing(source, first, { ...options, also });
  throw inManyPlaces(first, { count, places }, { shown: options.shown, also });
}

function inManyPlaces(
  { name, all }: ParsedEdit,
  { count, places }: Located,
  { shown, also }: { readonly shown: string; readonly also: string },
): ToolError {
  if (all)
    return new ToolError("too_large", `${name}oldText is in more than ${MOST_PLACES} places in ${shown}`, {
      hint: `Replace it with a program of your own.${also}`,
    });
  const lines = [...new Set(places.map(({ line }) => line))];
  const where = `${lines.length === 1 ? "line" : "lines"} ${lines.join(", ")}${count > places.length ? ", ..." : ""}`;
  const times = count > COUNTED_PLACES ? `more than ${COUNTED_PLACES}` : count;
  return new ToolError("invalid_input", `${name}oldText is in ${times} places in ${shown}: ${where}`, {
    hint: `Give more of the text around the place you mean, or set replaceAll to change every one.${also}`,
  });
}

function refuseOverlap(found: readonly FoundEdit[], shown: string): void {
  for (const [index, next] of found.entries()) {
    const before = found[index - 1];
    if (before === undefined || before.end <= next.start) continue;
    const [one, other] = [before, next].map(({ edit, line }) => `edit ${edit + 1} (line ${line})`);
    throw new ToolError("invalid_input", `${one} and ${other} overlap in ${shown}`, {
      hint: "All edits are found in the file as it was: make one edit of them.",
    });
  }
}
