import * as z from "zod";
import { flag, text } from "../../../shared/fields.ts";
import { tool, type GitContext } from "../deps.ts";
import { repoField } from "../fields.ts";
import { notesOn, permitForecast, placesOf } from "../change/forecast.ts";
import { counted } from "../../../shared/listed.ts";
import { followRemote } from "../remote/follow.ts";
import { explainStop } from "../change/in-the-way.ts";
import { openScene, type Scene } from "../change/scene.ts";
import { planSwitch, type SwitchAsk } from "../switch/plan.ts";
import { waitForLock } from "../change/wait-for-lock.ts";
import { asCommand } from "../views/as-command.ts";
import { switchWords } from "../views/changing-commands.ts";

export default tool({
  name: "git_switch",
  title: "Git switch",
  description:
    "Switches to a branch, a new one, or a commit; changes that are not in the way are kept, others stop it.",
  effect: "write",
  reach: "local",
  input: z.strictObject({
    repo: repoField,
    ref: text("Branch, @{-1}, or start of create.").optional(),
    create: text("New branch.").optional(),
    detach: flag("Any commit, on no branch."),
  }),
  touches: ({ repo = "." }) => ({ reads: [repo] }),

  async foresee(input, context) {
    const scene = await openScene(input, context);
    const { forecast } = await planSwitch(scene, input);
    return placesOf(scene.repository, forecast);
  },
  views: asCommand(switchWords),

  async run(input, context): Promise<string> {
    const scene = await openScene(input, context);
    const { git, repository, signal } = scene;
    return await git.exclusively(repository, signal, () => switchTo(scene, input, context));
  },

  render: (answer) => answer,
});

async function switchTo(scene: Scene, ask: SwitchAsk, context: GitContext): Promise<string> {
  const { git, repository } = scene;
  const { args, forecast, follows, ...plan } = await planSwitch(scene, ask);
  await permitForecast(context, repository, forecast);
  const made = ask.create ?? follows?.branch;
  await waitForLock(scene, ["HEAD", ...(made === undefined ? [] : [`refs/heads/${made}`])]);
  const before = await scene.refs.head();
  // a git that is stopped halfway leaves half a tree
  const { signal } = new AbortController();
  const result = await git.run(
    repository,
    ["switch", "--no-guess", "--no-progress", "--no-recurse-submodules", ...args],
    { signal, writes: true, ok: [0, 1, 128] },
  );
  const after = await scene.refs.head();
  const isThere = after.branch !== before.branch || after.hash !== before.hash;
  if (result.exitCode !== 0 && !isThere) throw explainStop(repository, result, "git switch");
  // git passes on how its hook ended
  const failed = result.exitCode === 0 ? [] : ["the hook post-checkout failed"];
  if (follows !== undefined) await followRemote(scene, follows);
  // git names what it carries over, a line each
  const kept = result.stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => /^[A-Z]\t/u.test(line)).length;
  const { changes } = forecast;
  const facts = [
    `on ${plan.shown} (was ${plan.from})`,
    [
      `${counted(changes.length, "file")} changed`,
      ...(kept === 0 ? [] : [`${counted(kept, "kept change")} carried over`]),
    ].join(", "),
  ];
  return [`[${facts.join("; ")}]`, ...failed, ...plan.notes, ...notesOn(repository, changes)].join("\n");
}
