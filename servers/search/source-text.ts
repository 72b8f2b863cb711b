import type { Access } from "../../shared/access.ts";
import { ToolError } from "../../shared/errors.ts";
import type { SafePath } from "../../shared/workspace/safe-path.ts";
import { decodeText } from "../../shared/workspace/text-file-format.ts";
import { openText } from "../../shared/workspace/text-file.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";

/** Larger files are no source that somebody wrote. */
const MAX_BYTES = 5 * 1024 * 1024;

/** What reading a source needs of a call. */
export interface Reading {
  readonly workspace: Workspace;
  readonly access: Access;
}

/** The whole text of a file. Throws as `Workspace.openFile`, `too_large` above 5 MiB, `invalid_input` for what is no text. */
export async function sourceText(path: SafePath, { workspace, access }: Reading): Promise<string> {
  await using file = await workspace.openFile(path, access);
  if (file.stat.size > MAX_BYTES) throw new ToolError("too_large", `${path.shown} is larger than 5 MiB`);
  const { format, read, size } = await openText(file);
  if (format === undefined) throw new ToolError("invalid_input", `${path.shown} is no text`);
  return decodeText(await read(format.bom, size - format.bom), format.encoding);
}
