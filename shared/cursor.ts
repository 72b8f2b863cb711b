import type * as z from "zod";
import { ToolError } from "./errors.ts";

/** What a cut answer returns so that the next call goes on exactly there: opaque to the caller, short. */
export function encodeCursor(state: unknown): string {
  return Buffer.from(JSON.stringify(state)).toString("base64url");
}

/** Reads a cursor back. Throws `invalid_input` for anything that `schema` does not know. */
export function decodeCursor<State>(schema: z.ZodType<State>, cursor: string): State {
  const parsed = schema.safeParse(parseJson(Buffer.from(cursor, "base64url").toString("utf8")));
  if (parsed.success) return parsed.data;
  throw new ToolError("invalid_input", "cursor is not one that this tool returned", {
    hint: "Copy it whole from the answer before, with the same other arguments, or leave it out to start again.",
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
