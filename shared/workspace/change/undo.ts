import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Access } from "../../access.ts";
import { unifiedDiff } from "../../edit/unified-diff.ts";
import { ToolError } from "../../errors.ts";
import { detectFormat, decodeText } from "../text-file-format.ts";
import type { SafePath } from "../safe-path.ts";
import type { Draft, Target } from "./draft.ts";
import { look, pathOf, type Spot } from "./folder.ts";
import type { Change, Kept, Step } from "./journal.ts";
import { isSameThing, isUnchanged, type Stamp } from "./stamp.ts";

/** Files up to this size are compared by their bytes, when they are not the very files that we left. */
const HASHED_BYTES = 64 * 1024 * 1024;
/** Texts up to this size are shown as a diff. */
const SHOWN_BYTES = 1024 * 1024;

export interface UndoOptions {
  readonly draft: Draft;
  readonly access: Access;
  readonly locate: (path: string) => SafePath;
  /** Whether a step is to be taken back at all. */
  readonly wanted: (step: Step) => boolean;
}

/**
 * Plans the opposite of a change, step by step from its end. Throws `conflict` with a diff when something is not as
 * the change left it, and `unavailable` when what it kept is gone.
 */
export function planUndo(change: Change, options: UndoOptions): void {
  const undo = new Undo(options);
  for (const step of change.steps.toReversed()) if (options.wanted(step)) undo.plan(step);
}

class Undo {
  readonly #options: UndoOptions;
  /** Places that an earlier step of this undo leaves empty. */
  readonly #emptied = new Set<string>();

  constructor(options: UndoOptions) {
    this.#options = options;
  }

  plan(step: Step): void {
    const { draft } = this.#options;
    const target = this.#target(step.place);
    switch (step.what) {
      case "put":
        return this.#unput(step, target);
      case "remove":
        return this.#bringBack(step, this.#free(target));
      case "move":
        return this.#moveBack(step, target);
      case "make":
        return void (target.before?.isDirectory() === true && draft.unmake(target));
      case "unmake":
        return;
      default:
        return step.what satisfies never;
    }
  }

  #target({ root, relative }: Step["place"]): Target {
    const { draft, locate } = this.#options;
    const found = draft.target(locate(`${root === "/" ? "" : root}/${relative}`), "keep");
    if (!this.#emptied.has(keyOf(found))) return found;
    const { before: _, ...empty } = found;
    return empty;
  }

  #unput(step: Step, target: Target): void {
    this.#mustBe(target, step.after, step);
    if (step.before !== undefined && step.kept !== undefined) return this.#bringBack(step, target);
    this.#options.draft.remove(target);
    this.#emptied.add(keyOf(target));
  }

  #moveBack(step: Step, target: Target): void {
    this.#mustBe(target, step.after, step);
    if (step.from === undefined) throw new Error("a move without a start");
    this.#options.draft.move(target, this.#free(this.#target(step.from)));
    this.#emptied.add(keyOf(target));
  }

  #bringBack(step: Step, target: Target): void {
    const { kept, before } = step;
    if (kept === undefined || before === undefined) throw new Error("a step that kept nothing");
    const spot = this.#keptSpot(kept, target);
    const stats = look(spot);
    if (stats === undefined || !isKept(stats, before)) throw gone(target.shown);
    this.#options.draft.putBack(target, {
      spot,
      staged: kept,
      after: { ...before, id: `${stats.dev}:${stats.ino}` },
    });
  }

  #keptSpot(kept: Kept, { root, shown }: Target): Spot {
    if (kept.root !== root.path) throw gone(shown);
    return { folder: this.#options.draft.folders.trash(root, kept.mount), name: kept.name };
  }

  #free(target: Target): Target {
    if (target.before === undefined) return target;
    throw new ToolError(
      "conflict",
      `${target.shown} is there again: what was there before cannot come back`,
      {
        hint: "Move or delete what is there now, then undo.",
      },
    );
  }

  #mustBe(target: Target, after: Stamp | undefined, step: Step): void {
    const { before, shown, spot } = target;
    if (after === undefined || (before !== undefined && isUnchanged(before, after))) return;
    if (before === undefined)
      throw new ToolError("conflict", `${shown} is not there any more: the change cannot be taken back`, {
        hint: "Somebody moved or deleted it since; look for a later change, or restore it by hand.",
      });
    const isFile = before.isFile() && after.kind === "file" && Number(before.size) === after.size;
    if (isFile && after.hash !== undefined && after.size <= HASHED_BYTES && hashAt(spot) === after.hash)
      return;
    throw new ToolError("conflict", `${shown} changed since: taking the change back would lose that`, {
      hint: "Undo the later changes first, or edit the file by hand; the diff shows what the undo would do now.",
      ...this.#diff(target, step),
    });
  }

  /** What stands there now against what would come back. */
  #diff(target: Target, { kept }: Step): { details?: string } {
    const now = textAt(target.spot);
    const old = kept === undefined ? "" : textAt(this.#keptSpot(kept, target));
    if (now === undefined || old === undefined) return {};
    const [from, to] = [`a/${target.shown}`, kept === undefined ? "/dev/null" : `b/${target.shown}`];
    return { details: unifiedDiff({ from, to, oldText: now, newText: old }).text };
  }
}

/** The very thing that was kept, or a copy of it where there are no hard links. */
function isKept(stats: NonNullable<ReturnType<typeof look>>, before: Stamp): boolean {
  return isSameThing(stats, before)
    ? isUnchanged(stats, before)
    : stats.isFile() && Number(stats.size) === before.size;
}

function gone(shown: string): ToolError {
  return new ToolError("unavailable", `the old version of ${shown} is not in the trash any more`, {
    hint: "Old changes make room for newer ones; the person may have it elsewhere, as in git.",
  });
}

function hashAt(spot: Spot): string {
  return createHash("sha256")
    .update(readFileSync(pathOf(spot)))
    .digest("hex")
    .slice(0, 16);
}

function textAt(spot: Spot): string | undefined {
  const stats = look(spot);
  if (stats?.isFile() !== true || stats.size > SHOWN_BYTES) return undefined;
  const bytes = readFileSync(pathOf(spot));
  const format = detectFormat(bytes, true);
  return format && decodeText(bytes.subarray(format.bom), format.encoding);
}

function keyOf({ place }: Target): string {
  return `${place.root}\0${place.relative}`;
}
