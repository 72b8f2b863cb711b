import { isErrno, StartupError, ToolError } from "../../errors.ts";
import { worded } from "../contain-errors.ts";
import { Stale } from "./shift.ts";

/** What the operating system says to a change, in words for the model. Whatever it was, nothing was changed. */
export function wordedWrite(shown: string, error: unknown): unknown {
  if (error instanceof ToolError) return error;
  if (isErrno(error, "ENOSPC", "EDQUOT"))
    return unavailable(
      `the disk is full: ${shown} stays as it was`,
      "Tell the person; nothing was changed.",
      error,
    );
  if (isErrno(error, "ENOENT", "ESTALE"))
    return new Stale(shown, "or its directory was moved or deleted just now");
  if (isErrno(error, "EFBIG"))
    return unavailable(`${shown} would be too large for this disk`, "Nothing was changed.", error);
  if (isErrno(error, "EROFS"))
    return unavailable(
      `the disk is read-only: ${shown} stays as it was`,
      "Tell the person; nothing was changed.",
      error,
    );
  if (isErrno(error, "EACCES", "EPERM"))
    return new ToolError("denied", `the operating system does not let us change ${shown}`, {
      hint: "Its owner or mode, or its directory's, would have to change. Nothing was changed.",
      cause: error,
    });
  if (isErrno(error, "EXDEV", "EBUSY", "ETXTBSY"))
    return unavailable(`${shown} is in use or lies on a mount of its own`, "Nothing was changed.", error);
  if (isErrno(error, "EIO"))
    return unavailable(
      `the disk has an error: ${shown} stays as it was`,
      "Tell the person; nothing was changed.",
      error,
    );
  if (error instanceof StartupError) return unavailable(error.message, "Try again in a moment.", error);
  return worded(shown, error);
}

function unavailable(message: string, hint: string, cause: unknown): ToolError {
  return new ToolError("unavailable", message, { hint, cause });
}
