import { applyHunks, createdContent } from "../../shared/edit/apply-hunks.ts";
import type { PatchFile } from "../../shared/edit/parse-patch.ts";
import { unitsOf } from "../../shared/edit/units.ts";
import { ToolError } from "../../shared/errors.ts";
import type { Draft } from "../../shared/workspace/change/draft.ts";
import type { Target } from "../../shared/workspace/change/find-target.ts";
import { lineCounts, plural } from "./change-notes.ts";
import { Stale } from "../../shared/workspace/change/shift.ts";
import type { FilesystemContext } from "./deps.ts";
import { openSource, openTarget, textOf, type OpenSource } from "./open-target.ts";
import { spliced } from "./spliced.ts";

/** Larger files are not patched: their lines are compared in memory. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Plans what a patch says about one file; the line says what that is. */
export async function planPatchFile(
  draft: Draft,
  file: PatchFile,
  context: FilesystemContext,
): Promise<string> {
  switch (file.kind) {
    case "create":
      return await create(draft, file, context);
    case "change":
      return await change(draft, file, context);
    case "delete":
      return await remove(draft, file, context);
    case "rename":
    case "copy":
      return await transfer(draft, file, context);
    default:
      return file.kind satisfies never;
  }
}

async function create(draft: Draft, file: PatchFile, context: FilesystemContext): Promise<string> {
  const target = freeTarget(draft, { to: file.to, would: "create" }, context);
  const content = Buffer.from(createdContent(file.hunks), "utf8");
  await draft.put(target, content, { executable: file.executable });
  return `created ${target.shown}: ${plural(content.length, "byte")}`;
}

async function change(draft: Draft, file: PatchFile, context: FilesystemContext): Promise<string> {
  await using old = await openTarget(draft, file.from ?? "", context);
  const { target } = old;
  const { content, held, said } = await patched(old, file, context.signal);
  await draft.put(target, content, { basis: held, executable: file.executable });
  return `changed ${target.shown}: ${said}`;
}

async function remove(draft: Draft, file: PatchFile, context: FilesystemContext): Promise<string> {
  refuseOther(draft, file, context);
  await using old = await openTarget(draft, file.from ?? "", context);
  const { target } = old;
  const { left } = await patched(old, file, context.signal);
  // without hunks the patch says that the file is empty
  if (left > 0)
    throw new ToolError("conflict", `${target.shown} holds more than the patch deletes`, {
      hint: "Read it again and make a patch against it, or delete it by delete_path.",
    });
  draft.remove(target);
  return `deleted ${target.shown}`;
}

/** A rename or a copy, with changes or without. */
async function transfer(draft: Draft, file: PatchFile, context: FilesystemContext): Promise<string> {
  const { kind, executable } = file;
  // a copy only reads there
  if (kind === "rename") refuseOther(draft, file, context);
  const to = freeTarget(draft, { to: file.to, would: `${kind} a file to` }, context);
  const verb = kind === "copy" ? "copied" : "renamed";
  await using old = await openSource(file.from ?? "", context);
  const { content, said } = await patched(old, file, context.signal);
  const done = `${verb} ${old.shown} to ${to.shown}: ${said}`;
  const mode = old.file.stat.mode;
  if (kind === "copy") {
    await draft.put(to, content, { executable, mode });
    return done;
  }
  const from = draft.target(context.workspace.locate(file.from ?? ""), "follow");
  if (old.file.stat.identity !== `${from.before?.dev}:${from.before?.ino}`) throw new Stale(from.shown);
  if (file.hunks.length === 0 && executable === undefined && draft.sharesMount(from, to))
    draft.move(from, to);
  else {
    await draft.put(to, content, { executable, mode });
    draft.remove(from);
  }
  return done;
}

/** A patch is about contents: of a link it would take what that leads to, and leave the link behind. */
function refuseOther(draft: Draft, { from = "", kind }: PatchFile, { workspace }: FilesystemContext): void {
  const { before, shown } = draft.target(workspace.locate(from), "keep");
  const what = before?.isSymbolicLink() === true ? "link" : "directory";
  if (what === "directory" && before?.isDirectory() !== true) return;
  throw new ToolError("invalid_input", `${shown} is a ${what}, and the patch would ${kind} it`, {
    hint: `A patch is about files; delete_path and move_path take a ${what} itself.`,
  });
}

function freeTarget(
  draft: Draft,
  { to, would }: { readonly to: string | undefined; readonly would: string },
  { workspace }: FilesystemContext,
): Target {
  const target = draft.target(workspace.locate(to ?? ""), "keep");
  if (target.before === undefined) return target;
  throw new ToolError("conflict", `${target.shown} is there already, and the patch would ${would} it`, {
    hint: "Delete or move it first, or make a patch that changes it.",
  });
}

async function patched(old: OpenSource, { hunks }: PatchFile, signal: AbortSignal) {
  const { shown, text, held } = old;
  if (hunks.length === 0)
    return { content: spliced(text, held, []), held, said: "content as it was", left: text.size };
  if (text.size > MOST_BYTES)
    throw new ToolError(
      "too_large",
      `${shown} has more than ${MOST_BYTES / 2 ** 20} MiB, too much for a patch`,
      {
        hint: "edit_file changes files of any size.",
      },
    );
  const { format } = await textOf(old, signal);
  const bytes = held ?? (await text.read(0, text.size));
  const { splices, applied, ...counts } = applyHunks(unitsOf(bytes, format.encoding), hunks, {
    ...format,
    shown,
  });
  const content = spliced(text, bytes, splices);
  const moved = applied
    .filter(({ offset }) => offset !== 0)
    .map(
      ({ hunk, line, offset }) =>
        `hunk ${hunk} at line ${line}, ${Math.abs(offset)} ${offset > 0 ? "below" : "above"}`,
    );
  const left = Buffer.isBuffer(content) ? content.length - format.bom : text.size;
  return { content, held, said: [lineCounts(counts), ...moved].join(", "), left };
}
