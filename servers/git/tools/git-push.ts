import * as z from "zod";
import { flag, text } from "../../../shared/fields.ts";
import { tool } from "../deps.ts";
import { repoField } from "../fields.ts";
import { planPush, pushSays } from "../remote/push-plan.ts";
import { pushPlanned } from "../remote/push.ts";
import { asCommand } from "../views/as-command.ts";
import { pushWords } from "../views/remote-commands.ts";

export default tool({
  name: "git_push",
  title: "Git push",
  description:
    "Sends one branch or tag to a remote: the current branch to its upstream or its own name when left out.",
  effect: "write",
  reach: "network",
  input: z.strictObject({
    repo: repoField,
    remote: text("Its name.").default("origin"),
    ref: text("Branch, tag or commit.").optional(),
    to: text("Name there.").optional(),
    setUpstream: flag("Follow it from now on."),
    tags: flag("Annotated tags on the way too."),
    force: flag("Only where the person allows it."),
  }),
  touches: ({ repo = "." }) => ({ reads: [repo] }),
  says: async (input, context) => pushSays(await planPush(input, context)),
  views: asCommand(pushWords),

  async run(input, context): Promise<{ header: string; lines: readonly string[] }> {
    return await pushPlanned(await planPush(input, context), context);
  },

  render: ({ header, lines }) => [header, ...lines].join("\n"),
  shorter: [({ header }) => header],
});
