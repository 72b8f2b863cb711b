import { accessSync, constants } from "node:fs";
import { isErrno, ToolError } from "../../errors.ts";
import { pathOf, type Spot } from "./folder.ts";

/**
 * Throws `denied` for a file that we may not write: a rename would get past its mode, and an editor would not. For
 * root every file can be written.
 */
export function refuseReadOnly(spot: Spot, shown: string): void {
  try {
    accessSync(pathOf(spot), constants.W_OK);
  } catch (error) {
    // what is gone, or cannot be written for another reason, is found a moment later
    if (!isErrno(error, "EACCES", "EPERM")) return;
    throw new ToolError("denied", `${shown} is read-only for us: it stays as it was`, {
      hint: "Whoever owns it can change its mode, if it is to be written at all.",
      cause: error,
    });
  }
}
