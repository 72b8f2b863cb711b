import { ToolError } from "../errors.ts";
import type { FoldedEdit } from "./form-breaks.ts";
import { foldBreaks } from "./line-breaks.ts";
import { toUnits, unitWidth, type Encoding } from "./units.ts";

/** A text that is replaced by another one. */
export interface Edit {
  readonly oldText: string;
  readonly newText: string;
  /** Wherever it stands, instead of in the one place where it must stand. */
  readonly replaceAll?: boolean | undefined;
}

/** An edit in units. */
export interface ParsedEdit extends FoldedEdit {
  /** In the list of edits, from 0. */
  readonly index: number;
  /** `edit 2 of 3: `, when there are several. */
  readonly name: string;
  readonly all: boolean;
}

interface ParseOptions {
  readonly encoding: Encoding;
  /** The file in errors, as a person may see it. */
  readonly shown: string;
  readonly index: number;
  /** How many edits there are. */
  readonly of: number;
}

/** Checks an edit by itself. Throws `invalid_input` for one that says nothing, or what the file cannot hold. */
export function parseEdit(edit: Edit, options: ParseOptions): ParsedEdit {
  const { encoding, shown, index, of } = options;
  const name = of === 1 ? "" : `edit ${index + 1} of ${of}: `;
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
  return { oldText, newText, index, name, all: edit.replaceAll === true };
}

// A string method of this name came with Node 20, but not yet to the types that we check against.
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
