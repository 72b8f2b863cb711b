import type { Access } from "../../shared/access.ts";
import { ToolError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { Completion } from "../../shared/server.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";

const MOST = 100;

/**
 * Names in one directory below a root, for a path that somebody is typing: at most 100, folders end in `/`. Hidden
 * names only once a dot is typed. Nothing where there is no such directory.
 */
export async function completePath(
  workspace: Workspace,
  typed: string,
  signal: AbortSignal,
): Promise<Completion> {
  const cut = typed.lastIndexOf("/") + 1;
  const folder = typed.slice(0, cut);
  const start = typed.slice(cut);
  const names = (await namesIn(workspace, folder, signal))
    .filter((name) => name.startsWith(start) && (start.startsWith(".") || !name.startsWith(".")))
    .sort();
  return { values: names.slice(0, MOST).map((name) => folder + name), total: names.length };
}

async function namesIn(workspace: Workspace, folder: string, signal: AbortSignal): Promise<string[]> {
  // names only, for the person who types them: what a model may open is decided when it opens it
  const access: Access = { signal, permit: () => {} };
  try {
    const place = workspace.locate(folder === "" ? "." : folder);
    await using directory = await workspace.openDirectory(place, access);
    const entries = await directory.entries();
    return entries
      .filter(({ name, kind }) => isShown(kind) && escapeForPerson(name) === name)
      .map(({ name, kind }) => (kind === "directory" ? `${name}/` : name));
  } catch (error) {
    if (error instanceof ToolError) return [];
    throw error;
  }
}

function isShown(kind: string): boolean {
  return ["file", "directory", "link"].includes(kind);
}
