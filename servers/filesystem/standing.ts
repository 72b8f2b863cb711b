import { notFound } from "../../shared/workspace/contain-errors.ts";
import type { Draft } from "../../shared/workspace/change/draft.ts";
import type { Target } from "../../shared/workspace/change/find-target.ts";
import type { Survey } from "../../shared/workspace/survey.ts";
import { plural } from "./change-notes.ts";
import type { FilesystemContext } from "./deps.ts";
import { withHelp } from "./open.ts";

/** A target at which something stands; a link is that something itself. */
export type Standing = Target & { readonly before: NonNullable<Target["before"]> };

/** Looks at what stands at a path. Throws `not_found` with what may have been meant. */
export async function standing(draft: Draft, path: string, context: FilesystemContext): Promise<Standing> {
  const located = context.workspace.locate(path);
  return await withHelp(located, context, async () => {
    const target = draft.target(located, "keep");
    const { before } = target;
    if (before === undefined) throw notFound(located.shown);
    return { ...target, before };
  });
}

/** A path in an answer's first line, directories with their slash. */
export function named(shown: string, isDirectory: boolean): string {
  return `${shown}${isDirectory ? "/" : ""}`;
}

/** How much something is: a directory by what lies in it. */
export function amount(found: Pick<Survey, "entries" | "bytes"> | undefined, size: number): string[] {
  if (found === undefined) return [plural(size, "byte")];
  const { length } = found.entries;
  return [`${length} ${length === 1 ? "entry" : "entries"}`, plural(found.bytes, "byte")];
}
