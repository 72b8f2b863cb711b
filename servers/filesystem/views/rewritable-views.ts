import { isDeepStrictEqual } from "node:util";
import type * as z from "zod";
import type { View } from "../../../shared/tool.ts";
import type { FilesystemViewContext } from "../deps.ts";
import { isSame, underAllNames, whereItLeads, type PathView } from "./all-names.ts";

interface Rewriting<Fields extends z.ZodObject> {
  /** Our own input, checked. */
  readonly own: object;
  /** What a hook may say beside the path, by Claude's names; anything else cannot be said in our terms. */
  readonly fields: Fields;
  /** Our arguments for other ones of Claude's; nothing when they cannot be said in our terms. */
  readonly change: (fields: z.output<Fields>) => object | undefined;
  /** Our argument for another path; left out, `path`. */
  readonly at?: (path: string) => object;
}

/**
 * A view of a file, under all its names, that a hook may change: what stays as it was keeps our own arguments, the
 * spelling of the path included.
 */
export function rewritableViews<Fields extends z.ZodObject>(
  view: PathView,
  rewriting: Rewriting<Fields>,
  context: FilesystemViewContext,
): View[] {
  return underAllNames(view, "follow", context).map((each) => rewritable(each, rewriting, context));
}

function rewritable<Fields extends z.ZodObject>(
  view: PathView,
  { own, fields, change, at = (path) => ({ path }) }: Rewriting<Fields>,
  context: FilesystemViewContext,
): View {
  const inFolder = view.tool === "Grep" || view.tool === "Glob";
  return {
    ...view,
    rewrite(changed) {
      const { [inFolder ? "path" : "file_path"]: path, ...rest } = changed;
      // a search without a path is one of the first root, as with Claude's own
      const wanted = path === undefined && inFolder ? "." : path;
      if (typeof wanted !== "string") return undefined;
      const isThere = isSamePath(wanted, view.path, context);
      const isAsItWas = isDeepStrictEqual(rest, view.input);
      if (isThere && isAsItWas) return own;
      const parsed = fields.safeParse(rest);
      const said = isAsItWas ? {} : parsed.success ? change(parsed.data) : undefined;
      // a page of something else does not go on there
      const { cursor: _, ...kept }: { readonly cursor?: unknown } = own;
      return said && { ...kept, ...said, ...(isThere ? {} : at(wanted)) };
    },
  };
}

function isSamePath(one: string, other: string, context: FilesystemViewContext): boolean {
  const place = whereItLeads(one, "spelling", context);
  return place !== undefined && isSame(place, whereItLeads(other, "spelling", context));
}
