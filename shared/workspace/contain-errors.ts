import { isErrno, ToolError } from "../errors.ts";
import type { EntryKind } from "./entry.ts";

const SHOWN = 300;

/** One text for everything outside, there or not there, so that it tells nothing about the outside. */
export function outside(): ToolError {
  return new ToolError("denied", "the path is outside the roots", {
    hint: "Give a path below a root; a link may not lead out of it.",
  });
}

/** Nothing is there, or it cannot be there. */
export function notFound(shown: string): ToolError {
  return new ToolError("not_found", `there is nothing at ${quoted(shown)}`, {
    hint: "List the directory above it, or find the file by a glob.",
  });
}

/** What the person opened is gone, or is something else now. */
export function rootGone(cause?: unknown): ToolError {
  return new ToolError("unavailable", "the root is not there any more", {
    hint: "Somebody moved or removed it while the server was running.",
    cause,
  });
}

/** Something else stood at the path at the end than at the beginning. */
export function exchanged(): ToolError {
  return new ToolError("conflict", "the path changed while it was opened", { hint: "Try again." });
}

/** The thing is there, and is not what the caller needs. */
export function wrongKind(shown: string, kind: EntryKind, wanted: "file" | "directory"): ToolError {
  return new ToolError("invalid_input", `${quoted(shown)} is a ${NAMES[kind]}, not a ${wanted}`, {
    hint: HINTS[kind],
  });
}

const ONLY = "Only files and directories can be opened.";
const HINTS = {
  file: "Read it as a file instead.",
  directory: "List it instead.",
  link: "It changed just now; try again.",
  fifo: ONLY,
  socket: ONLY,
  device: ONLY,
  unknown: ONLY,
} as const satisfies Record<EntryKind, string>;

const NAMES = {
  file: "file",
  directory: "directory",
  link: "link",
  fifo: "FIFO",
  socket: "socket",
  device: "device",
  unknown: "special file",
} as const satisfies Record<EntryKind, string>;

/** Runs one step on the disk and turns what the operating system says into words for the model. */
export function inWords<T>(shown: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw worded(shown, error);
  }
}

/** What the operating system says, as a `ToolError` where it has a meaning for the model. */
export function worded(shown: string, error: unknown): unknown {
  if (isErrno(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG", "ESTALE")) return notFound(shown);
  if (isErrno(error, "EACCES", "EPERM"))
    return new ToolError("denied", `the operating system does not let us open ${quoted(shown)}`, {
      hint: "Its owner or mode would have to change.",
      cause: error,
    });
  if (isErrno(error, "ELOOP", "ENXIO", "EISDIR")) return exchanged();
  if (isErrno(error, "EMFILE", "ENFILE", "EIO", "EAGAIN", "ETIMEDOUT", "EBUSY"))
    return new ToolError("unavailable", `${quoted(shown)} cannot be opened now`, {
      hint: "Try again in a moment.",
      cause: error,
    });
  return error;
}

/** A path in a sentence of ours: bounded, and quoted when it could be taken for more than a path. */
export function quoted(shown: string): string {
  const short = shown.length > SHOWN ? `${shown.slice(0, SHOWN)}...` : shown;
  return /^[\w./@+=,-]+$/u.test(short) ? short : JSON.stringify(short);
}
