import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import type { FileText } from "../shapes.ts";

/** Text of a file's bytes; refused when it is no text. */
export function fileText(bytes: Buffer, realPath: string): FileText {
  if (bytes.includes(0)) return refused("it holds NUL characters, so it is no text");
  if (!isUtf8(bytes)) return refused("it is not UTF-8 text");
  const hash = createHash("sha256").update(bytes).digest("hex");
  return { kind: "text", text: bytes.toString("utf8"), realPath, hash };
}

export function refused(why: string): FileText {
  return { kind: "refused", why };
}
