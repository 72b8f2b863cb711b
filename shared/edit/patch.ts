import { ToolError } from "../errors.ts";

/** What a patch does to one file. */
export interface PatchFile {
  readonly kind: "change" | "create" | "delete" | "rename" | "copy";
  /** The path before; absent for `create`. */
  readonly from?: string;
  /** The path after; absent for `delete`. */
  readonly to?: string;
  /** The executable bit that the patch asks for; absent when it says nothing about it. */
  readonly executable?: boolean;
  readonly hunks: readonly Hunk[];
  /** Where it begins in the patch, from 1. */
  readonly line: number;
}

/** Neighbouring lines of one file, before and after. */
export interface Hunk {
  /** Where it begins in the patch, from 1. */
  readonly line: number;
  /** First line of the old side, from 1; without old lines the line after which it inserts; 0 with old lines: unknown. */
  readonly oldStart: number;
  readonly newStart: number;
  readonly lines: readonly HunkLine[];
}

export interface HunkLine {
  readonly kind: "context" | "add" | "remove";
  /** The text without its line break; carriage returns at its end belong to the line break. */
  readonly text: string;
  /** "\ No newline at end of file" follows. */
  readonly noNewline?: boolean;
}

/** A refusal that names a line of the patch, counted from 1. */
export function patchError(line: number, problem: string, hint: string): ToolError {
  return new ToolError("invalid_input", `line ${line} of the patch: ${problem}`, { hint });
}
