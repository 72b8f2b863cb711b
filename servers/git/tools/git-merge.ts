import * as z from "zod";
import { flag, text } from "../../../shared/fields.ts";
import { cursorField } from "../../../shared/limits.ts";
import { underwayIn } from "../../../shared/git/state.ts";
import { conflictText } from "../merge/conflict-text.ts";
import { conflictsOf } from "../merge/conflicts.ts";
import { tool, type GitContext } from "../deps.ts";
import { repoField } from "../fields.ts";
import { placesOf, type Forecast } from "../change/forecast.ts";
import { abortMerge, continueMerge, planAbort, planContinue } from "../merge/end.ts";
import { planMerge } from "../merge/plan.ts";
import { runMerge } from "../merge/run.ts";
import { openScene, type Scene } from "../change/scene.ts";
import { asCommand } from "../views/as-command.ts";
import { mergeWords } from "../views/changing-commands.ts";

const input = z.strictObject({
  repo: repoField,
  action: z.enum(["merge", "rebase", "cherry-pick", "revert", "continue", "abort", "conflicts"]),
  refs: z.array(text()).min(1).max(50).meta({ minItems: undefined, maxItems: undefined }).optional(),
  message: z
    .string()
    .min(1)
    .max(60_000)
    .refine((value) => !value.includes("\0"), "a message holds no NUL")
    .meta({ minLength: undefined, maxLength: undefined })
    .optional(),
  ff: z.enum(["only", "never"]).optional(),
  squash: flag("Stage as one change."),
  commit: flag("False: only stage.", true),
  cursor: cursorField,
});

type Ask = z.output<typeof input>;

export default tool({
  name: "git_merge",
  title: "Git merge",
  description:
    "Merges refs, rebases onto one, picks or reverts commits. Conflicts come with both sides: edit, git_stage, then continue or abort.",
  effect: {
    by: "action",
    merge: "write",
    rebase: "write",
    "cherry-pick": "write",
    revert: "write",
    continue: "write",
    abort: "destroy",
    conflicts: "read",
  },
  reach: "local",
  input,
  touches: ({ repo = "." }) => ({ reads: [repo] }),

  async foresee(ask, context) {
    const scene = await openScene(ask, context);
    return placesOf(scene.repository, await forecastOf(scene, ask));
  },
  views: asCommand(mergeWords),

  async run(ask, context): Promise<string> {
    const scene = await openScene(ask, context);
    if (ask.action === "conflicts") return await showConflicts(scene, ask.cursor, context);
    return await scene.git.exclusively(scene.repository, scene.signal, () => change(scene, ask, context));
  },

  render: (answer) => answer,
});

async function forecastOf(scene: Scene, { action, ...ask }: Ask): Promise<Pick<Forecast, "changes">> {
  if (action === "conflicts") return { changes: [] };
  if (action === "abort") return (await planAbort(scene)).forecast;
  if (action === "continue") return (await planContinue(scene)).forecast;
  return (await planMerge(scene, action, ask)).forecast;
}

async function change(scene: Scene, { action, ...ask }: Ask, context: GitContext): Promise<string> {
  if (action === "abort") return await abortMerge(scene, context);
  if (action === "continue") return await continueMerge(scene, ask.message, context);
  if (action === "conflicts") return await showConflicts(scene, ask.cursor, context);
  return await runMerge(scene, await planMerge(scene, action, ask), context);
}

async function showConflicts(scene: Scene, cursor: string | undefined, context: GitContext): Promise<string> {
  const underway = await underwayIn(context.git.files(context.signal), scene.repository);
  const conflicts = await conflictsOf(scene);
  if (conflicts.length > 0) {
    const title = underway === undefined ? "not finished" : `${underway} not finished`;
    return await conflictText(scene, conflicts, { context, title, underway, cursor });
  }
  if (underway === undefined) return "[no conflicts, and nothing is under way]";
  return `[no conflicts are left; git_merge with action continue finishes the ${underway}, or abort]`;
}
