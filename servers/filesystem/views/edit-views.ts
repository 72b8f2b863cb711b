import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { View } from "../../../shared/tool.ts";
import type { FilesystemViewContext } from "../deps.ts";
import { rewritableViews } from "./rewritable-views.ts";

interface EditRequest {
  readonly path: string;
  readonly edits: readonly {
    readonly oldText: string;
    readonly newText: string;
    readonly replaceAll: boolean;
  }[];
}

const editFields = z.strictObject({
  old_string: z.string(),
  new_string: z.string(),
  replace_all: z.boolean().default(false),
});
type Edit = z.output<typeof editFields>;
const severalFields = z.strictObject({
  old_string: z.string().optional(),
  new_string: z.string().optional(),
  replace_all: z.boolean().optional(),
  edits: z.array(editFields).optional(),
});

/**
 * One edit as `Edit`. Several are one view too: an `Edit` of all their texts, so that a script that looks for something
 * in them finds it, with the `edits` of `MultiEdit` beside.
 */
export function editViews(own: EditRequest, context: FilesystemViewContext): readonly View[] {
  const { path } = own;
  const edits = own.edits.map(({ oldText, newText, replaceAll }): Edit => ({
    old_string: oldText,
    new_string: newText,
    replace_all: replaceAll,
  }));
  const joined: Edit = {
    old_string: edits.map(({ old_string }) => old_string).join("\n"),
    new_string: edits.map(({ new_string }) => new_string).join("\n"),
    replace_all: edits.some(({ replace_all }) => replace_all),
  };
  if (edits.length === 1) {
    const view = { tool: "Edit", path, input: joined } as const;
    const change = (edit: Edit): object => ownEdits([edit]);
    return rewritableViews(view, { own, fields: editFields, change }, context);
  }
  const input = { ...joined, edits };
  const view = { tool: "Edit", also: ["MultiEdit"], path, input } as const;
  const change = (wanted: z.output<typeof severalFields>): object | undefined => changed(wanted, input);
  return rewritableViews(view, { own, fields: severalFields, change }, context);
}

function ownEdits(edits: readonly Edit[]): object {
  return {
    edits: edits.map(({ old_string, new_string, replace_all }) => ({
      oldText: old_string,
      newText: new_string,
      replaceAll: replace_all,
    })),
  };
}

/** Where one text of several ended is lost in the joined ones, so only changed `edits` can be followed. */
function changed(
  wanted: z.output<typeof severalFields>,
  given: Edit & { readonly edits: readonly Edit[] },
): object | undefined {
  const { edits, ...joined } = wanted;
  if (edits !== undefined && !isDeepStrictEqual(edits, given.edits)) return ownEdits(edits);
  return isDeepStrictEqual({ ...given, ...joined }, given) ? {} : undefined;
}
