import { ToolError } from "../../../shared/errors.ts";
import type { SearchContext } from "../deps.ts";
import { standingOf, WAIT_FOR_NAMES, type Standing } from "../graph/asking.ts";
import type { IndexView } from "../index/shapes.ts";
import { pageOf, type Page } from "../page.ts";
import { outlineFile, type FileOutline } from "./outline-file.ts";
import { outlineFolder, type FolderOutline } from "./outline-folder.ts";
import { quotedPath } from "../shown-path.ts";

export interface OutlineQuestion {
  readonly path: string;
  readonly depth?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface OutlineAnswer extends Standing {
  /** As answers show paths. */
  readonly path: string;
  readonly of: Omit<FileOutline, "rows"> | Omit<FolderOutline, "rows">;
  readonly page: Page<OutlineRow>;
}

/** One line of an outline. */
export interface OutlineRow {
  readonly indent: number;
  readonly text: string;
}

/** What a place of a call is in one root's index. */
export interface Spot {
  readonly view: IndexView;
  /** Below the root. */
  readonly relative: string;
  readonly shown: string;
}

/** What a file defines, or what the files of a folder do. Throws as `Workspace.stat`. */
export async function outlineAnswer(
  question: OutlineQuestion,
  context: SearchContext,
): Promise<OutlineAnswer> {
  const { workspace, access, indexes } = context;
  const located = workspace.locate(question.path);
  const { kind, place } = await workspace.stat(located, access, { follow: true });
  const view = await indexes.view(place.root, { ...context, waitMs: WAIT_FOR_NAMES });
  const spot = { view, relative: place.relative, shown: workspace.show(place) };
  if (kind !== "file" && kind !== "directory")
    throw new ToolError("invalid_input", `${spot.shown} is neither a file nor a folder`);
  const { rows, ...of } =
    kind === "file"
      ? await outlineFile(spot, question.depth, context)
      : await outlineFolder(spot, question.depth ?? 1, context);
  return {
    ...standingOf([view]),
    path: quotedPath(spot.shown),
    of,
    page: pageOf(rows, question.limit, question.cursor),
  };
}
