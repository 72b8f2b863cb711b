import type { Access } from "../../shared/access.ts";
import { ToolError } from "../../shared/errors.ts";
import {
  isAtOrAbove,
  isFolderStep,
  pathsOf,
  type PastChange,
} from "../../shared/workspace/change/history.ts";
import type { Change, Step } from "../../shared/workspace/change/journal.ts";
import { pathOfPlace } from "../../shared/workspace/path-of-place.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";
import { printable } from "./entry-text.ts";

/** Of one change. */
const MOST_STEPS = 3;
const LONGEST_PATH = 120;
/** Of a whole list: the budget of an answer, with room for its header. */
const MOST_CHARACTERS = 19_000;

export interface PastRequest {
  readonly paths: readonly string[] | undefined;
  readonly limit: number;
}

/** The changes at and below some paths, or all, the newest first; only what the caller may see of them. */
export function pastChanges(
  history: readonly PastChange[],
  { paths, limit }: PastRequest,
  { workspace, access }: { readonly workspace: Workspace; readonly access: Access },
): string {
  const wanted = paths?.map((path) => absolute(workspace, path));
  const shown = (step: Step): boolean => pathsOf(step).every((path) => maySee(path, workspace, access));
  const found = history.flatMap((past) => {
    const steps = past.change.steps.filter((step) => !isFolderStep(step) && shown(step));
    const paths = steps.flatMap(pathsOf);
    const isWanted = wanted?.some((each) => paths.some((path) => isAtOrAbove(each, path))) ?? true;
    return steps.length > 0 && isWanted ? [{ ...past, steps }] : [];
  });
  const lines: string[] = [];
  let size = 0;
  for (const past of found.slice(0, limit)) {
    const line = lineOf(past, workspace);
    size += line.length;
    if (size > MOST_CHARACTERS) break;
    lines.push(line);
  }
  return [header(lines.length, found.length, limit), ...lines].join("\n");
}

/** What the steps of a change did, one phrase each. */
export function phrasesOf(
  { steps, undoes }: Pick<Change, "steps" | "undoes">,
  workspace: Workspace,
): string[] {
  const show = (place: Step["place"], isDirectory: boolean): string =>
    `${short(printable(shownAt(workspace, place)))}${isDirectory ? "/" : ""}`;
  return steps
    .filter((step) => !isFolderStep(step))
    .map(({ what, place, from = place, before, after }) => {
      const isDirectory = (after ?? before)?.kind === "directory";
      const at = show(place, isDirectory);
      if (what === "move") return `moved ${show(from, isDirectory)} to ${at}`;
      if (what === "remove") return `deleted ${at}`;
      const made = undoes === undefined ? "created" : "brought back";
      return `${before === undefined ? made : "changed"} ${at}`;
    });
}

function header(count: number, total: number, limit: number): string {
  if (total === 0) return "[no changes by tools here]";
  if (count === total) return `[${total} ${total === 1 ? "change" : "changes"} by tools, newest first]`;
  const more = count < limit ? "paths chooses among them" : "raise limit, or choose by paths";
  return `[partial: the newest ${count} of ${total} changes by tools; ${more}]`;
}

function lineOf(past: PastChange & { readonly steps: readonly Step[] }, workspace: Workspace): string {
  const { change, steps, state, undoneBy } = past;
  const phrases = phrasesOf({ ...change, steps: steps.slice(0, MOST_STEPS) }, workspace).join(", ");
  const more = steps.length > MOST_STEPS ? ` and ${steps.length - MOST_STEPS} more` : "";
  const undoes = change.undoes === undefined ? "" : ` (undid ${change.undoes})`;
  const undone = state === "done" ? "" : `; ${state === "partly" ? "partly " : ""}undone by ${undoneBy}`;
  return `${change.id} ${change.at.replace(/\.\d+Z$/, "Z")} ${change.tool}${undoes}: ${phrases}${more}${undone}`;
}

function absolute(workspace: Workspace, path: string): string {
  const { root, parts } = workspace.locate(path);
  return pathOfPlace({ root: root.path, relative: parts.join("/") });
}

/** False for places of other projects, and for those that a rule closes. */
function maySee(path: string, workspace: Workspace, access: Access): boolean {
  try {
    const { root, parts } = workspace.locate(path);
    access.permit({ root: root.path, relative: parts.join("/") }, "list");
    return true;
  } catch (error) {
    if (error instanceof ToolError) return false;
    throw error;
  }
}

function shownAt(workspace: Workspace, place: Step["place"]): string {
  return workspace.locate(pathOfPlace(place)).shown;
}

/** The end of a path tells more than its beginning. */
function short(path: string): string {
  return path.length > LONGEST_PATH ? `…${path.slice(1 - LONGEST_PATH)}` : path;
}
