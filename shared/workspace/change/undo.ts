import type { Access } from "../../access.ts";
import { unifiedDiff } from "../../edit/unified-diff.ts";
import { ToolError } from "../../errors.ts";
import { kindOf } from "../entry.ts";
import { pathOfPlace } from "../path-of-place.ts";
import type { SafePath } from "../safe-path.ts";
import type { Draft } from "./draft.ts";
import type { Target } from "./find-target.ts";
import { look, type Spot } from "./folder.ts";
import { laterAt, remade, type PastChange } from "./history.ts";
import type { Kept, Step } from "./journal.ts";
import { permitMove, permitRemoval, type TreeGround } from "./permit-tree.ts";
import { hashAt, textAt } from "./spot-content.ts";
import { isSameThing, isUnchanged, type Stamp } from "./stamp.ts";

/** Of a diff in an error. */
const SHOWN_CHARACTERS = 1_800;

export interface UndoOptions {
  readonly draft: Draft;
  readonly access: Access;
  readonly locate: (path: string) => SafePath;
  readonly ground: TreeGround;
  /** All that is known, with this change. */
  readonly history: readonly PastChange[];
}

/**
 * Plans the opposite of these steps of a change, from the last one on. Throws `conflict` with a diff when something
 * is not as the change left it, and `unavailable` when what it kept is gone.
 */
export async function planUndo(id: string, steps: readonly Step[], options: UndoOptions): Promise<void> {
  const undo = new Undo(id, options);
  for (const step of steps.toReversed()) await undo.plan(step);
}

interface Found {
  readonly spot: Spot;
  readonly kept: Kept;
  readonly stamp: Stamp;
}

class Undo {
  readonly #id: string;
  readonly #options: UndoOptions;
  /** Places that an earlier step of this undo leaves empty. */
  readonly #emptied = new Set<string>();

  constructor(id: string, options: UndoOptions) {
    this.#id = id;
    this.#options = options;
  }

  async plan(step: Step): Promise<void> {
    switch (step.what) {
      case "put":
        return await this.#unput(step);
      case "remove":
        return await this.#bringBack(step, this.#free(this.#target(step.place)));
      case "move":
        return await this.#moveBack(step);
      case "make":
        return this.#unmake(step);
      case "unmake":
        return;
      default:
        return step.what satisfies never;
    }
  }

  async #unput(step: Step): Promise<void> {
    const target = this.#target(step.place);
    await this.#mustBe(target, step);
    if (step.kept !== undefined) return await this.#bringBack(step, target);
    const { draft } = this.#options;
    const found = await permitRemoval(target, this.#options);
    if (found !== undefined && step.after?.hash !== undefined && found.digest !== step.after.hash)
      throw this.#changed(target, "What is in it was changed, or something was added.");
    draft.remove(target, found);
    this.#emptied.add(pathOfPlace(target.place));
  }

  async #moveBack(step: Step): Promise<void> {
    const from = this.#target(step.place);
    await this.#mustBe(from, step);
    if (step.from === undefined) throw new Error("a move without a start");
    const to = this.#free(this.#target(step.from));
    const found = await permitMove(this.#options.draft, { from, to }, this.#options);
    this.#options.draft.move(from, to, found);
    this.#emptied.add(pathOfPlace(from.place));
  }

  async #bringBack(step: Step, target: Target): Promise<void> {
    const { spot, kept, stamp } = this.#findKept(step, target);
    const hash = stamp.kind === "file" ? await hashAt(spot) : stamp.hash;
    const after = hash === undefined ? stamp : { ...stamp, hash };
    this.#options.draft.putBack(target, { spot, staged: kept, after });
  }

  /** It goes only when nothing is in it any more. */
  #unmake({ place }: Step): void {
    const { draft, ground } = this.#options;
    const path = pathOfPlace(place);
    if (ground.roots.some((root) => root.path === path)) return;
    try {
      const target = this.#target(place);
      if (target.before?.isDirectory() !== true) return;
      draft.unmake(target);
      this.#emptied.add(pathOfPlace(target.place));
    } catch (error) {
      if (!(error instanceof ToolError) || error.code === "denied") throw error;
    }
  }

  #target(place: Step["place"]): Target {
    const { draft, locate } = this.#options;
    const found = this.#inTheWay(place, () => draft.target(locate(pathOfPlace(place)), "keep"));
    if (!this.#emptied.has(pathOfPlace(found.place))) return found;
    const { before: _, ...empty } = found;
    return empty;
  }

  /** A file that stands by now where a folder above it was is something that changed. */
  #inTheWay(place: Step["place"], look: () => Target): Target {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof ToolError) || error.code !== "invalid_input") throw error;
      const hint = this.#laterHint(place) ?? "Move or delete that file, then undo.";
      throw new ToolError("conflict", error.message, { hint, cause: error });
    }
  }

  /** What stood there; when the change was taken back and made again, that was kept anew each time. */
  #findKept(step: Step, { shown }: Target): Found {
    const path = pathOfPlace(step.place);
    const again = remade(this.#options.history, this.#id)
      .flatMap(({ steps }) => steps)
      .filter(({ place }) => pathOfPlace(place) === path);
    for (const { kept, before } of [step, ...again]) {
      const found = kept && this.#keptAt(kept);
      const stats = found && look(found.spot);
      if (found !== undefined && stats !== undefined && before !== undefined && isKept(stats, before))
        return { ...found, stamp: { ...before, id: `${stats.dev}:${stats.ino}` } };
    }
    throw new ToolError("unavailable", `the old version of ${shown} is not in the trash any more`, {
      hint: "It made room for newer ones, or lies in a root that is not served; git may have it.",
    });
  }

  /** Its spot, by whichever root leads there now; nothing when none does, or the trash is gone. */
  #keptAt({ root, mount, name }: Kept): Omit<Found, "stamp"> | undefined {
    const { draft, locate } = this.#options;
    try {
      const path = locate(pathOfPlace({ root, relative: mount.join("/") }));
      const { spot } = draft.folders.find(path.root, [...path.parts, ".plumbline", "trash"], [name]);
      return { spot, kept: { root: path.root.path, mount: [...path.parts], name } };
    } catch (error) {
      if (error instanceof ToolError) return undefined;
      throw error;
    }
  }

  #free(target: Target): Target {
    if (target.before === undefined) return target;
    throw new ToolError(
      "conflict",
      `${target.shown} is there again: what was there before cannot come back`,
      { hint: this.#laterHint(target.place) ?? "Move or delete what is there now, then undo." },
    );
  }

  async #mustBe(target: Target, step: Step): Promise<void> {
    const { before, shown } = target;
    const { after } = step;
    if (after === undefined || (before !== undefined && isUnchanged(before, after))) return;
    if (before === undefined)
      throw new ToolError("conflict", `${shown} is not there any more: the change cannot be taken back`, {
        hint:
          this.#laterHint(target.place) ??
          "Somebody moved or deleted it; bring it back, or do the rest by hand.",
      });
    if (after.hash !== undefined && after.hash === (await this.#hashOf(target, after))) return;
    throw this.#changed(target, "Edit it by hand; the diff shows what the undo would do now.", step);
  }

  /** As `Stamp.hash`, of what stands there now if it is of that kind. */
  async #hashOf({ place, before, spot }: Target, { kind, size }: Stamp): Promise<string | undefined> {
    const { ground, access } = this.#options;
    if (before === undefined || kindOf(before) !== kind) return undefined;
    if (kind === "directory") return (await ground.survey(place, access)).digest;
    return kind === "file" && Number(before.size) === size ? await hashAt(spot) : undefined;
  }

  #changed(target: Target, otherwise: string, step?: Step): ToolError {
    return new ToolError(
      "conflict",
      `${target.shown} changed since: taking the change back would lose that`,
      {
        hint: this.#laterHint(target.place) ?? otherwise,
        ...(step === undefined ? {} : this.#diff(target, step)),
      },
    );
  }

  /** Which changes by tools stand in the way. */
  #laterHint(place: Step["place"]): string | undefined {
    const later = laterAt(this.#options.history, this.#id, pathOfPlace(place));
    if (later.length === 0) return undefined;
    const named = later.slice(0, 5).map(({ change }) => `${change.id} (${change.tool})`);
    const more = later.length > named.length ? ` and ${later.length - named.length} older ones` : "";
    return `Later changes of it: ${named.join(", ")}${more}. Undo those first, in this order.`;
  }

  /** What stands there now against what would come back. */
  #diff(target: Target, step: Step): { details?: string } {
    const now = textAt(target.spot);
    const old = step.kept === undefined ? "" : this.#keptText(step, target);
    if (now === undefined || old === undefined) return {};
    const name = target.root.show(target.place.relative);
    const [from, to] = [`a/${name}`, step.kept === undefined ? "/dev/null" : `b/${name}`];
    return {
      details: unifiedDiff({ from, to, oldText: now, newText: old, maxChars: SHOWN_CHARACTERS }).text,
    };
  }

  #keptText(step: Step, target: Target): string | undefined {
    try {
      return textAt(this.#findKept(step, target).spot);
    } catch (error) {
      if (error instanceof ToolError) return undefined;
      throw error;
    }
  }
}

/** The very thing that was kept, or a copy of it where there are no hard links. */
function isKept(stats: NonNullable<ReturnType<typeof look>>, before: Stamp): boolean {
  return isSameThing(stats, before)
    ? isUnchanged(stats, before)
    : stats.isFile() && Number(stats.size) === before.size;
}
