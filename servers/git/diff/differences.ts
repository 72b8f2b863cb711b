import { ToolError } from "../../../shared/errors.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import type { Refs } from "../../../shared/git/refs.ts";
import type { GitContext } from "../deps.ts";
import type { Told } from "./text.ts";
import { emptyTree } from "../engine/empty-tree.ts";
import { engineNote } from "../engine/engines.ts";
import type { DiffAsk, Engine, Side } from "../engine/shapes.ts";
import { oneLine } from "../text/foreign.ts";
import { commitSpec } from "../show/commit-spec.ts";
import { openRepository, openWorkTree } from "../open.ts";
import { toldFile } from "./told-file.ts";

const CONTEXT = 3;

export interface Comparison {
  readonly repo?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly staged: boolean;
  readonly mergeBase: boolean;
  readonly paths?: readonly string[] | undefined;
  readonly stat: boolean;
  readonly context?: number | undefined;
  readonly words: boolean;
  readonly budget: number;
}

interface Compared {
  readonly title: string;
  readonly from: Side;
  readonly to: Side;
  readonly mergeBase: boolean;
}

/** What changed between two sides of a repository. Throws `invalid_input` for sides that do not go together. */
export async function differences(asked: Comparison, context: GitContext): Promise<Told> {
  const plain = split(asked);
  const open = plain.to === undefined && !plain.staged ? openWorkTree : openRepository;
  const { repository, refs, paths } = await open(plain, context);
  const { title, ...sides } = await sidesOf(plain, repository, refs);
  const { stat, words, budget } = plain;
  const ask: DiffAsk = { ...sides, paths, stat, words, context: plain.context ?? CONTEXT };
  const engine = await context.engines.pick();
  const files = await engine.diff(repository, ask, context.signal);
  const telling = { repository, named: paths, words, ofTree: sides.to === "tree" };
  return {
    title: `${title}${words ? ", words marked" : ""}${withoutGit(engine)}`,
    preamble: "",
    files: files.map((file) => toldFile(file, context, telling)),
    stat,
    more: "give paths, or a larger budget",
    none: noneOf(plain),
    budget,
  };
}

/** For the first line of what the embedded engine answers. */
export function withoutGit(engine: Engine): string {
  const note = engineNote(engine);
  return note === undefined ? "" : `, ${note}`;
}

/** `from` may hold both sides, as in `main..dev`; with three dots from where they parted. */
function split(asked: Comparison): Comparison {
  const [, from, dots = "", to] = /^(.+?)(\.{2,3})([^.].*)$/u.exec(asked.from ?? "") ?? [];
  if (from === undefined || to === undefined || asked.to !== undefined) return asked;
  return { ...asked, from, to, mergeBase: asked.mergeBase || dots === "..." };
}

async function sidesOf(
  { from, to, staged, mergeBase }: Comparison,
  repository: Repository,
  refs: Refs,
): Promise<Compared> {
  if (to !== undefined && (from === undefined || staged))
    throw new ToolError("invalid_input", "to goes with from alone: from and to are two commits", {
      hint: "from alone compares with the working tree, with staged the index.",
    });
  if (mergeBase && from === undefined)
    throw new ToolError("invalid_input", "mergeBase needs from: the side whose merge base is meant");
  const old = await oldSide({ from, staged }, repository, refs);
  const dots = mergeBase ? "..." : "..";
  if (to !== undefined)
    return {
      title: `${old.name}${dots}${oneLine(to, 80)}`,
      from: old.side,
      to: { hash: commitSpec(await refs.resolve(to)) },
      mergeBase,
    };
  const against = mergeBase ? `where ${old.name} parted from HEAD` : old.name;
  const name = staged ? "index" : "working tree";
  return { title: `${name} against ${against}`, from: old.side, to: staged ? "index" : "tree", mergeBase };
}

async function oldSide(
  { from, staged }: Pick<Comparison, "from" | "staged">,
  { objectFormat }: Repository,
  refs: Refs,
): Promise<{ readonly name: string; readonly side: Side }> {
  if (from !== undefined)
    return { name: oneLine(from, 80), side: { hash: commitSpec(await refs.resolve(from)) } };
  if (!staged) return { name: "index", side: "index" };
  const { hash } = await refs.head();
  if (hash === undefined)
    return { name: "nothing, no commit yet", side: { hash: emptyTree({ objectFormat }) } };
  return { name: "HEAD", side: { hash } };
}

function noneOf({ from, staged, paths }: Comparison): string {
  const where = paths === undefined ? "" : " in these paths";
  const none = `no differences${where}`;
  if (from !== undefined) return none;
  return staged ? none : `${none}; staged shows what is staged, git_status untracked files`;
}
