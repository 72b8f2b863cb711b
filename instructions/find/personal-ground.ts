import { relative } from "node:path";
import { stampFile } from "../../shared/config/file-stamp.ts";
import { readUserText } from "../../shared/config/guarded-text.ts";
import { listUserFolder, resolveUserPath, userEntryKind } from "../../shared/config/user-folder.ts";
import { StartupError, ToolError } from "../../shared/errors.ts";
import { classify } from "../../shared/policy/protected.ts";
import { fileText, refused } from "./file-text.ts";
import { type Ground, MAX_NAMES } from "./ground.ts";
import { SECRET } from "./project-ground.ts";

/** The person's own files: their links are followed wherever they lead, but for secrets. */
export const PERSONAL: Ground = {
  resolve: resolveUserPath,
  stamp: (path) => stampFile(path, "keep"),
  async read(path) {
    const realPath = resolveUserPath(path);
    if (isSecret(path) || isSecret(realPath)) throw new ToolError("denied", SECRET);
    try {
      const text = await readUserText(path);
      if (text !== undefined) return fileText(Buffer.from(text), realPath);
      return stampFile(path, "keep") === "missing" ? undefined : refused("it is a link to nothing");
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      // the message begins with the absolute path, which is nobody's business
      return refused(
        error.message.startsWith(path) ? `it${error.message.slice(path.length)}` : "it cannot be read",
      );
    }
  },
  names: async (folder) => listUserFolder(folder, MAX_NAMES),
  kind: async (path) => userEntryKind(path),
};

function isSecret(path: string): boolean {
  return classify({ root: "/", relative: relative("/", path) }).kind === "secret";
}
