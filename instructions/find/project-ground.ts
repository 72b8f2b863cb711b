import { join } from "node:path";
import type { Access, Intent, Place } from "../../shared/access.ts";
import { stampFile } from "../../shared/config/file-stamp.ts";
import { ToolError } from "../../shared/errors.ts";
import { classify } from "../../shared/policy/protected.ts";
import type { EntryKind } from "../../shared/workspace/entry.ts";
import { listNames } from "../../shared/workspace/list-names.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";
import type { FileText } from "../shapes.ts";
import { KNOWN_NAMES } from "./families.ts";
import { fileText, refused } from "./file-text.ts";
import { MAX_BYTES, MAX_NAMES, type Ground, type NameKind, type Names } from "./ground.ts";

/** Files of projects, which strangers may have written: only through the door, and nothing that may be a secret. */
export function projectGround(workspace: Workspace, signal: AbortSignal): Ground {
  const access: Access = { signal, permit };
  return {
    resolve: (path) => pathOf(workspace.resolve(workspace.locate(path))),
    stamp: (path) => stampFile(path, "keep"),
    async read(path): Promise<FileText> {
      await using file = await workspace.openFile(workspace.locate(path), access);
      const bytes = await file.read(0, MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) return refused(`it is larger than ${MAX_BYTES / 1024} KiB`);
      return fileText(bytes, pathOf(file.place));
    },
    async names(folder): Promise<Names> {
      await using directory = await workspace.openDirectory(workspace.locate(folder), access);
      const found = listNames(directory, MAX_NAMES);
      if (found !== undefined) return new Map([...found].map(([name, kind]) => [name, KINDS[kind]]));
      return probe(pathOf(directory.place));
    },
    async kind(path) {
      try {
        return KINDS[(await workspace.stat(workspace.locate(path), access, { follow: true })).kind];
      } catch (error) {
        if (error instanceof ToolError && error.code === "not_found") return undefined;
        throw error;
      }
    },
  };
}

/** The absolute path of a place. */
export function pathOf({ root, relative }: Place): string {
  return relative === "" ? root : join(root, relative);
}

/** What `permit` says, and nobody else. */
export const SECRET = "its name is one that secrets have, so it is not read";

function permit(place: Place, intent: Intent): void {
  if (intent === "write") throw new ToolError("denied", "instructions are only read");
  if (intent === "read" && classify(place).kind === "secret") throw new ToolError("denied", SECRET);
}

/** In a folder of very many names only those that mean something are looked for. */
function probe(folder: string): Names {
  const found = KNOWN_NAMES.filter((name) => stampFile(join(folder, name), "keep") !== "missing");
  // what is called a link is looked at more closely where it is used
  return new Map(found.map((name) => [name, "link"]));
}

/** A kind that the file system does not tell shows when the name is followed. */
const KINDS = {
  file: "file",
  directory: "directory",
  link: "link",
  unknown: "link",
  fifo: "other",
  socket: "other",
  device: "other",
} as const satisfies Record<EntryKind, NameKind>;
