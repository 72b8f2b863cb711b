import * as z from "zod";
import { tool } from "../deps.ts";
import { repoField, text } from "../fields.ts";
import { touched } from "../touched.ts";
import { addWorktree, planAdd } from "../worktree-add.ts";
import { removeWorktree } from "../worktree-remove.ts";
import { openWorktreeScene } from "../worktree-scene.ts";
import { listWorktrees } from "../worktree-text.ts";

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
  touches: touched,

  async foresee(input, context) {
    if (input.action !== "add") return [];
    return (await planAdd(await openWorktreeScene(input.repo, context), input)).places;
  },

  async run(input, context): Promise<string> {
    const { action, path } = input;
    const scene = await openWorktreeScene(input.repo ?? (action === "remove" ? path : undefined), context);
    if (action === "list") return await listWorktrees(scene);
    return await scene.git.exclusively(scene.repository, scene.signal, () =>
      action === "add" ? addWorktree(scene, input, context) : removeWorktree(scene, path),
    );
  },

  render: (answer) => answer,
});
