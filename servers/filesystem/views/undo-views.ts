import type { View } from "../../../shared/tool.ts";
import { pathsOf, remade, type PastChange } from "../../../shared/workspace/change/history.ts";
import type { Kept, Step } from "../../../shared/workspace/change/journal.ts";
import { stepsAt } from "../../../shared/workspace/change/undo-steps.ts";
import { pathOfPlace } from "../../../shared/workspace/path-of-place.ts";
import type { FilesystemViewContext } from "../deps.ts";
import { unlessRefused, whereItLeads, type PathView } from "./all-names.ts";
import { filesBelow, MOST_FILES, NO_FILES, type FilesBelow } from "./files-below.ts";
import { GONE, onePerFile, treeViews, WRITTEN } from "./tree-views.ts";

interface UndoRequest {
  readonly action: "list" | "revert";
  readonly change?: string | undefined;
  readonly paths?: readonly string[] | undefined;
}

/** Each file that comes back, and each that goes again; none for a list. */
export async function undoViews(
  { action, change, paths }: UndoRequest,
  context: FilesystemViewContext,
): Promise<readonly View[]> {
  if (action === "list" || change === undefined) return [];
  const id = change.toLowerCase();
  const history = await context.workspace.changes.history();
  const { left = [] } = history.find((past) => past.change.id === id) ?? {};
  const at = paths?.flatMap((path) => whereItLeads(path, "spelling", context) ?? []);
  const steps = at === undefined ? left : stepsAt(left, at.map(pathOfPlace));
  const ends = steps.flatMap(pathsOf).length;
  const options = { id, history, most: Math.floor(MOST_FILES / Math.max(1, ends)) };
  const views: PathView[] = [];
  for (const step of steps) views.push(...(await viewsOf(step, options, context)));
  // what goes from a place to which something else comes back is no loss
  const order = (view: View): number => (view.tool === "Write" ? 0 : 1);
  return onePerFile(
    views.toSorted((one, other) => order(one) - order(other)),
    context,
  );
}

interface Options {
  readonly id: string;
  readonly history: readonly PastChange[];
  /** Files that one step may show. */
  readonly most: number;
}

async function viewsOf(step: Step, options: Options, context: FilesystemViewContext): Promise<PathView[]> {
  // outside the roots, where no undo reaches
  const places = unlessRefused(() => pathsOf(step).map((each) => context.workspace.locate(each).shown)) ?? [];
  const [path, from = path] = places;
  if (path === undefined || from === undefined) return [];
  const standing = (): Promise<FilesBelow> => filesBelow(path, options.most, context);
  switch (step.what) {
    case "put":
      if (step.kept !== undefined) return treeViews(WRITTEN, { path, found: NO_FILES }, context);
      return treeViews(GONE, { path, found: await standing() }, context);
    case "remove":
      return treeViews(WRITTEN, { path, found: await keptBelow(step, options, context) }, context);
    case "move": {
      const found = await standing();
      return [
        ...treeViews(WRITTEN, { path: from, found }, context),
        ...treeViews(GONE, { path, found }, context),
      ];
    }
    case "make":
    case "unmake":
      return [];
    default:
      return step.what satisfies never;
  }
}

/** What would come back, under all names that it may be kept by: each time that the change was made again it was kept anew. */
async function keptBelow(
  step: Step,
  { id, history, most }: Options,
  context: FilesystemViewContext,
): Promise<FilesBelow> {
  const path = pathOfPlace(step.place);
  const again = remade(history, id)
    .flatMap(({ steps }) => steps)
    .filter(({ place }) => pathOfPlace(place) === path);
  let all = NO_FILES;
  for (const { kept } of [step, ...again]) {
    const { paths, more } = kept === undefined ? NO_FILES : await filesBelow(trashPath(kept), most, context);
    all = { paths: [...all.paths, ...paths], more: all.more + more };
  }
  return all;
}

function trashPath({ root, mount, name }: Kept): string {
  return pathOfPlace({ root, relative: [...mount, ".plumbline", "trash", name].join("/") });
}
