import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Access, Intent, Place } from "../access.ts";
import { ToolError } from "../errors.ts";
import { pathOfPlace } from "./path-of-place.ts";
import type { WalkEntry } from "./walk-request.ts";
import type { Workspace } from "./workspace.ts";

/** Entries of a tree that is moved, copied or deleted as a whole. */
const MOST_ENTRIES = 200_000;
/** After so many questions others get their turn. */
const AT_ONCE = 5_000;

/** All that lies below a directory at one moment. */
export interface Survey {
  readonly place: Place;
  /** `<device>:<inode>` of the directory. */
  readonly identity: string;
  /** A directory before what is in it. Of `.git` only the name: nobody looks into it. */
  readonly entries: readonly WalkEntry[];
  /** Of all files together. */
  readonly bytes: number;
  /** Another one when something in it is another, by names, sizes and times. */
  readonly digest: string;
}

/** Looks at a directory whole. Throws `too_large` or `unavailable` when that cannot be: nothing is to pass unseen. */
export async function survey(workspace: Workspace, place: Place, access: Access): Promise<Survey> {
  const path = workspace.locate(pathOfPlace(place));
  await using directory = await workspace.openDirectory(path, access);
  const request = { gitignore: false, facts: true, limit: MOST_ENTRIES };
  const { entries, total, partial, unreadable } = await workspace.walk(directory, request, access.signal);
  const shown = workspace.show(directory.place);
  if (partial === "entries" || total > entries.length)
    throw new ToolError("too_large", `${shown} holds more than ${MOST_ENTRIES} entries`, {
      hint: "Take one folder in it after the other.",
    });
  if (partial !== undefined || unreadable > 0)
    throw new ToolError(
      "unavailable",
      `${shown} could not be looked through whole: ${why(partial, unreadable)}`,
      {
        hint: "Take one folder in it after the other.",
      },
    );
  const bytes = entries.reduce((sum, { kind, size = 0 }) => sum + (kind === "file" ? size : 0), 0);
  const { identity } = directory.stat;
  return { place: directory.place, identity, entries, bytes, digest: digestOf(entries) };
}

/** Asks for the right to do something with each thing below a place, as it lies there or would come to lie there. */
export async function permitAll(
  entries: readonly WalkEntry[],
  { root, relative }: Place,
  { access, intent }: { readonly access: Access; readonly intent: Intent },
): Promise<void> {
  for (const [index, { path }] of entries.entries()) {
    access.permit({ root, relative: relative === "" ? path : `${relative}/${path}` }, intent);
    if (index % AT_ONCE === AT_ONCE - 1) await setImmediate();
  }
}

/** 16 hexadecimal digits; of a directory only its name counts. */
export function digestOf(entries: readonly WalkEntry[]): string {
  const hash = createHash("sha256");
  for (const { path, kind, size, mtimeMs } of entries)
    hash.update(`${kind} ${kind === "directory" ? "" : `${size} ${mtimeMs}`} ${path}\0`);
  return hash.digest("hex").slice(0, 16);
}

function why(partial: string | undefined, unreadable: number): string {
  if (unreadable > 0) return `${unreadable} folders in it cannot be read`;
  return partial === "depth" ? "it is too deep" : "it took too long";
}
