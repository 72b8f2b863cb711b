import { ToolError } from "../shared/errors.ts";
import { escapeForPerson } from "../shared/escape-for-person.ts";
import type { Workspace } from "../shared/workspace/workspace.ts";
import type { PlacedView } from "./seen-views.ts";

/** More files than these are not watched for what a hook does to them after a call. */
const MOST_FILES = 50;

/** How a file stands on the disk, by absolute path; empty for one that is not there. */
type FileStamps = ReadonlyMap<string, string>;

interface Ground {
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
}

/** How the files that a call wrote stand on the disk now. */
export async function stampFiles(views: readonly PlacedView[], ground: Ground): Promise<FileStamps> {
  const paths = views
    .filter(({ tool }) => tool === "Write" || tool === "Edit")
    .map(({ input }) => input["file_path"]);
  const stamps = new Map<string, string>();
  for (const path of paths.slice(0, MOST_FILES))
    if (typeof path === "string") stamps.set(path, await stampOf(path, ground));
  return stamps;
}

/** What hooks changed again since then, for the model: its picture of those files is old. */
export async function changedAgain(stamps: FileStamps, ground: Ground): Promise<string | undefined> {
  const changed: string[] = [];
  for (const [path, stamp] of stamps)
    if ((await stampOf(path, ground)) !== stamp) changed.push(shown(path, ground));
  if (changed.length === 0) return undefined;
  return `[hooks] ${changed.join(", ")} changed again after this call: read before the next edit`;
}

async function stampOf(path: string, { workspace, signal }: Ground): Promise<string> {
  try {
    const facts = await workspace.stat(
      workspace.locate(path),
      { signal, permit: () => {} },
      { follow: true },
    );
    return `${facts.identity}:${facts.size}:${facts.mtimeMs}`;
  } catch (error) {
    if (error instanceof ToolError) return "";
    throw error;
  }
}

function shown(path: string, { workspace }: Ground): string {
  const { root, parts } = workspace.locate(path);
  return escapeForPerson(workspace.show({ root: root.path, relative: parts.join("/") }));
}
