import * as z from "zod";
import { flag, paths, text } from "../../../shared/fields.ts";
import { ToolError } from "../../../shared/errors.ts";
import { namePaths } from "../text/name-paths.ts";
import { openWork, unstopped, type Work } from "../change/work.ts";
import { minuteOf, shortHash } from "../text/commit.ts";
import { tool, type GitContext } from "../deps.ts";
import { countsText, diffText, statText, type Told } from "../diff/text.ts";
import { differences } from "../diff/differences.ts";
import { repoField } from "../fields.ts";
import { notesOn, placesOf } from "../change/forecast.ts";
import { counted } from "../../../shared/listed.ts";
import { oneLine } from "../text/foreign.ts";
import { openWorkTree } from "../open.ts";
import { applyStash, foreseeApply, untrackedIn } from "../stash/apply.ts";
import { foreseePush, pushStash } from "../stash/push.ts";
import { dropStash, stashAt, stashes, type Stash } from "../stash/list.ts";
import { touched } from "../touched.ts";
import { asCommand } from "../views/as-command.ts";
import { stashWords } from "../views/changing-commands.ts";

const SHOWN = 50;
const SHOW_BUDGET = 20_000;

const input = z.strictObject({
  repo: repoField,
  action: z.enum(["list", "push", "pop", "apply", "drop", "show"]),
  index: z
    .int()
    .min(0)
    .max(1e6)
    .default(0)
    .meta({ description: "0 is the newest.", minimum: undefined, maximum: undefined, default: undefined }),
  message: text().optional(),
  paths: paths("For push and show.").optional(),
  untracked: flag("Push untracked files too."),
});

type Input = z.output<typeof input>;
type Worked = Work & { readonly paths: readonly string[] };

export default tool({
  name: "git_stash",
  title: "Stash",
  description: "Puts changes of the working tree aside (push) and brings them back (pop, apply).",
  effect: {
    by: "action",
    list: "read",
    show: "read",
    push: "write",
    pop: "write",
    apply: "write",
    drop: "destroy",
  },
  reach: "local",
  input,
  touches: (asked) => ({ reads: touched(asked).paths, linksThemselves: true }),

  async foresee(asked, context) {
    const { action } = asked;
    if (action !== "push" && action !== "pop" && action !== "apply") return [];
    const { git, signal } = context;
    const { repository, refs, paths } = await openWorkTree(asked, context);
    const scene = { git, signal, repository, refs };
    if (action === "push") return placesOf(repository, await foreseePush(scene, { ...asked, paths }));
    return placesOf(repository, { changes: await foreseeApply(scene, asked.index) });
  },
  views: asCommand(stashWords),

  async run(asked, context): Promise<string | Told> {
    const work = await openWork(asked, context);
    if (asked.action === "list") return listText(await stashes(work));
    if (asked.action === "show") return await show(work, asked, context);
    const step = CHANGING[asked.action];
    return await work.git.exclusively(work.repository, work.signal, () => step(work, asked));
  },

  render: (told) => (typeof told === "string" ? told : diffText(told)),
  shorter: [
    (told) => (typeof told === "string" ? told : statText({ ...told, budget: SHOW_BUDGET / 4 })),
    (told) => (typeof told === "string" ? told : countsText(told)),
  ],
});

const CHANGING = { push, pop: bringBack, apply: bringBack, drop };

async function push(work: Worked, asked: Input): Promise<string> {
  const { stash, changes } = await pushStash(work, { ...asked, paths: work.paths });
  return [
    `[put aside as ${named(stash)}: ${counted(changes.length, "file")} changed; pop brings it back]`,
    ...notesOn(work.repository, changes),
  ].join("\n");
}

async function bringBack(work: Worked, { action, index }: Input): Promise<string> {
  const { stash, changes, conflicts } = await applyStash(work, index);
  const { repository } = work;
  const files = `${counted(changes.length, "file")} changed`;
  if (conflicts.length > 0)
    return [
      `[applied ${named(stash)} with conflicts: ${files}; the stash is kept]`,
      `in conflict: ${namePaths(repository, conflicts)}`,
      "edit and git_stage them, then drop the stash",
      ...notesOn(repository, changes),
    ].join("\n");
  const gone = action === "pop" && (await dropStash(unstopped(work), stash));
  const left = gone ? "and dropped" : action === "pop" ? "the list changed meanwhile" : "the stash is kept";
  return [`[applied ${named(stash)}: ${files}; ${left}]`, ...notesOn(repository, changes)].join("\n");
}

async function drop(work: Worked, { index }: Input): Promise<string> {
  const stash = await stashAt(work, index);
  if (!(await dropStash(work, stash)))
    throw new ToolError("conflict", "the list of stashes changed meanwhile; nothing was dropped", {
      hint: "Look at it again with action list.",
    });
  return `[dropped ${named(stash)}: ${oneLine(stash.message)}; git_restore with ref ${shortHash(stash.hash)} still finds its files]`;
}

async function show(work: Worked, { index, paths }: Input, context: GitContext): Promise<Told> {
  const { stash, untracked } = await untrackedIn(work, index);
  const { repository } = work;
  const told = await differences(
    {
      repo: repository.workTree,
      from: `${stash.hash}^1`,
      to: stash.hash,
      paths,
      staged: false,
      mergeBase: false,
      stat: false,
      words: false,
      budget: SHOW_BUDGET,
    },
    context,
  );
  const title = `${named(stash)}, ${oneLine(stash.message)}`;
  const preamble = untracked.length === 0 ? "" : `untracked files: ${namePaths(repository, untracked)}\n`;
  return { ...told, title, preamble };
}

function listText(all: readonly Stash[]): string {
  const lines = all
    .slice(0, SHOWN)
    .map(
      ({ index, hash, at, message }) =>
        `${index} ${shortHash(hash)} ${minuteOf({ at, zone: "+0000" })} ${oneLine(message)}`,
    );
  const more = all.length > SHOWN ? `, the newest ${SHOWN}` : "";
  return [`[${all.length} ${all.length === 1 ? "stash" : "stashes"}${more}]`, ...lines].join("\n");
}

function named({ index, hash }: Stash): string {
  return `stash ${index} (${shortHash(hash)})`;
}
