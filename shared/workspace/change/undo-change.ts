import type { Access } from "../../access.ts";
import { ToolError } from "../../errors.ts";
import { pathOfPlace } from "../path-of-place.ts";
import type { SafePath } from "../safe-path.ts";
import type { Draft } from "./draft.ts";
import { isBelow, isFolderStep, pathsOf, type PastChange } from "./history.ts";
import type { By, Change, Step } from "./journal.ts";
import type { TreeGround } from "./permit-tree.ts";
import { Stale } from "./shift.ts";
import { stepsAt } from "./undo-steps.ts";
import { planUndo } from "./undo.ts";

/** Who takes back what. */
export interface UndoRequest {
  readonly access: Access;
  readonly by: By;
  /** Left out: all of it. */
  readonly paths?: readonly string[] | undefined;
}

/** What an undo needs of the changes, of which it makes one itself. */
interface Maker {
  draft(access: Access): Draft;
  commit(draft: Draft, by: By, undoes?: string): Promise<Change>;
  history(): Promise<PastChange[]>;
}

interface Ground {
  readonly ground: TreeGround;
  readonly locate: (path: string) => SafePath;
}

/** Plans and carries out an undo once. Throws `Stale` when somebody else was faster. */
export async function undoChange(
  maker: Maker,
  { id, paths, access, by }: UndoRequest & { readonly id: string },
  options: Ground,
): Promise<Change> {
  const history = await maker.history();
  const past = history.find(({ change }) => change.id === id);
  if (past === undefined)
    throw new ToolError("not_found", `there is no change ${JSON.stringify(id.slice(0, 40))} here`, {
      hint: "undo_change with action list shows those that can be taken back.",
    });
  const steps = stepsOf(past, paths, options);
  await using draft = maker.draft(access);
  await planUndo(id, steps, { ...options, draft, access, history });
  // two at once would both think that they were the first
  draft.lastChecks.push(async () => {
    const now = (await maker.history()).find(({ change }) => change.id === id);
    if (now?.left.length !== past.left.length) throw new Stale(`change ${id}`);
  });
  return await maker.commit(draft, by, id);
}

/** The steps to take back; throws when there are none. */
function stepsOf(
  past: PastChange,
  paths: readonly string[] | undefined,
  { ground, locate }: Ground,
): readonly Step[] {
  const { change, left, undoneBy } = past;
  const places = paths?.map((path) => locate(path));
  const wanted = places?.map(({ root, parts }) =>
    pathOfPlace({ root: root.path, relative: parts.join("/") }),
  );
  const chosen = (steps: readonly Step[]): readonly Step[] =>
    wanted === undefined ? steps : stepsAt(steps, wanted);
  const steps = chosen(left);
  if (!steps.every(isFolderStep)) {
    if (steps.flatMap(pathsOf).every((path) => isBelow(ground.roots, path))) return steps;
    throw new ToolError("denied", `change ${change.id} is also about files outside the roots`, {
      hint: "With paths it is taken back at those only.",
    });
  }
  if (undoneBy !== undefined && !chosen(change.steps).every(isFolderStep))
    throw new ToolError("conflict", `change ${change.id} was taken back already, by change ${undoneBy}`, {
      hint: "To make it again, undo that one.",
    });
  const where = places?.map(({ shown }) => shown).join(", ") ?? "any file";
  throw new ToolError("not_found", `change ${change.id} did nothing to ${where}`, {
    hint: "undo_change with action list shows what it did.",
  });
}
