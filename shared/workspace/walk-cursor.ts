import { ToolError } from "../errors.ts";

/** Where a page ended. */
export interface WalkCursor {
  /** The last path that was considered. */
  readonly after: string;
  /** Its time, in a walk by time. */
  readonly mtimeMs?: number;
  /** How many matches lie before the next page. */
  readonly before: number;
}

export function encodeCursor({ after, mtimeMs, before }: WalkCursor): string {
  return Buffer.from(JSON.stringify([before, after, mtimeMs])).toString("base64url");
}

/** Throws `invalid_input` for what `encodeCursor` did not make. */
export function decodeCursor(text: string): WalkCursor {
  const fields = parse(Buffer.from(text, "base64url").toString());
  const [before, after, mtimeMs] = Array.isArray(fields) ? (fields as readonly unknown[]) : [];
  if (typeof before !== "number" || typeof after !== "string") throw unknownCursor();
  if (typeof mtimeMs === "number") return { before, after, mtimeMs };
  return { before, after };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw unknownCursor();
  }
}

function unknownCursor(): ToolError {
  return new ToolError("invalid_input", "the cursor is not one that an earlier answer gave", {
    hint: "Copy it whole, or leave it out to start again.",
  });
}

/** Orders paths as a tree is read: a directory, then all that is in it, then its next neighbour. */
export function comparePaths(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const difference = rank(one.charCodeAt(at)) - rank(other.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function rank(code: number): number {
  return code === 47 ? -1 : code;
}
