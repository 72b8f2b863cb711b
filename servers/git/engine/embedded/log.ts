import { Refs, type Head } from "../../../../shared/git/refs.ts";
import { changedPaths } from "./changed-paths.ts";
import { ancestorsOf, ByDate } from "./history.ts";
import { allReferences } from "./references.ts";
import { commitHashOf } from "./revision.ts";
import type { EmbeddedRunIn } from "./run.ts";
import { needsGit } from "./needs-git.ts";
import { parsedDate } from "./parsed-date.ts";
import { compareBytes } from "../git/parse-status.ts";
import type { CommitFacts, LogAsk } from "../shapes.ts";
import { parseTag, type StoredCommit } from "./stored.ts";

interface Range {
  readonly from: readonly string[];
  /** Commits that are left out, with all before them. */
  readonly without: ReadonlySet<string>;
}

/** Newest first, as git's own order. Throws `unavailable` for what it cannot find as git does. */
export async function log(at: EmbeddedRunIn, ask: LogAsk): Promise<CommitFacts[]> {
  if (ask.revisions.length === 0) return [];
  if (ask.follow) throw needsGit("git_log with follow");
  if (ask.pickaxe !== undefined) throw needsGit("git_log with pickaxe");
  const range = await rangeOf(at, ask.revisions);
  const matches = matcherOf(ask);
  const found: StoredCommit[] = [];
  let skip = ask.skip;
  for await (const commit of walk(at, range, ask)) {
    if (found.length >= ask.limit) break;
    if (!matches(commit)) continue;
    if (skip > 0) skip -= 1;
    else found.push(commit);
  }
  const commits = await decorated(at, found);
  return ask.files === true ? await withFiles(at, commits) : commits;
}

/** As git names them without renames: of a merge none. */
async function withFiles(
  { objects }: EmbeddedRunIn,
  commits: readonly CommitFacts[],
): Promise<CommitFacts[]> {
  const told: CommitFacts[] = [];
  for (const facts of commits) {
    const [first, ...others] = facts.parents;
    const trees = [
      first === undefined ? undefined : (await objects.commit(first)).tree,
      (await objects.commit(facts.hash)).tree,
    ] as const;
    const files = others.length > 0 ? [] : await changedPaths(objects, trees);
    told.push({ ...facts, files: files.toSorted(compareBytes) });
  }
  return told;
}

/** Throws `not_found` when there is no such commit. */
export async function commit(at: EmbeddedRunIn, spec: string): Promise<CommitFacts> {
  const found = await at.objects.commit(await commitHashOf(at.objects, spec));
  const [facts] = await decorated(at, [found]);
  if (facts === undefined) throw new Error("a commit without facts");
  return facts;
}

async function rangeOf({ objects, signal }: EmbeddedRunIn, specs: readonly string[]): Promise<Range> {
  const from: string[] = [];
  const without: string[] = [];
  for (const spec of specs) {
    const [left = "", right] = spec.split("...");
    if (right !== undefined) {
      const sides = [await commitHashOf(objects, left), await commitHashOf(objects, right)];
      const [ours, theirs] = await Promise.all(sides.map((hash) => ancestorsOf(objects, [hash], signal)));
      without.push(...[...(ours ?? [])].filter((hash) => theirs?.has(hash)));
      from.push(...sides);
    } else if (spec.startsWith("^")) without.push(await commitHashOf(objects, spec.slice(1)));
    else from.push(await commitHashOf(objects, spec));
  }
  return { from, without: await ancestorsOf(objects, without, signal) };
}

async function* walk(
  { objects, signal }: EmbeddedRunIn,
  { from, without }: Range,
  { paths, since }: LogAsk,
): AsyncGenerator<StoredCommit> {
  const oldest = since === undefined ? -Infinity : parsedDate(since);
  const seen = new Set<string>();
  const queue = new ByDate();
  const add = async (hash: string): Promise<void> => {
    if (seen.has(hash) || without.has(hash)) return;
    seen.add(hash);
    queue.push(await objects.commit(hash));
  };
  for (const hash of from) await add(hash);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    signal.throwIfAborted();
    if (next.committer.at < oldest) continue;
    const { parents, isShown } = await simplified({ objects, without }, next, paths);
    if (isShown) yield next;
    for (const parent of parents) await add(parent);
  }
}

/** Of the history of paths: a commit that has them as a parent has is left out, and only that parent is followed. */
async function simplified(
  { objects, without }: Pick<EmbeddedRunIn, "objects"> & Pick<Range, "without">,
  { tree, parents }: StoredCommit,
  paths: readonly string[],
): Promise<{ readonly parents: readonly string[]; readonly isShown: boolean }> {
  if (paths.length === 0) return { parents, isShown: true };
  const isSame = async (other: string | undefined): Promise<boolean> => {
    for (const path of paths) {
      const [ours, theirs] = [
        await objects.entryAt(tree, path),
        other === undefined ? undefined : await objects.entryAt(other, path),
      ];
      if (ours?.hash !== theirs?.hash || ours?.mode !== theirs?.mode) return false;
    }
    return true;
  };
  if (parents.length === 0) return { parents, isShown: !(await isSame(undefined)) };
  if (parents.length > 1 && parents.some((parent) => without.has(parent)))
    throw needsGit("git_log with paths over a range that ends within a merge");
  for (const parent of parents)
    if (await isSame((await objects.commit(parent)).tree)) return { parents: [parent], isShown: false };
  return { parents, isShown: true };
}

function matcherOf({ author, grep, until }: LogAsk): (commit: StoredCommit) => boolean {
  const newest = until === undefined ? Infinity : parsedDate(until);
  const [wantedAuthor, wantedText] = [author, grep].map((text) => text && folded(text));
  return ({ author: { name, email }, committer, message }) =>
    committer.at <= newest &&
    (!wantedAuthor || folded(`${name} <${email}>`).includes(wantedAuthor)) &&
    (!wantedText || message.split("\n").some((line) => folded(line).includes(wantedText)));
}

/** Letter by letter, so that none becomes two. */
function folded(text: string): string {
  return text.replaceAll(/\p{Lu}/gu, (capital) => {
    const small = capital.toLowerCase();
    return small.length === capital.length ? small : capital;
  });
}

/** With what points to each commit, in git's order. */
async function decorated(
  { objects, files, git, repository, signal }: EmbeddedRunIn,
  commits: readonly StoredCommit[],
): Promise<CommitFacts[]> {
  const head = await new Refs(git, repository, signal).head();
  const names = new Map<string, string[]>();
  const note = (hash: string, name: string): void => void names.set(hash, [name, ...(names.get(hash) ?? [])]);
  for (const [name, hash] of await allReferences(files, repository)) {
    if (!/^refs\/(?:heads|tags|remotes)\/|^refs\/stash$/u.test(name)) continue;
    let object = name.startsWith("refs/heads/") ? undefined : await objects.find(hash);
    note(hash, name);
    while (object?.kind === "tag") {
      const { target } = parseTag(object);
      note(target, name);
      object = await objects.find(target);
    }
  }
  return commits.map(({ hash, parents, author, committer, message }) => {
    const own = withHead(names.get(hash) ?? [], head, hash);
    return { hash, parents, author, committer, message, ...(own.length === 0 ? {} : { refs: own }) };
  });
}

function withHead(names: readonly string[], head: Head, hash: string): readonly string[] {
  if (head.hash !== hash) return names;
  const branch = head.branch === undefined ? [] : [`refs/heads/${head.branch}`];
  return ["HEAD", ...branch, ...names.filter((name) => !branch.includes(name))];
}
