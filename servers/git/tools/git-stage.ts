import * as z from "zod";
import { flag, paths } from "../../../shared/fields.ts";
import { ToolError } from "../../../shared/errors.ts";
import { pathInRepository } from "../../../shared/git/paths.ts";
import { namePaths } from "../text/name-paths.ts";
import { openWork, type Work } from "../change/work.ts";
import { tool, type GitContext } from "../deps.ts";
import { counted } from "../../../shared/listed.ts";
import { repoField } from "../fields.ts";
import { stageFile } from "../stage/file.ts";
import { stageHunks, unstageHunks } from "../stage/hunks.ts";
import { stagePaths, type StageResult } from "../stage/paths.ts";
import { putBack, stagedChanges } from "../stage/unstage.ts";
import { touched } from "../touched.ts";
import { asCommand } from "../views/as-command.ts";
import { stageWords } from "../views/changing-commands.ts";

const line = z.int().min(1).max(1e9).meta({ minimum: undefined, maximum: undefined });
const hunk = z.strictObject({ path: z.string(), startLine: line, endLine: line });

const input = z.strictObject({
  repo: repoField,
  paths: paths().optional(),
  hunks: z
    .array(hunk)
    .min(1)
    .max(500)
    .meta({
      description: "Changed lines within these, as the file is now.",
      minItems: undefined,
      maxItems: undefined,
    })
    .optional(),
  unstage: flag("Take back out of the index."),
});

type Input = z.output<typeof input>;

export default tool({
  name: "git_stage",
  title: "Stage",
  description:
    "Puts changes into the index for the next commit: whole files, or lines by hunks; unstage takes them back.",
  effect: "write",
  reach: "local",
  input,
  touches: ({ hunks = [], ...asked }) => ({
    reads: [...touched(asked).paths, ...hunks.map(({ path }) => path)],
    linksThemselves: true,
  }),
  views: asCommand(stageWords),

  async run(asked: Input, context: GitContext): Promise<string> {
    const { paths, hunks } = asked;
    if ((paths === undefined) === (hunks === undefined))
      throw new ToolError("invalid_input", "give paths or hunks, one of them", {
        hint: 'paths: ["."] stages everything below the root.',
      });
    const named = paths ?? hunks?.map(({ path }) => path);
    const work = await openWork({ repo: asked.repo, paths: named }, context);
    const result = await work.git.exclusively(work.repository, work.signal, () => change(work, asked));
    return answer(work, result, asked.unstage);
  },

  render: (text) => text,
});

async function change(
  work: Work & { readonly paths: readonly string[] },
  { hunks, unstage }: Input,
): Promise<StageResult> {
  const { context, repository } = work;
  if (hunks !== undefined) {
    const lines = hunks.map((each) => ({
      ...each,
      path: pathInRepository(context.workspace, repository, each.path),
    }));
    return only(await (unstage ? unstageHunks(work, lines) : stageHunks(work, lines)));
  }
  const paths = [...new Set(work.paths)];
  if (unstage) return only(await putBack(work, await stagedChanges(work, paths)));
  const [first = "", ...others] = paths;
  const staged = others.length === 0 ? await stageFile(work, first) : undefined;
  return staged === undefined ? await stagePaths(work, paths) : only(Number(staged));
}

function only(done: number): StageResult {
  return { done, secrets: [], embedded: [] };
}

function answer({ repository }: Work, { done, secrets, embedded }: StageResult, unstage: boolean): string {
  const did =
    done === 0
      ? `nothing to ${unstage ? "unstage" : "stage"} there`
      : `${unstage ? "unstaged" : "staged"} ${counted(done, "file")}`;
  return [
    `[${did}]`,
    ...(secrets.length === 0 ? [] : [`left out, may hold secrets: ${namePaths(repository, secrets)}`]),
    ...(embedded.length === 0
      ? []
      : [`left out, repositories of their own: ${namePaths(repository, embedded)}`]),
  ].join("\n");
}
