import { ToolError } from "../../shared/errors.ts";
import { nearest } from "../../shared/nearest.ts";
import type { SafePath } from "../../shared/workspace/safe-path.ts";
import type { OpenDirectory, OpenFile } from "../../shared/workspace/workspace.ts";
import type { FilesystemContext } from "./deps.ts";

/** What changes keep for an undo: nobody's files any more, so they are never listed. */
export const TRASH = "**/.plumbline/trash";
const IN_TRASH = /(?:^|\/)\.plumbline\/trash(?:\/|$)/u;

/** Opens a file; when there is none, the error names what the caller may have meant. */
export async function openFile(path: string, context: FilesystemContext): Promise<OpenFile> {
  const place = context.workspace.locate(path);
  try {
    return await context.workspace.openFile(place, context.access);
  } catch (error) {
    throw await helped(place, context, error);
  }
}

/** Opens a directory, and not the trash; when there is none, the error names what the caller may have meant. */
export async function openDirectory(path: string, context: FilesystemContext): Promise<OpenDirectory> {
  const place = context.workspace.locate(path);
  const directory = await withHelp(place, context, () =>
    context.workspace.openDirectory(place, context.access),
  );
  if (!IN_TRASH.test(directory.place.relative)) return directory;
  await directory.close();
  throw new ToolError("denied", "what changes keep for an undo is not listed", {
    hint: "undo_change lists the changes.",
  });
}

/** Runs a step on a path and gives its `not_found` a hint: the nearest name, or what there is instead. */
export async function withHelp<T>(
  path: SafePath,
  context: FilesystemContext,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw await helped(path, context, error);
  }
}

async function helped(path: SafePath, context: FilesystemContext, error: unknown): Promise<unknown> {
  if (!(error instanceof ToolError) || error.code !== "not_found") return error;
  const hint = await suggest(path, context).catch(() => undefined);
  return hint === undefined ? error : new ToolError(error.code, error.message, { hint, cause: error });
}

/** Looks from the place upwards for the first directory that is there. */
async function suggest(path: SafePath, { workspace, access }: FilesystemContext): Promise<string> {
  for (let depth = path.parts.length - 1; depth > 0; depth--) {
    const parent = path.root.locate(path.parts.slice(0, depth).join("/"));
    const hint = await suggestIn(parent, path.parts[depth] ?? "", { workspace, access }).catch(
      () => undefined,
    );
    if (hint !== undefined) return hint;
  }
  return await suggestIn(path.root.locate("."), path.parts[0] ?? "", { workspace, access });
}

async function suggestIn(
  parent: SafePath,
  wanted: string,
  { workspace, access }: Pick<FilesystemContext, "workspace" | "access">,
): Promise<string> {
  await using directory = await workspace.openDirectory(parent, access);
  const names = (await directory.entries()).map((entry) => entry.name);
  const meant = nearest(wanted, names);
  const where = parent.shown;
  if (meant === undefined)
    return `Nothing in ${where} has a name like that; list_directory or find_files shows what there is.`;
  return `Did you mean ${where === "." ? "" : `${where}/`}${meant}?`;
}
