import * as z from "zod";
import { changeHeader } from "../change-notes.ts";
import { tool } from "../deps.ts";
import { flag } from "../fields.ts";
import { planCopy, planMove } from "../transfer.ts";
import { moveViews } from "../views/move-views.ts";

export default tool({
  name: "move_path",
  title: "Move path",
  description:
    "Moves, renames or copies a file, a link or a whole directory; missing parents of the new path are made.",
  effect: "write",
  reach: "local",
  input: z.strictObject({
    from: z.string().describe("What to move."),
    to: z.string().describe("Its new path, name included."),
    copy: flag("Leave the original."),
    overwrite: flag("Replace what is at to."),
  }),
  touches: ({ from, to, copy }) => ({
    ...(copy ? { paths: [to], reads: [from] } : { paths: [from, to] }),
    linksThemselves: true,
  }),
  views: { as: ["Write", "Edit", "Read"], of: moveViews },

  async run(input, context): Promise<string> {
    const { workspace, access, signal, by } = context;
    const { root, parts } = workspace.locate(input.from);
    return await workspace.changes.settled([root.path, ...parts].join("/"), signal, async () => {
      await using draft = workspace.changes.draft(access);
      const plan = input.copy ? planCopy : planMove;
      const { did, facts } = await plan(draft, input, context);
      const { id } = await workspace.changes.commit(draft, by);
      return changeHeader(did, facts, id);
    });
  },

  render: (text) => text,
});
