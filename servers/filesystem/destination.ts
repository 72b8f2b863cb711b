import type { Place } from "../../shared/access.ts";
import { ToolError } from "../../shared/errors.ts";
import type { Draft } from "../../shared/workspace/change/draft.ts";
import type { Target } from "../../shared/workspace/change/find-target.ts";
import { isAtOrAbove } from "../../shared/workspace/change/history.ts";
import { permitRemoval } from "../../shared/workspace/change/permit-tree.ts";
import { quoted } from "../../shared/workspace/contain-errors.ts";
import { pathOfPlace } from "../../shared/workspace/path-of-place.ts";
import type { FilesystemContext } from "./deps.ts";
import { named } from "./standing.ts";

/** What is to be moved or copied. */
interface Moving {
  readonly place: Place;
  readonly shown: string;
  /** `<device>:<inode>`. */
  readonly identity: string;
  /** False for a copy. */
  readonly isMoved: boolean;
}

interface DestinationRequest {
  readonly from: Moving;
  readonly to: string;
  readonly overwrite: boolean;
}

/**
 * The free place that something is to come to, after what stands there was planned to go to the trash if that is
 * wanted. Throws `conflict` when it is taken and `invalid_input` when one end lies in the other.
 */
export async function destination(
  draft: Draft,
  { from, ...request }: DestinationRequest,
  context: FilesystemContext,
): Promise<{ readonly to: Target; readonly replaced: readonly string[] }> {
  const { workspace, access } = context;
  const path = workspace.locate(request.to);
  const to = draft.target(path, "keep");
  const { before, shown } = to;
  if (before !== undefined && from.isMoved) {
    const respelled = respelling(from, to, path.parts.at(-1) ?? "");
    if (respelled !== undefined) {
      access.permit(respelled.place, "write");
      return { to: respelled, replaced: [] };
    }
  }
  const [start, end] = [pathOfPlace(from.place), pathOfPlace(to.place)];
  if (start === end)
    throw new ToolError("invalid_input", `${shown} is already there`, { hint: "Give another path for to." });
  if (isAtOrAbove(start, end) || (await liesIn(to.place, from.identity, context)))
    throw new ToolError("invalid_input", `${from.shown} cannot go into itself, to ${shown}`);
  if (before === undefined) return { to, replaced: [] };
  if (!request.overwrite) throw taken(to, from);
  if (isAtOrAbove(end, start) || (await liesIn(from.place, `${before.dev}:${before.ino}`, context)))
    throw new ToolError("invalid_input", `${from.shown} lies in ${shown}, which it would replace`);
  const found = await permitRemoval(to, { ground: workspace, access });
  draft.remove(to, found);
  const { before: _, ...free } = to;
  return { to: free, replaced: [`what was at ${named(shown, before.isDirectory())} is in the trash`] };
}

/** Where case does not count: the same thing, to be called by another spelling of its name. */
function respelling({ place, identity }: Moving, to: Target, asked: string): Target | undefined {
  const { before, ...free } = to;
  const names = place.relative.split("/");
  const name = names.pop() ?? "";
  const parent = to.place.relative.split("/").slice(0, -1).join("/");
  const isSame = before !== undefined && `${before.dev}:${before.ino}` === identity;
  if (!isSame || asked === name || folded(asked) !== folded(name) || parent !== names.join("/"))
    return undefined;
  const relative = [...names, asked].join("/");
  return {
    ...free,
    place: { root: to.place.root, relative },
    shown: quoted(to.root.show(relative)),
    spot: { folder: to.spot.folder, name: asked },
  };
}

function folded(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** Whether a directory lies above a place, by whatever spelling. */
async function liesIn(
  { root, relative }: Place,
  identity: string,
  { workspace, access }: FilesystemContext,
): Promise<boolean> {
  const names = relative.split("/");
  for (let depth = 0; depth < names.length; depth++) {
    const path = workspace.locate(pathOfPlace({ root, relative: names.slice(0, depth).join("/") }));
    try {
      if ((await workspace.stat(path, access)).identity === identity) return true;
    } catch (error) {
      if (error instanceof ToolError && error.code === "not_found") return false;
      throw error;
    }
  }
  return false;
}

function taken({ root, place, shown, before }: Target, from: Moving): ToolError {
  const isDirectory = before?.isDirectory() === true;
  const name = from.place.relative.split("/").at(-1) ?? "";
  const replace = "overwrite: true replaces it, what is there goes to the trash.";
  return new ToolError("conflict", `${named(shown, isDirectory)} is there already`, {
    hint: isDirectory
      ? `To put it in there give to: ${JSON.stringify(`${root.show(place.relative)}/${name}`)}; ${replace}`
      : replace,
  });
}
