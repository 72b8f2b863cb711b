import { isUtf8 } from "node:buffer";
import * as z from "zod";
import type { View } from "../../../shared/tool.ts";
import type { FilesystemViewContext } from "../deps.ts";
import { fromBase64 } from "../new-content.ts";
import { unlessRefused, type PathView } from "./all-names.ts";
import { rewritableViews } from "./rewritable-views.ts";

interface WriteRequest {
  readonly path: string;
  readonly content: string;
  readonly as: "text" | "base64";
}

/** A file that is written whole, as `Write`; bytes that are no text have no `content`. */
export function writeViews(own: WriteRequest, context: FilesystemViewContext): readonly View[] {
  const { path, as } = own;
  const content = as === "text" ? own.content : textIn(own.content);
  const view: PathView = { tool: "Write", path, input: content === undefined ? {} : { content } };
  const fields = z.strictObject({ content: z.string() });
  const change = (wanted: z.output<typeof fields>): object | undefined => {
    if (content === undefined) return undefined;
    return { content: as === "text" ? wanted.content : Buffer.from(wanted.content).toString("base64") };
  };
  return rewritableViews(view, { own, fields, change }, context);
}

function textIn(base64: string): string | undefined {
  const bytes = unlessRefused(() => fromBase64(base64).bytes);
  return bytes !== undefined && isUtf8(bytes) ? bytes.toString("utf8") : undefined;
}
