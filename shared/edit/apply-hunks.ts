import { ToolError } from "../errors.ts";
import { FileLines } from "./file-lines.ts";
import { HunkPlacer } from "./hunk-placer.ts";
import type { Hunk, HunkLine } from "./patch.ts";
import type { Splice } from "./splice.ts";
import { bytesOf, type Encoding, toUnits, unitWidth } from "./units.ts";

/** Where a hunk went. */
export interface AppliedHunk {
  /** Which one, from 1. */
  readonly hunk: number;
  /** The line of the old file where it was applied, from 1; for a hunk without old lines the one before which it inserts. */
  readonly line: number;
  /** How many lines away from where the patch said; 0 when it did not say. */
  readonly offset: number;
}

interface Applied {
  /** In the order of the file; none overlap, neighbours may touch. */
  readonly splices: readonly Splice[];
  readonly applied: readonly AppliedHunk[];
  /** Lines added and removed. */
  readonly added: number;
  readonly removed: number;
}

interface ApplyOptions {
  readonly encoding: Encoding;
  /** Bytes of the mark before the text. */
  readonly bom: number;
  /** The path as it is shown in errors. */
  readonly shown: string;
}

/**
 * Applies the hunks of one file to its units (the mark included). Lines of context and removed lines must stand in the
 * file exactly, except for their line ends; only how far down may differ. Lines of context keep their bytes, added ones
 * take the line end of what they replace or stand beside. A hunk that fits nowhere, or in two places equally well, is
 * a `conflict`; text that the encoding cannot say is `invalid_input`.
 */
export function applyHunks(units: string, hunks: readonly Hunk[], options: ApplyOptions): Applied {
  const file = new FileLines(units, options.bom / unitWidth(options.encoding));
  const placer = new HunkPlacer(file, options);
  const writer = new RunWriter(file, options);
  const applied = hunks.map((hunk, index) => {
    const { at, offset } = placer.place(hunk, index + 1);
    for (const run of runsOf(hunk, at)) writer.write(run);
    return { hunk: index + 1, line: at + 1, offset };
  });
  const count = (kind: HunkLine["kind"]): number =>
    hunks.reduce((sum, { lines }) => sum + lines.filter((line) => line.kind === kind).length, 0);
  return { splices: writer.splices, applied, added: count("add"), removed: count("remove") };
}

/** The text of a file that a patch creates. */
export function createdContent(hunks: readonly Hunk[]): string {
  const lines = hunks.flatMap((hunk) => hunk.lines.filter(({ kind }) => kind === "add"));
  return lines.map(({ text, noNewline }) => (noNewline === true ? text : `${text}\n`)).join("");
}

/** Changed lines with no context between them. */
interface Run {
  /** The line of the file, from 0, where it begins. */
  readonly from: number;
  readonly removed: HunkLine[];
  readonly added: HunkLine[];
}

function runsOf(hunk: Hunk, at: number): Run[] {
  const runs: Run[] = [];
  let run: Run | undefined;
  let from = at;
  for (const line of hunk.lines) {
    if (line.kind === "context") run = undefined;
    else {
      if (run === undefined) runs.push((run = { from, removed: [], added: [] }));
      (line.kind === "add" ? run.added : run.removed).push(line);
    }
    if (line.kind !== "add") from += 1;
  }
  return runs;
}

/** Makes splices of runs, which come in the order of the file. */
class RunWriter {
  readonly splices: Splice[] = [];
  readonly #file: FileLines;
  readonly #options: ApplyOptions;
  /** Whether the last line, as written up to now, has no `\n`. */
  #open: boolean;

  constructor(file: FileLines, options: ApplyOptions) {
    this.#file = file;
    this.#options = options;
    this.#open = file.open;
  }

  write(run: Run): void {
    const { encoding } = this.#options;
    const width = unitWidth(encoding);
    const [first] = run.removed;
    const text = first === undefined ? undefined : toUnits(first.text, encoding);
    const start = text === undefined ? undefined : this.#file.startOf(text, run.from);
    const insert = bytesOf(this.#insertOf(run), encoding);
    this.splices.push({
      start: (start ?? this.#file.start(run.from)) * width,
      end: this.#file.start(run.from + run.removed.length) * width,
      insert,
    });
  }

  #insertOf(run: Run): string {
    const after = run.from + run.removed.length;
    const ends = this.#endsOf(run);
    let lead = "";
    if (after === this.#file.count) {
      // A line without a final newline that stays gets one now that others follow
      if (this.#open && run.removed.length === 0) lead = ends[0] ?? "";
      const explicit = run.removed.some(({ noNewline }) => noNewline === true);
      const last = run.added.at(-1);
      this.#open = last !== undefined && (last.noNewline === true || (this.#open && !explicit));
      if (this.#open) ends.splice(-1, 1, "");
    }
    return lead + run.added.map((line, index) => this.#unitsOf(line) + (ends[index] ?? "")).join("");
  }

  /** The line end of each added line: that of the line it replaces, else of the one before it, else after it. */
  #endsOf({ from, removed, added }: Run): string[] {
    const file = this.#file;
    const ends: string[] = [];
    // Only the last line may have no end: then the one before it is asked
    const before = file.end(from - 1) ?? file.end(from - 2);
    for (const index of added.keys()) {
      const replaced = index < removed.length ? file.end(from + index) : undefined;
      ends.push(replaced ?? ends.at(-1) ?? before ?? file.end(from + removed.length) ?? "\n");
    }
    return ends;
  }

  #unitsOf({ text }: HunkLine): string {
    const units = toUnits(text, this.#options.encoding);
    if (units !== undefined) return units;
    throw new ToolError(
      "invalid_input",
      `a line added to ${this.#options.shown} holds characters that its encoding cannot say`,
      {
        hint: "The file is latin-1: use only characters up to U+00FF.",
      },
    );
  }
}
