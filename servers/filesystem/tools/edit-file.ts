import * as z from "zod";
import { diffSplices } from "../../../shared/edit/diff-splices.ts";
import { findEdits } from "../../../shared/edit/find-edits.ts";
import { changeHeader, hashNote, lineCounts, plural } from "../change-notes.ts";
import { tool } from "../deps.ts";
import { flag, hashField } from "../fields.ts";
import { checkHash, openTarget, textOf } from "../open-target.ts";
import { spliced } from "../spliced.ts";
import { editViews } from "../views/edit-views.ts";

/** The rest of a larger diff is counted; a model knows what it asked for. */
const DIFF_CHARACTERS = 18_000;

export default tool({
  name: "edit_file",
  title: "Edit file",
  description:
    "Replaces exact texts in a file: each must stand there once, or use replaceAll. All edits or none; shows the diff. Line ends and encoding are kept.",
  effect: "write",
  reach: "local",
  input: z.strictObject({
    path: z.string().describe("File."),
    edits: z
      .array(
        z.strictObject({
          oldText: z.string().describe("As in the file now."),
          newText: z.string().describe("Instead."),
          replaceAll: flag("Wherever it stands."),
        }),
      )
      .min(1)
      .max(500, "at most 500 edits in one call; give the others in the next one")
      .meta({ description: "Not overlapping.", minItems: undefined, maxItems: undefined }),
    dryRun: flag("Only show the diff."),
    expectedHash: hashField,
  }),
  touches: ({ path }) => ({ paths: [path] }),
  views: { as: ["Edit", "MultiEdit"], of: editViews },

  async run({ path, edits, dryRun, expectedHash }, context): Promise<{ header: string; diff: string }> {
    const { workspace, access, signal, by } = context;
    const { root, parts } = workspace.locate(path);
    return await workspace.changes.settled([root.path, ...parts].join("/"), signal, async () => {
      await using draft = workspace.changes.draft(access);
      await using old = await openTarget(draft, path, context);
      await checkHash(old, expectedHash, signal);
      const { target, text, held } = old;
      const { shown } = target;
      const { format } = await textOf(old, signal);
      const splices = await findEdits(text, edits, { ...format, shown, signal });
      const name = workspace.show(target.place);
      const names = { from: `a/${name}`, to: `b/${name}` };
      const diff = await diffSplices(text, splices, { ...format, ...names, maxChars: DIFF_CHARACTERS });
      const facts = [plural(splices.length, "place"), lineCounts(diff)];
      if (dryRun)
        return { header: changeHeader(`dry run, nothing written; ${shown}`, facts), diff: diff.text };
      const stamp = await draft.put(target, spliced(text, held, splices), { basis: held });
      const { id } = await workspace.changes.commit(draft, by);
      return { header: changeHeader(`edited ${shown}`, [...facts, hashNote(stamp)], id), diff: diff.text };
    });
  },

  render: ({ header, diff }) => `${header}\n${diff}`,
  shorter: [({ header }) => header],
});
