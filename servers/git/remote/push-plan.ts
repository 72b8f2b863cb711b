import { join } from "node:path";
import { ToolError } from "../../../shared/errors.ts";
import { isName } from "../../../shared/git/refs.ts";
import { settingOf, type Repository } from "../../../shared/git/repository.ts";
import { worktreesOf } from "../../../shared/git/worktrees.ts";
import type { GitContext, GitViewContext } from "../deps.ts";
import { oneLine, plainName } from "../text/foreign.ts";
import { openRepository, type Opened } from "../open.ts";
import { shortHash, shortRef } from "../text/commit.ts";
import { openRemote, type Remote } from "./open.ts";
import { trackingOf } from "./refspecs.ts";

export interface PushAsk {
  readonly repo?: string | undefined;
  readonly remote: string;
  readonly ref?: string | undefined;
  readonly to?: string | undefined;
  readonly setUpstream: boolean;
  readonly tags: boolean;
  readonly force: boolean;
}

/** What is pushed: always a whole hash, never a name that may mean something else a moment later. */
interface Source {
  readonly hash: string;
  readonly shown: string;
  /** Short name of the branch here. */
  readonly branch?: string;
  /** Where it goes when the caller does not say. */
  readonly to?: string;
}

/** Everything about a push that is known before the remote is reached. */
export interface PushPlan {
  readonly repository: Repository;
  readonly remote: Remote;
  readonly source: Source;
  /** The whole name there. */
  readonly to: string;
  /** What the name there has to be still, for it to be replaced by force. */
  readonly lease?: string;
  readonly tags: boolean;
  readonly setUpstream: boolean;
}

/** Throws what would keep it from working, as far as this machine knows. */
export async function planPush(ask: PushAsk, context: GitContext | GitViewContext): Promise<PushPlan> {
  if (ask.force && !context.options.allowForcePush)
    throw new ToolError("denied", "replacing what is on the remote is not allowed here", {
      hint: "Merge what is there (git_fetch, git_merge) and push without force; the person can set git.allowForcePush.",
    });
  const opened = await openRepository(ask, context);
  const { repository } = opened;
  const remote = await openRemote(context, { repository, name: ask.remote, push: true });
  const source = await sourceOf(opened, ask, context);
  const to = ask.to === undefined ? source.to : wholeName(ask.to);
  if (to === undefined)
    throw new ToolError("invalid_input", `${source.shown} is no branch here, so it has no name there`, {
      hint: "Give to, the branch on the remote.",
    });
  await checkLocal(remote, to, context);
  if (ask.setUpstream) await checkUpstream(repository, { source, to }, context);
  const { tags, setUpstream } = ask;
  const lease = ask.force ? { lease: await leaseOf(opened, remote, to) } : {};
  return { repository, remote, source, to, tags, setUpstream, ...lease };
}

/** For the person who is asked. */
export function pushSays({ remote, source, to, lease, tags }: PushPlan): string[] {
  const force = lease === undefined ? [] : [`replaces ${shortHash(lease)} there, by force`];
  const what = `what: ${source.shown} ${shortHash(source.hash)} as ${plainName(to)}`;
  return [`to: ${remote.shown}`, what, ...force, ...(tags ? ["and annotated tags on the way"] : [])];
}

async function sourceOf(opened: Opened, ask: PushAsk, context: GitContext | GitViewContext): Promise<Source> {
  const { refs, repository } = opened;
  const { ref } = ask;
  if (ref === undefined || ref === "HEAD" || ref === "@") return await sourceAtHead(opened, ask);
  const branch = ref.replace(/^refs\/heads\//u, "");
  const known = isName(branch) ? await refs.hashOf(`refs/heads/${branch}`) : undefined;
  if (known !== undefined) return ofBranch(repository, ask.remote, { branch, hash: known });
  const tag = `refs/tags/${ref.replace(/^refs\/tags\//u, "")}`;
  const tagged = isName(tag) ? await refs.hashOf(tag) : undefined;
  if (tagged !== undefined && (ask.to === undefined || wholeName(ask.to).startsWith("refs/tags/")))
    return { hash: tagged, shown: `tag ${plainName(ref)}`, to: tag };
  const { spec } = await refs.resolve(ref);
  const args = ["rev-parse", "--verify", "--end-of-options", `${spec}^{commit}`];
  const text = await context.git.text(repository, args, { signal: context.signal });
  return { hash: text.trim(), shown: oneLine(ref, 80) };
}

async function sourceAtHead({ refs, repository }: Opened, { remote, to }: PushAsk): Promise<Source> {
  const { branch, hash } = await refs.head();
  if (branch !== undefined && hash !== undefined) return ofBranch(repository, remote, { branch, hash });
  if (branch !== undefined)
    throw new ToolError("conflict", `${plainName(branch)} has no commit yet`, {
      hint: "The first git_commit makes one.",
    });
  if (hash !== undefined && to !== undefined) return { hash, shown: "HEAD" };
  throw new ToolError("invalid_input", "HEAD is on no branch, so it has no name there", {
    hint: "Give ref, a branch here, or to, the branch on the remote.",
  });
}

function ofBranch(
  repository: Repository,
  remote: string,
  { branch, hash }: { readonly branch: string; readonly hash: string },
): Source {
  const merge = settingOf(repository, `branch.${branch}.merge`) ?? "";
  const follows = settingOf(repository, `branch.${branch}.remote`) === remote;
  const isUsable = follows && merge.startsWith("refs/heads/") && isName(merge);
  return { hash, branch, shown: plainName(branch), to: isUsable ? merge : `refs/heads/${branch}` };
}

/** A branch, or a whole name of those that people push to. */
function wholeName(to: string): string {
  const name = to.startsWith("refs/") ? to : `refs/heads/${to}`;
  if (isName(to) && isName(name) && /^refs\/(?:heads|tags|for)\//u.test(name)) return name;
  throw new ToolError("invalid_input", `${JSON.stringify(oneLine(to))} is no name for a branch`, {
    hint: "Give a branch such as main, or a whole name such as refs/tags/v1.",
  });
}

/** Nobody works on files that belong to another commit than their branch. */
async function checkLocal(
  { local, name }: Remote,
  to: string,
  { git, signal }: GitContext | GitViewContext,
): Promise<void> {
  if (local === undefined || !to.startsWith("refs/heads/")) return;
  const branch = to.slice("refs/heads/".length);
  const trees = await worktreesOf(git.files(signal), local);
  const isThere = trees.some((tree) => !tree.bare && (tree.branch === branch || tree.held.includes(branch)));
  if (isThere)
    throw new ToolError("conflict", `${plainName(branch)} is checked out in the repository of ${name}`, {
      hint: "Push to another name, or fetch from there instead.",
    });
}

async function checkUpstream(
  { commonDir }: Repository,
  { source, to }: Pick<PushPlan, "source" | "to">,
  { git, signal }: GitContext | GitViewContext,
): Promise<void> {
  if (source.branch === undefined || !to.startsWith("refs/heads/"))
    throw new ToolError("invalid_input", "only a branch can follow a branch of the remote", {
      hint: "Leave setUpstream out, or give a branch as ref.",
    });
  if ((await git.files(signal).kindOf(join(commonDir, "config"))) !== "file")
    throw new ToolError("denied", "the configuration of the repository is no plain file", {
      hint: "Leave setUpstream out.",
    });
}

async function leaseOf({ refs }: Opened, remote: Remote, to: string): Promise<string> {
  const tracking = trackingOf(remote.refspecs, to);
  const hash = tracking === undefined ? undefined : await refs.hashOf(tracking);
  if (hash !== undefined) return hash;
  throw new ToolError("conflict", `it is not known here what ${shortRef(to)} is on ${remote.name}`, {
    hint: "git_fetch first; only what was seen can be replaced.",
  });
}
