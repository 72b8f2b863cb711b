import { ToolError } from "../../../shared/errors.ts";
import { explainRemoteFailure } from "../../../shared/git/failures.ts";
import { isName } from "../../../shared/git/refs.ts";
import type { GitContext, GitViewContext } from "../deps.ts";
import { oneLine, plainName } from "../text/foreign.ts";
import { openRepository } from "../open.ts";
import { shortRef } from "../text/commit.ts";
import { changeCounts, changeLines } from "./text.ts";
import { openRemote, type Remote } from "./open.ts";
import { ofRemote, reach } from "./reach.ts";
import { refChanges, remoteRefs } from "./ref-changes.ts";
import { branchRefspec } from "./refspecs.ts";

export interface FetchAsk {
  readonly repo?: string | undefined;
  readonly remote: string;
  readonly refs?: readonly string[] | undefined;
  readonly prune: boolean;
  readonly tags: boolean;
}

/** Everything about a fetch that is known before the remote is reached. */
export interface FetchPlan {
  readonly remote: Remote;
  readonly refspecs: readonly string[];
}

/** Throws what would keep it from working, as far as this machine knows. */
export async function planFetch(ask: FetchAsk, context: GitContext | GitViewContext): Promise<FetchPlan> {
  const { repository } = await openRepository(ask, context);
  const remote = await openRemote(context, { repository, name: ask.remote, push: false });
  const refspecs = ask.refs?.map((ref) => branchRefspec(remote.name, branchOf(ref))) ?? remote.refspecs.used;
  return { remote, refspecs };
}

/** For the person who is asked. */
export function fetchSays({ remote, refspecs }: FetchPlan): string[] {
  return [`from: ${remote.shown}`, `what: ${refspecs.slice(0, 20).map(plainName).join(", ")}`];
}

/** Brings what the remote has; branches and files here stay as they are. */
export async function fetchAll(
  { remote, refspecs }: FetchPlan,
  { prune, tags }: FetchAsk,
  context: GitContext,
): Promise<{ header: string; lines: readonly string[] }> {
  const where = { git: context.git, repository: remote.repository, signal: context.signal };
  const before = await remoteRefs(where);
  const args = [
    "fetch",
    "--no-auto-maintenance",
    // FETCH_HEAD may be a link that the repository brought along
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--refmap=",
    tags ? "--tags" : "--no-tags",
    prune ? "--prune" : "--no-prune",
    "--end-of-options",
    remote.target,
    ...refspecs,
  ];
  // 1: some references could not be updated, the others were
  const { exitCode, stderr } = await reach(context, remote, { args, ok: [0, 1] });
  const rejected = rejections(stderr);
  if (exitCode !== 0 && rejected.length === 0)
    throw ofRemote(
      explainRemoteFailure(stderr, exitCode, "git fetch"),
      remote,
      context.options.networkSeconds,
    );
  const changes = await refChanges(where, before, await remoteRefs(where));
  const unused = remote.refspecs.refused.map((spec) => `not used, would write elsewhere: ${oneLine(spec)}`);
  return {
    header: `[fetched ${remote.name} (${remote.shown}): ${changeCounts(changes)}]`,
    lines: [...changeLines(changes), ...rejected, ...unused],
  };
}

function branchOf(ref: string): string {
  const name = ref.replace(/^refs\/heads\//u, "");
  if (isName(name) && !name.startsWith("refs/")) return name;
  throw new ToolError("invalid_input", `${JSON.stringify(oneLine(ref))} is not a branch of the remote`, {
    hint: "Give names as the remote has them, such as main; tags come with tags.",
  });
}

/** Lines such as ` ! [rejected]  v1 -> v1  (would clobber existing tag)`. */
function rejections(stderr: string): string[] {
  const found = stderr.matchAll(/^ ! \[rejected\]\s+(\S+)\s+-> \S+\s*(?:\((.*)\))?$/gmu);
  const lines = [...found].map(([, name = "", why = ""]) => {
    const isTag = why.includes("existing tag");
    return isTag
      ? `not updated: ${plainName(name)}, a tag of that name here is another one (git_branches deletes it)`
      : `not updated: ${shortRef(name)} ${oneLine(why)}`;
  });
  return lines.slice(0, 50);
}
