import type { Access, Place } from "../../access.ts";
import { ToolError } from "../../errors.ts";
import { pathOfPlace } from "../path-of-place.ts";
import type { Root } from "../root.ts";
import { permitAll, type Survey } from "../survey.ts";
import type { Draft } from "./draft.ts";
import type { Target } from "./find-target.ts";
import { mountBelow } from "./mount-point.ts";
import { Stale } from "./shift.ts";
import { stampOf } from "./stamp.ts";

/** What looking through directories needs; a workspace has it. */
export interface TreeGround {
  readonly roots: readonly Root[];
  survey(place: Place, access: Access): Promise<Survey>;
}

export interface TreeOptions {
  readonly ground: TreeGround;
  readonly access: Access;
}

/**
 * Looks through what is to be moved or deleted and asks for the right to write each thing in it, where it lies. Nothing
 * for what is no directory. Throws `denied` for what holds something protected, a root or a mount.
 */
export async function permitRemoval(
  target: Target,
  { ground, access }: TreeOptions,
): Promise<Survey | undefined> {
  if (target.before?.isDirectory() !== true) return undefined;
  refuseHeld(target, ground.roots);
  const found = await surveyOf(target, { ground, access });
  await permitAll(found.entries, target.place, { access, intent: "write" });
  return found;
}

/**
 * The same for a move, at both ends; once more when nothing else can come in between, since what was put into the
 * directory meanwhile would get a place that it was not allowed for.
 */
export async function permitMove(
  draft: Draft,
  { from, to }: { readonly from: Target; readonly to: Target },
  options: TreeOptions,
): Promise<Survey | undefined> {
  const { access } = options;
  const look = async (): Promise<Survey | undefined> => {
    const found = await permitRemoval(from, options);
    if (found !== undefined) await permitAll(found.entries, to.place, { access, intent: "write" });
    return found;
  };
  if (from.before?.isDirectory() === true) draft.lastChecks.push(async () => void (await look()));
  return await look();
}

/** What lies in a target that is a directory. Throws `Stale` when another one stands there by now. */
async function surveyOf({ place, before, shown }: Target, { ground, access }: TreeOptions): Promise<Survey> {
  const found = await ground.survey(place, access);
  if (before === undefined || stampOf(before).id !== found.identity) throw new Stale(shown);
  return found;
}

function refuseHeld({ place, shown }: Target, roots: readonly Root[]): void {
  const path = pathOfPlace(place);
  if (roots.some((root) => `${root.path}/`.startsWith(`${path}/`)))
    throw new ToolError("denied", `${shown} is a root or holds one: it stays where it is`, {
      hint: "Take what is in it instead.",
    });
  const mount = mountBelow(path);
  if (mount !== undefined)
    throw new ToolError("denied", `${shown} holds a mount: ${shown}${mount.slice(path.length)}`, {
      hint: "Take what is beside the mount, one by one; a person has to unmount it.",
    });
}
