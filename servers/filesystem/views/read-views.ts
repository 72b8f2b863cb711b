import { pathToFileURL } from "node:url";
import * as z from "zod";
import type { View } from "../../../shared/tool.ts";
import type { FilesystemViewContext } from "../deps.ts";
import { underAllNames } from "./all-names.ts";
import { rewritableViews } from "./rewritable-views.ts";
import { onePerFile } from "./tree-views.ts";

interface ReadRequest {
  readonly path: string;
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
  readonly as: "text" | "base64" | "image";
}

const fields = z.strictObject({
  offset: z.int().min(0).optional(),
  limit: z.int().min(1).optional(),
});

/** A file that is read, as `Read`; lines are its `offset` and `limit`. */
export function readViews(own: ReadRequest, context: FilesystemViewContext): readonly View[] {
  const { path, as, startLine, endLine } = own;
  const first = startLine ?? 1;
  const isRange = endLine !== undefined && endLine >= first;
  const input = {
    ...(startLine === undefined ? {} : { offset: startLine }),
    ...(isRange ? { limit: endLine - first + 1 } : {}),
  };
  const change = ({ offset, limit }: z.output<typeof fields>): object | undefined => {
    if (as !== "text") return undefined;
    const from = Math.max(1, offset ?? 1);
    return { tail: undefined, startLine: from, endLine: limit === undefined ? undefined : from + limit - 1 };
  };
  const view = { tool: "Read", path, input } as const;
  return rewritableViews(view, { own, fields, change }, context);
}

/** Several files, each as `Read`. */
export function readEachViews(
  { paths }: { readonly paths: readonly string[] },
  context: FilesystemViewContext,
): readonly View[] {
  const views = paths.flatMap((path) => underAllNames({ tool: "Read", path, input: {} }, "follow", context));
  return onePerFile(views, context);
}

/** A file that is read whole as a resource, as `Read`. */
export function resourceViews(
  { own, path }: { readonly own: object; readonly path: string },
  context: FilesystemViewContext,
): readonly View[] {
  const at = (wanted: string): object => ({ uri: pathToFileURL(wanted).href });
  const rewriting = { own, fields, change: () => undefined, at };
  return rewritableViews({ tool: "Read", path, input: {} }, rewriting, context);
}
