import { ToolError } from "../../../shared/errors.ts";
import type { Revision } from "../../../shared/git/refs.ts";
import { DEFAULT_BUDGET } from "../../../shared/limits.ts";
import { shortHash, minuteOf, shortRef } from "../text/commit.ts";
import type { GitContext } from "../deps.ts";
import { withoutGit } from "../diff/differences.ts";
import type { Told } from "../diff/text.ts";
import { emptyTree } from "../engine/empty-tree.ts";
import type { CommitFacts, Engine, ObjectFacts, Person, ShownCommit } from "../engine/shapes.ts";
import { manyLines, oneLine, plainName } from "../text/foreign.ts";
import { openRepository, type Opened } from "../open.ts";
import { toldFile } from "../diff/told-file.ts";
import { counted } from "../../../shared/listed.ts";

/** Characters of a message; git_log shows none of its body. */
const MOST_MESSAGE = 6_000;
const MOST_NAMES = 1_000;
const CONTEXT = 3;

type Tag = Extract<ObjectFacts, { kind: "tag" }>;

/** A commit with what it changed, an annotated tag with its commit, or the names in a tree. */
export async function showRevision(
  { repo, ref }: { readonly repo?: string | undefined; readonly ref: string },
  context: GitContext,
): Promise<Told | string> {
  const opened = await openRepository({ repo }, context);
  const revision = await opened.refs.resolve(ref);
  const engine = await context.engines.pick();
  const object = isCommit(revision)
    ? undefined
    : await engine.object?.(opened.repository, revision.spec, context.signal);
  if (object?.kind === "blob")
    throw new ToolError("invalid_input", `${oneLine(ref, 80)} is the contents of a file without its path`, {
      hint: "Give the commit as ref, and path.",
    });
  if (object?.kind === "tree") return await treeText({ ref, hash: object.hash }, opened, context);
  const tag = object?.kind === "tag" ? object : undefined;
  return await toldCommit(
    { tag, spec: tag === undefined ? revision.spec : tag.hash, engine },
    opened,
    context,
  );
}

/** Branches, `HEAD` and what is counted back from them are commits; the rest may be tags and trees. */
function isCommit({ spec, name = "" }: Revision): boolean {
  return /[~^]\d*$/u.test(spec) || /^(?:refs\/(?:heads|remotes)\/|(?:[A-Z]+_)*HEAD$)/u.test(name);
}

interface Shown {
  readonly tag: Tag | undefined;
  readonly spec: string;
  readonly engine: Engine;
}

async function toldCommit(
  { tag, spec, engine }: Shown,
  { repository }: Opened,
  context: GitContext,
): Promise<Told | string> {
  if (tag !== undefined && tag.targetKind !== "commit" && tag.targetKind !== "tag")
    return `[tag ${oneLine(tag.name)}: of the ${tag.targetKind} ${tag.target}]\n${tagText(tag)}`.trimEnd();
  const { commit, files } = await (engine.show?.(repository, spec, context.signal) ??
    shownBy(engine, { repository, spec }, context.signal));
  const telling = { repository, named: [], words: false, ofTree: false };
  const refs = (commit.refs ?? []).map(shortRef).filter((name) => name !== "HEAD");
  const names = refs.length === 0 ? "" : ` (${refs.slice(0, 20).join(", ")})`;
  const [parent] = commit.parents;
  const isMerge = commit.parents.length > 1;
  return {
    title: `commit ${commit.hash}${names}${withoutGit(engine)}`,
    preamble: (tag === undefined ? "" : tagText(tag)) + aboutText(commit),
    files: files.map((file) => toldFile(file, context, telling)),
    stat: false,
    more:
      parent === undefined
        ? "git_show with path shows a file"
        : `git_diff from ${shortHash(commit.hash)}^ to ${shortHash(commit.hash)} with paths`,
    none: isMerge ? "no changes against its first parent" : "no changes",
    budget: DEFAULT_BUDGET,
  };
}

/** As `Engine.show`, in two steps. */
async function shownBy(
  engine: Engine,
  { repository, spec }: { readonly repository: Opened["repository"]; readonly spec: string },
  signal: AbortSignal,
): Promise<ShownCommit> {
  const commit = await engine.commit(repository, spec, signal);
  const from = { hash: commit.parents[0] ?? emptyTree(repository) };
  const ask = { from, to: { hash: commit.hash }, paths: [], stat: false, context: CONTEXT, words: false };
  return { commit, files: await engine.diff(repository, ask, signal) };
}

function aboutText({ author, committer, parents, message }: CommitFacts): string {
  const same =
    committer.name === author.name && committer.email === author.email && committer.at === author.at;
  const others = same ? "" : `committed by ${personText(committer)}\n`;
  const merge =
    parents.length < 2 ? "" : `merge of ${parents.map(shortHash).join(", ")}; shown against the first\n`;
  return `${personText(author)}\n${others}${merge}${messageText(message)}`;
}

function tagText({ name, tagger, message }: Tag): string {
  const by = tagger === undefined ? "" : ` by ${personText(tagger)}`;
  return `tag ${oneLine(name)}${by}\n${messageText(message)}`;
}

function personText(person: Person): string {
  return `${oneLine(person.name, 80)} <${oneLine(person.email, 80)}> ${minuteOf(person)}`;
}

/** Set in as git does it, so that no line of it can be taken for ours. */
function messageText(message: string): string {
  const most = message.length > MOST_MESSAGE ? `${message.slice(0, MOST_MESSAGE)}\n... cut` : message;
  const lines = manyLines(most.trimEnd()).split("\n");
  return `\n${lines.map((line) => (line === "" ? "" : `    ${line}`)).join("\n")}\n\n`;
}

async function treeText(
  { ref, hash }: { readonly ref: string; readonly hash: string },
  { repository }: Opened,
  { engines, signal }: GitContext,
): Promise<string> {
  const engine = await engines.pick();
  const found = await engine.at(repository, hash, "", signal);
  return namesText(`tree ${oneLine(ref, 80)}`, found.kind === "directory" ? found.names : []);
}

/** The names in a directory, one a line. */
export function namesText(title: string, names: readonly string[]): string {
  const most = names.slice(0, MOST_NAMES);
  const count = counted(names.length, "name");
  const first =
    most.length === names.length
      ? `[${title}: ${count}]`
      : `[partial: ${title}: the first ${MOST_NAMES} of ${count}]`;
  return [first, ...most.map(plainName)].join("\n");
}
