import * as z from "zod";
import { permitRemoval } from "../../../shared/workspace/change/permit-tree.ts";
import { changeHeader } from "../change-notes.ts";
import { tool } from "../deps.ts";
import { amount, named, standing } from "../standing.ts";
import { deleteViews } from "../views/delete-views.ts";

export default tool({
  name: "delete_path",
  title: "Delete path",
  description: "Deletes a file, a link or a whole directory; undo_change brings it back.",
  effect: "write",
  reach: "local",
  input: z.strictObject({
    path: z.string().describe("A link goes itself, not what it leads to."),
  }),
  touches: ({ path }) => ({ paths: [path], linksThemselves: true }),
  views: { as: ["Edit"], of: deleteViews },

  async run({ path }, context): Promise<string> {
    const { workspace, access, signal, by } = context;
    const { root, parts } = workspace.locate(path);
    return await workspace.changes.settled([root.path, ...parts].join("/"), signal, async () => {
      await using draft = workspace.changes.draft(access);
      const target = await standing(draft, path, context);
      const found = await permitRemoval(target, { ground: workspace, access });
      draft.remove(target, found);
      const { id } = await workspace.changes.commit(draft, by);
      const { before, shown } = target;
      const what = before.isSymbolicLink() ? ["a link"] : amount(found, Number(before.size));
      const did = `deleted ${named(shown, before.isDirectory())}`;
      return changeHeader(did, what, `${id}: undo_change brings it back`);
    });
  },

  render: (text) => text,
});
