import { ToolError } from "../errors.ts";
import { explainMissing } from "./explain-missing.ts";
import { formBreaks, type FoldedEdit } from "./form-breaks.ts";
import { foldBreaks } from "./line-breaks.ts";
import { locate, type Located, type Needle, type Place } from "./locate.ts";
import type { ByteSource, Splice } from "./splice.ts";
import { bytesOf, toUnits, unitWidth, type Encoding } from "./units.ts";

/** A text that is replaced by another one. */
export interface Edit {
  readonly oldText: string;
  readonly newText: string;
  /** Wherever it stands, instead of in the one place where it must stand. */
  readonly replaceAll?: boolean | undefined;
}

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

/** An edit in units. */
interface ParsedEdit extends FoldedEdit {
  /** `edit 2 of 3: `, when there are several. */
  readonly name: string;
  readonly all: boolean;
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
  const parsed = edits.map((edit, index) =>
    parseEdit(edit, { ...options, name: edits.length === 1 ? "" : `edit ${index + 1} of ${edits.length}: ` }),
  );
  const located = await locate(source, parsed.map(needleOf), options);
  for (const [index, edit] of parsed.entries()) {
    const { count, places } = located[index] ?? { count: 0, places: [] };
    if (count === 0) throw await explainMissing(source, edit, options);
    if (count > 1 && !edit.all) throw ambiguous(edit, { count, places }, options.shown);
  }
  const found = parsed.flatMap((edit, index) =>
    splicesOf(edit, located[index]?.places ?? [], { index, ...options }),
  );
  found.sort((one, other) => one.start - other.start || one.end - other.end);
  refuseOverlap(found, parsed, options.shown);
  return found;
}

function parseEdit(edit: Edit, options: FindOptions & { readonly name: string }): ParsedEdit {
  const { encoding, name, shown } = options;
  const width = unitWidth(encoding);
  if (edit.oldText === "")
    throw new ToolError("invalid_input", `${name}oldText is empty`, {
      hint: "Give the text next to the place in oldText and again in newText, or write the whole file.",
    });
  if (![edit.oldText, edit.newText].every((text) => isWellFormed(text)))
    throw new ToolError("invalid_input", `${name}the text holds half a character (a lone surrogate)`, {
      hint: "Give the whole character.",
    });
  const units = toUnits(edit.newText, encoding);
  if (units === undefined)
    throw new ToolError("invalid_input", `${name}newText has characters that ${shown} cannot hold`, {
      hint: "The file is latin-1: use characters up to U+00FF, or write the whole file anew as UTF-8.",
    });
  const wanted = toUnits(edit.oldText, encoding);
  // What latin-1 cannot say stands nowhere in the file, just as it is.
  const oldText = wanted === undefined ? foldBreaks(edit.oldText, 2) : foldBreaks(wanted, width);
  const newText = foldBreaks(units, width);
  if (oldText === newText)
    throw new ToolError("invalid_input", `${name}oldText and newText are the same, so nothing would change`, {
      hint: "Line breaks keep the form that they have in the file.",
    });
  return { oldText, newText, name, all: edit.replaceAll === true };
}

// A string method of this name came with Node 20, but not yet to the types that we check against.
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
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

function ambiguous({ name }: ParsedEdit, { count, places }: Located, shown: string): ToolError {
  const lines = places.map(({ line }) => line).join(", ");
  const times = count > 1_000 ? "more than 1,000" : count;
  const rest = count > places.length ? ", ..." : "";
  return new ToolError(
    "invalid_input",
    `${name}oldText stands in ${times} places in ${shown}: lines ${lines}${rest}`,
    { hint: "Give more of the text around the place you mean, or set replaceAll to change every one." },
  );
}

function refuseOverlap(found: readonly FoundEdit[], edits: readonly ParsedEdit[], shown: string): void {
  for (const [index, next] of found.entries()) {
    const before = found[index - 1];
    if (before === undefined || before.end <= next.start) continue;
    const [one, other] = [before, next].map(({ edit, line }) => `edit ${edit + 1} (line ${line})`);
    throw new ToolError("invalid_input", `${one} and ${other} of ${edits.length} overlap in ${shown}`, {
      hint: "All edits are found in the file as it was: make one edit of them.",
    });
  }
}
