import * as z from "zod";
import { text } from "../../../shared/fields.ts";
import { tool, type GitContext, type GitViewContext } from "../deps.ts";
import { repoField } from "../fields.ts";
import { addWorktree, planAdd } from "../worktree/add.ts";
import { placesIn, removeWorktree } from "../worktree/remove.ts";
import { openWorktreeScene, type WorktreeScene } from "../worktree/scene.ts";
import { listWorktrees } from "../worktree/list.ts";
import { asCommand } from "../views/as-command.ts";
import { worktreeWords } from "../views/changing-commands.ts";

export default tool({
  name: "git_worktree",
  title: "Git worktree",
  description:
    "Lists work trees, adds one for a branch, a new one (create) or a commit, or removes a clean one.",
  effect: { by: "action", list: "read", add: "write", remove: "destroy" },
  reach: "local",
  input: z.strictObject({
    repo: repoField,
    action: z.enum(["list", "add", "remove"]),
    path: text("Its folder, inside the roots.").optional(),
    ref: text("Branch or revision; else HEAD.").optional(),
    create: text("New branch.").optional(),
  }),
  touches: ({ repo = ".", action, path }) =>
    action === "list" || path === undefined
      ? { reads: [repo] }
      : { paths: [path], reads: [repo], linksThemselves: true },

  async foresee(input, context) {
    const { action, path } = input;
    if (action === "list") return [];
    const scene = await openFor(input, context);
    return action === "add" ? (await planAdd(scene, input)).places : await placesIn(scene, path);
  },
  views: asCommand(worktreeWords),

  async run(input, context): Promise<string> {
    const { action, path } = input;
    // one outside is refused, whatever is asked
    if (path !== undefined) context.workspace.locate(path);
    const scene = await openFor(input, context);
    if (action === "list") return await listWorktrees(scene);
    return await scene.git.exclusively(scene.repository, scene.signal, () =>
      action === "add" ? addWorktree(scene, input, context) : removeWorktree(scene, path, context),
    );
  },

  render: (answer) => answer,
});

/** What is to be removed names its repository by itself. */
function openFor(
  {
    repo,
    action,
    path,
  }: { readonly repo?: string | undefined; readonly action: string; readonly path?: string | undefined },
  context: GitContext | GitViewContext,
): Promise<WorktreeScene> {
  return openWorktreeScene(repo ?? (action === "remove" ? path : undefined), context);
}
