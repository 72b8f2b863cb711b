import * as z from "zod";
import { flag, limit, text } from "../../../shared/fields.ts";
import { cursorField } from "../../../shared/limits.ts";
import { tool } from "../deps.ts";
import { repoField } from "../fields.ts";
import { skippedNote } from "../change/forecast.ts";
import { openRepository } from "../open.ts";
import { createRef, deleteRef } from "../branches/change.ts";
import { refList, refListText, type RefList } from "../branches/list.ts";
import { touched } from "../touched.ts";
import { asCommand } from "../views/as-command.ts";
import { branchesWords } from "../views/changing-commands.ts";

export default tool({
  name: "git_branches",
  title: "Git branches",
  description:
    "Lists, creates and deletes branches or tags, remote ones only listed. To be on one: git_switch.",
  effect: { by: "action", list: "read", create: "write", delete: "destroy" },
  reach: "local",
  input: z.strictObject({
    repo: repoField,
    action: z.enum(["list", "create", "delete"]),
    kind: z.enum(["branch", "tag", "remote"]).default("branch"),
    name: text().optional(),
    ref: text("Where it starts, HEAD.").optional(),
    message: text("Makes a tag annotated.").optional(),
    force: flag("Move one that is there; delete unmerged."),
    limit: limit(100, 2_000),
    cursor: cursorField,
  }),
  touches: touched,
  views: asCommand(branchesWords),

  async run(input, context): Promise<RefList | string> {
    const opened = await openRepository({ repo: input.repo }, context);
    const { repository } = opened;
    if (input.action === "list") return await refList(opened, input, context);
    const change = input.action === "create" ? createRef : deleteRef;
    const [what = "", ...back] = await context.git.exclusively(repository, context.signal, () =>
      change(opened, input, context),
    );
    return [`[${[what, ...back].join("; ")}]`, ...skippedNote(repository)].join("\n");
  },

  render: (answer) => (typeof answer === "string" ? answer : refListText(answer)),
  shorter: [(answer) => (typeof answer === "string" ? answer : refListText(answer, false))],
});
