import * as z from "zod";
import { flag, text } from "../../../shared/fields.ts";
import { tool } from "../deps.ts";
import { repoField } from "../fields.ts";
import { fetchAll, fetchSays, planFetch } from "../remote/fetch.ts";
import { asCommand } from "../views/as-command.ts";
import { fetchWords } from "../views/remote-commands.ts";

export default tool({
  name: "git_fetch",
  title: "Git fetch",
  description:
    "Brings commits of a remote into its remote branches and says what changed; your branches stay.",
  effect: "write",
  reach: "network",
  input: z.strictObject({
    repo: repoField,
    remote: text("Its name.").default("origin"),
    refs: z
      .array(text())
      .min(1)
      .max(100)
      .meta({ description: "Branches there; all when left out.", minItems: undefined, maxItems: undefined })
      .optional(),
    prune: flag("Drop what is gone there."),
    tags: flag("All tags too."),
  }),
  touches: ({ repo = "." }) => ({ reads: [repo] }),
  says: async (input, context) => fetchSays(await planFetch(input, context)),
  views: asCommand(fetchWords),

  async run(input, context): Promise<{ header: string; lines: readonly string[] }> {
    return await fetchAll(await planFetch(input, context), input, context);
  },

  render: ({ header, lines }) => [header, ...lines].join("\n"),
  shorter: [({ header }) => header],
});
