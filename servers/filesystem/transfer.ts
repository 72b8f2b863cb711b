import type { Place } from "../../shared/access.ts";
import { Stale } from "../../shared/workspace/change/shift.ts";
import { permitMove } from "../../shared/workspace/change/permit-tree.ts";
import type { Draft } from "../../shared/workspace/change/draft.ts";
import type { Target } from "../../shared/workspace/change/find-target.ts";
import type { TreeSource } from "../../shared/workspace/change/stage-tree.ts";
import { kindOf, type EntryStat } from "../../shared/workspace/entry.ts";
import { quoted } from "../../shared/workspace/contain-errors.ts";
import { pathOfPlace } from "../../shared/workspace/path-of-place.ts";
import { permitAll, type Survey } from "../../shared/workspace/survey.ts";
import type { FilesystemContext } from "./deps.ts";
import { destination } from "./destination.ts";
import { withHelp } from "./open.ts";
import { amount, named, standing } from "./standing.ts";

export interface TransferRequest {
  readonly from: string;
  readonly to: string;
  readonly overwrite: boolean;
}

/** What was planned, in words for the answer's first line. */
export interface Transfer {
  readonly did: string;
  readonly facts: readonly string[];
}

/** Plans a move: a rename where one mount holds both ends, else a copy after which the original goes to the trash. */
export async function planMove(
  draft: Draft,
  request: TransferRequest,
  context: FilesystemContext,
): Promise<Transfer> {
  const { workspace, access } = context;
  const from = await standing(draft, request.from, context);
  const kind = kindOf(from.before);
  const identity = `${from.before.dev}:${from.before.ino}`;
  const { to, replaced } = await destination(
    draft,
    { ...request, from: { ...from, identity, isMoved: true } },
    context,
  );
  const found = await permitMove(draft, { from, to }, { ground: workspace, access });
  if (draft.sharesMount(from, to)) draft.move(from, to, found);
  else {
    const { place } = from;
    await draft.putCopy(to, sourceOf({ place, kind, found, size: Number(from.before.size) }, context));
    if (found !== undefined) draft.lastChecks.push(() => checkSame(from, found, context));
    draft.remove(from, found);
  }
  const isDirectory = kind === "directory";
  return {
    did: `moved ${named(from.shown, isDirectory)} to ${named(to.shown, isDirectory)}`,
    facts: [...(isDirectory ? amount(found, 0) : []), ...replaced],
  };
}

/** Plans a copy: of a link the link, of a directory all that is in it. */
export async function planCopy(
  draft: Draft,
  request: TransferRequest,
  context: FilesystemContext,
): Promise<Transfer> {
  const { workspace, access } = context;
  const path = workspace.locate(request.from);
  const facts = await withHelp(path, context, () => workspace.stat(path, access));
  const { place, kind, size } = facts;
  const shown = quoted(workspace.show(place));
  const { to, replaced } = await destination(
    draft,
    { ...request, from: { ...facts, shown, isMoved: false } },
    context,
  );
  const found = kind === "directory" ? await surveyForCopy(facts, to, context) : undefined;
  await draft.putCopy(to, sourceOf({ place, kind, found, size }, context));
  const isDirectory = kind === "directory";
  return {
    did: `copied ${named(shown, isDirectory)} to ${named(to.shown, isDirectory)}`,
    facts: [...(kind === "link" ? ["a link"] : amount(found, size)), ...replaced],
  };
}

/** Everything is asked for before the first byte is copied: as it lies there, and as it would come to lie. */
async function surveyForCopy(
  { place, identity }: EntryStat & { readonly place: Place },
  to: Target,
  { workspace, access }: FilesystemContext,
): Promise<Survey> {
  const found = await workspace.survey(place, access);
  if (found.identity !== identity) throw new Stale(workspace.show(place));
  const files = found.entries.filter(({ kind }) => kind === "file");
  await permitAll(files, place, { access, intent: "read" });
  await permitAll(found.entries, to.place, { access, intent: "write" });
  return found;
}

interface Source {
  readonly place: Place;
  readonly kind: TreeSource["kind"];
  /** What is in it, when it is a directory. */
  readonly found: Survey | undefined;
  readonly size: number;
}

function sourceOf(
  { place, kind, found, size }: Source,
  { workspace, access, report }: FilesystemContext,
): TreeSource {
  const entries = found?.entries ?? [];
  const total = found?.bytes ?? size;
  return {
    path: workspace.locate(pathOfPlace(place)),
    kind,
    entries,
    open: (path) => workspace.openFile(path, access),
    report: (bytes, done) =>
      report({ done: bytes, total: Math.max(total, bytes), message: `${done} of ${entries.length} entries` }),
  };
}

/** What was put into a directory after it was copied would be found in the trash only. */
async function checkSame(
  from: Target,
  found: Survey,
  { workspace, access }: FilesystemContext,
): Promise<void> {
  const { digest } = await workspace.survey(from.place, access);
  if (digest !== found.digest) throw new Stale(from.shown);
}
