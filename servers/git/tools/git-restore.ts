import * as z from "zod";
import { flag, paths, text } from "../../../shared/fields.ts";
import type { Place } from "../../../shared/access.ts";
import type { Kept } from "../change/keep-contents.ts";
import { keptLines } from "../change/keep-contents.ts";
import { namePaths } from "../text/name-paths.ts";
import { OnceACall } from "../change/once-a-call.ts";
import { openWork, type Work } from "../change/work.ts";
import { tool, type GitViewContext } from "../deps.ts";
import { repoField } from "../fields.ts";
import { notesOn, placesOf } from "../change/forecast.ts";
import { counted } from "../../../shared/listed.ts";
import { oneLine, shownPath } from "../text/foreign.ts";
import { openWorkTree } from "../open.ts";
import { restoreFiles } from "../restore/files.ts";
import { planRestore, type RestorePlan } from "../restore/plan.ts";
import { putBack, stagedChanges } from "../stage/unstage.ts";
import { touched } from "../touched.ts";
import { asCommandAndEdits } from "../views/as-command.ts";
import { restoreWords } from "../views/changing-commands.ts";

const SHOWN = 100;

const input = z.strictObject({
  repo: repoField,
  paths: paths(),
  ref: text("Take them from this commit.").optional(),
  staged: flag("The index instead, back to HEAD or ref."),
  dryRun: flag("Only list."),
});

type Input = z.output<typeof input>;

const PLANS = new OnceACall<RestorePlan>();

export default tool({
  name: "git_restore",
  title: "Restore files",
  description:
    "Puts tracked files back as the index or ref has them; what they held is kept and can be brought back.",
  effect: "write",
  reach: "local",
  input,
  touches: (asked) => ({ reads: touched(asked).paths, linksThemselves: true }),

  foresee: reachOf,
  views: asCommandAndEdits(restoreWords, reachOf),

  async run(asked, context): Promise<string> {
    const work = await openWork(asked, context);
    const run = asked.staged ? restoreIndex : restoreTree;
    return await work.git.exclusively(work.repository, work.signal, () => run(work, work.paths, asked));
  },

  render: (answer) => answer,
});

async function reachOf(asked: Input, context: GitViewContext): Promise<readonly Place[]> {
  if (asked.staged || asked.dryRun) return [];
  const { git, signal } = context;
  const { repository, refs, paths } = await openWorkTree(asked, context);
  const scene = { git, signal, repository, refs };
  const ask = { paths, ref: asked.ref };
  const { changes } = await PLANS.foreseen(scene, ask, () => planRestore(scene, ask));
  return placesOf(repository, { changes });
}

async function restoreIndex(work: Work, paths: readonly string[], { ref, dryRun }: Input): Promise<string> {
  const commit = ref === undefined ? undefined : (await work.refs.resolve(ref)).spec;
  const to = ref === undefined ? "HEAD" : oneLine(ref);
  const changes = await stagedChanges(work, paths, commit);
  if (!dryRun) await putBack(work, changes);
  const did = `${dryRun ? "would put back" : "put back"} ${counted(changes.length, "file")} in the index to ${to}`;
  const names = changes.map(({ path }) => shownPath(work.repository, path));
  return [`[${did}; the working tree is as it was]`, ...bounded(names)].join("\n");
}

async function restoreTree(work: Work, paths: readonly string[], { ref, dryRun }: Input): Promise<string> {
  const ask = { paths, ref };
  const plan = await PLANS.taken(work, ask, () => planRestore(work, ask));
  const kept = dryRun ? undefined : await restoreFiles(work, paths, plan);
  return answer(work, { plan, kept, dryRun, to: ref === undefined ? "the index" : oneLine(ref) });
}

function answer(
  work: Work,
  done: {
    readonly plan: RestorePlan;
    readonly kept: Kept | undefined;
    readonly dryRun: boolean;
    readonly to: string;
  },
): string {
  const { repository } = work;
  const { plan, kept, dryRun, to } = done;
  const { changes, submodules } = plan;
  const files = `${counted(changes.length, "file")} to ${to}`;
  const names = changes.map(({ kind, path }) => `${MARKS[kind]} ${shownPath(repository, path)}`);
  return [
    `[${dryRun ? "would restore" : "restored"} ${files}]`,
    ...keptLines(work, kept),
    ...bounded(names),
    ...(submodules.length === 0 ? [] : [`submodules, not entered: ${namePaths(repository, submodules)}`]),
    ...(dryRun ? [] : notesOn(repository, changes)),
  ].join("\n");
}

const MARKS = { added: "A", deleted: "D", changed: "M" } as const;

function bounded(lines: readonly string[]): string[] {
  const more = lines.length - SHOWN;
  return [...lines.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])];
}
