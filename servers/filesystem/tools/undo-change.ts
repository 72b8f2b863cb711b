import * as z from "zod";
import { ToolError } from "../../../shared/errors.ts";
import { changeHeader } from "../change-notes.ts";
import { tool } from "../deps.ts";
import { limit, strings } from "../fields.ts";
import { pastChanges, phrasesOf } from "../past-changes.ts";
import { undoViews } from "../views/undo-views.ts";

/** What an undo did is told of so many places, the others are counted. */
const MOST_TOLD = 20;

export default tool({
  name: "undo_change",
  title: "Undo change",
  description:
    "Lists the changes that tools made, or takes one back (an undo too); refuses where a file changed since.",
  effect: { by: "action", list: "read", revert: "write" },
  reach: "local",
  input: z.strictObject({
    action: z.enum(["list", "revert"]).default("list").describe("What to do."),
    change: z.string().describe("Which to revert: an id.").optional(),
    paths: strings("Only at or below these.", 1).optional(),
    limit: limit("Most changes.", { standard: 20, most: 1_000 }),
  }),
  touches: ({ paths }) => (paths === undefined ? {} : { paths }),
  views: { as: ["Write", "Edit"], of: undoViews },

  async run({ action, change, paths, limit }, context): Promise<string> {
    const { workspace, access, by } = context;
    const { changes } = workspace;
    // what is outside is refused, whatever else is wrong
    for (const path of paths ?? []) workspace.locate(path);
    if (action === "list") return pastChanges(await changes.history(), { paths, limit }, context);
    if (change === undefined)
      throw new ToolError("invalid_input", "revert needs change, the id of the change to take back", {
        hint: "action list shows the ids.",
      });
    const made = await changes.undo(change.toLowerCase(), { access, by, paths });
    const phrases = phrasesOf(made, workspace);
    const more = phrases.length > MOST_TOLD ? [`and ${phrases.length - MOST_TOLD} more`] : [];
    const [only = ""] = phrases;
    const did = `undid change ${change}`;
    if (phrases.length === 1) return changeHeader(did, [only], made.id);
    return [
      changeHeader(did, [`${phrases.length} places`], made.id),
      ...phrases.slice(0, MOST_TOLD),
      ...more,
    ].join("\n");
  },

  render: (text) => text,
});
