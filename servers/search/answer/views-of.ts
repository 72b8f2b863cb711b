import type { Access } from "../../../shared/access.ts";
import type { Progress } from "../../../shared/context.ts";
import type { Workspace } from "../../../shared/workspace/workspace.ts";
import type { CodeIndexes, IndexView, ViewOptions } from "../index/shapes.ts";
import type { SafePath } from "../../../shared/workspace/safe-path.ts";
import type { FileRole, IndexReader, Within } from "../store/shapes.ts";

/** An index and what of it is meant. */
export interface Viewed {
  readonly view: IndexView;
  readonly within: Within | undefined;
}

interface Narrowing {
  readonly paths?: readonly string[] | undefined;
  readonly languages?: readonly string[] | undefined;
  readonly kinds?: readonly FileRole[] | undefined;
  /** As in `ViewOptions`. */
  readonly waitMs?: number;
}

interface Opening {
  readonly indexes: CodeIndexes;
  readonly workspace: Workspace;
  readonly access: Access;
  readonly report: (progress: Progress) => void;
}

/** The indexes of all roots, or of those in which `paths` lie, each narrowed to what is asked for. */
export async function viewsOf(narrowing: Narrowing, context: Opening): Promise<Viewed[]> {
  const { paths = [], waitMs } = narrowing;
  const { access, report } = context;
  const options: ViewOptions = { access, report, ...(waitMs === undefined ? {} : { waitMs }) };
  if (paths.length === 0) {
    const views = await context.indexes.views(options);
    return views.map((view) => ({ view, within: withinOf(narrowing, []) }));
  }
  const byRoot = new Map<string, SafePath[]>();
  for (const path of paths) {
    const located = context.workspace.locate(path);
    byRoot.set(located.root.path, [...(byRoot.get(located.root.path) ?? []), located]);
  }
  return await Promise.all(
    [...byRoot].map(async ([root, located]) => {
      const view = await context.indexes.view(root, options);
      return { view, within: withinOf(narrowing, beginnings(located, view.reader)) };
    }),
  );
}

/** How the paths of the index begin that are meant; none when all of the root is. */
function beginnings(located: readonly SafePath[], reader: IndexReader): string[] {
  const relative = located.map(({ parts }) => parts.join("/"));
  if (relative.includes("")) return [];
  return relative.map((path) => (reader.file(path) === undefined ? `${path}/` : path));
}

function withinOf({ languages = [], kinds = [] }: Narrowing, under: readonly string[]): Within | undefined {
  if (languages.length + kinds.length + under.length === 0) return undefined;
  return {
    ...(under.length === 0 ? {} : { under }),
    ...(languages.length === 0 ? {} : { languages: languages.map((language) => language.toLowerCase()) }),
    ...(kinds.length === 0 ? {} : { roles: kinds }),
  };
}
