import * as z from "zod";
import { parsePatch, patchPaths, patchReads, type PatchFile } from "../../../shared/edit/parse-patch.ts";
import { ToolError } from "../../../shared/errors.ts";
import type { Draft } from "../../../shared/workspace/change/draft.ts";
import { quoted } from "../../../shared/workspace/contain-errors.ts";
import { Stale } from "../../../shared/workspace/change/shift.ts";
import { changeHeader, plural } from "../change-notes.ts";
import { tool, type FilesystemContext } from "../deps.ts";
import { flag } from "../fields.ts";
import { planPatchFile } from "../patch-file.ts";
import { patchViews } from "../views/patch-views.ts";

/** So many files that do not take a patch are told of; the others are counted. */
const MOST_TOLD = 5;
const TOLD_CHARACTERS = 1_500;

export default tool({
  name: "apply_patch",
  title: "Apply patch",
  description:
    "Applies a unified diff to any number of files: creates, changes, renames, deletes. All of it or nothing; only line numbers may be off.",
  effect: "write",
  reach: "local",
  input: z.strictObject({
    patch: z.string().describe("As from git diff."),
    dryRun: flag("Only check."),
  }),
  touches: ({ patch }) => ({ paths: patchPaths(patch), reads: patchReads(patch) }),
  views: { as: ["Write", "Edit", "Read"], of: patchViews },

  async run({ patch, dryRun }, context): Promise<{ header: string; lines: readonly string[] }> {
    const { workspace, access, signal, by } = context;
    if (/\p{Surrogate}/u.test(patch))
      throw new ToolError("invalid_input", "the patch holds half a character (a lone surrogate)", {
        hint: "Give the whole character.",
      });
    const files = parsePatch(patch);
    return await workspace.changes.settled("patch", signal, async () => {
      await using draft = workspace.changes.draft(access);
      const lines = await planAll(draft, files, context);
      const did = plural(files.length, "file");
      if (dryRun) return { header: changeHeader(`the patch fits, nothing written; ${did}`, []), lines };
      const { id } = await workspace.changes.commit(draft, by);
      return { header: changeHeader(`patched ${did}`, [], id), lines };
    });
  },

  render: ({ header, lines }) => [header, ...lines].join("\n"),
  shorter: [({ header }) => header],
});

/** What becomes of each file; throws one error about all those that do not take the patch. */
async function planAll(
  draft: Draft,
  files: readonly PatchFile[],
  context: FilesystemContext,
): Promise<string[]> {
  const lines: string[] = [];
  const failures: ToolError[] = [];
  for (const file of files) {
    try {
      lines.push(await planPatchFile(draft, file, context));
    } catch (error) {
      // no file is to blame for a disk that is full
      if (!(error instanceof ToolError) || error.code === "unavailable") throw error;
      failures.push(error);
    }
  }
  const first = failures.find((failure) => failure instanceof Stale) ?? failures[0];
  if (first === undefined) {
    refuseClash(draft, context);
    return lines;
  }
  if (first instanceof Stale || failures.length === 1 || first.code === "denied") throw first;
  const told = failures
    .slice(0, MOST_TOLD)
    .map(
      ({ message, details }) =>
        `${message}${details === undefined ? "" : `\n${details.slice(0, TOLD_CHARACTERS)}`}`,
    );
  throw new ToolError(
    first.code,
    `${failures.length} of ${files.length} files do not take the patch; nothing was changed`,
    {
      hint: first.hint ?? "Read them again and make a patch against them.",
      details: told.join("\n"),
    },
  );
}

/** Throws for one place with two fates, which paths that differ may have: by a link, or as a file and a directory. */
function refuseClash({ steps }: Draft, { workspace }: FilesystemContext): void {
  const seen = new Set<string>();
  for (const { place, from } of steps.map(({ step }) => step)) {
    for (const each of from === undefined ? [place] : [place, from]) {
      const shown = quoted(workspace.show(each));
      if (seen.has(shown))
        throw new ToolError("invalid_input", `the patch wants two things of ${shown} at once`, {
          hint: "Two of its paths lead there, or one needs a directory where the other has a file: apply two patches, one after the other.",
        });
      seen.add(shown);
    }
  }
}
