import { ToolError } from "../../../shared/errors.ts";
import { explainRemoteFailure } from "../../../shared/git/failures.ts";
import type { GitContext } from "../deps.ts";
import { followRemote } from "./follow.ts";
import { oneLine, plainName } from "../text/foreign.ts";
import { shortHash, shortRef } from "../text/commit.ts";
import type { PushPlan } from "./push-plan.ts";
import { ofRemote, reach } from "./reach.ts";

/** What became of one reference on the remote, as `git push --porcelain` tells it. */
interface Outcome {
  readonly flag: string;
  readonly name: string;
  readonly summary: string;
}

const DEEDS: Readonly<Record<string, string>> = { "*": "new", " ": "updated", "+": "forced" };
const MOST_SHOWN = 50;
const MOST_SAID = 15;

/** Sends it. Throws `conflict` for what the remote has and we have not, `external` for what it did not want. */
export async function pushPlanned(
  plan: PushPlan,
  context: GitContext,
): Promise<{ header: string; lines: readonly string[] }> {
  const { remote, source } = plan;
  const { exitCode, stdout, stderr } = await reach(context, remote, { args: argsOf(plan), ok: [0, 1] });
  const outcomes = outcomesIn(stdout.toString("utf8"));
  const said = saidBy(stderr);
  if (outcomes.some(({ flag }) => flag === "!")) throw rejection(plan, outcomes, said);
  if (exitCode !== 0) throw failure(plan, { exitCode, stderr }, context);
  const changed = outcomes.filter(({ flag }) => flag in DEEDS);
  const what =
    changed.length === 0 ? "up to date, nothing to push" : `${source.shown} ${shortHash(source.hash)}`;
  return {
    header: `[pushed to ${remote.name} (${remote.shown}): ${what}]`,
    lines: [
      ...changed.slice(0, MOST_SHOWN).map(outcomeLine),
      ...(await upstreamNotes(plan, context)),
      ...skippedNotes(plan),
      ...said,
    ],
  };
}

function argsOf({ remote, source, to, lease, tags, repository }: PushPlan): string[] {
  return [
    "push",
    "--porcelain",
    "--recurse-submodules=no",
    tags ? "--follow-tags" : "--no-follow-tags",
    ...(repository.trusted ? [] : ["--no-verify", "--no-signed"]),
    ...(lease === undefined ? [] : [`--force-with-lease=${to}:${lease}`]),
    "--end-of-options",
    remote.target,
    `${source.hash}:${to}`,
  ];
}

function outcomesIn(text: string): Outcome[] {
  const lines = text.matchAll(/^([ +\-*!=])\t[^\t:]*:([^\t]*)\t(.*)$/gmu);
  return [...lines].map(([, flag = "", name = "", summary = ""]) => ({ flag, name, summary }));
}

function outcomeLine({ flag, name, summary }: Outcome): string {
  const isRange = /^[0-9a-f]+\.\.\.?[0-9a-f]+/u.exec(summary);
  return [DEEDS[flag], shortRef(name), ...(isRange === null ? [] : [isRange[0]])].join(" ");
}

/** What the remote says to people, such as where to open a request. */
function saidBy(stderr: string): string[] {
  const lines = [...stderr.matchAll(/^remote: ?(.*?)\s*$/gmu)].map(([, line = ""]) => oneLine(line));
  const kept = lines.filter((line) => line !== "").slice(0, MOST_SAID);
  return kept.length === 0 ? [] : ["the remote says:", ...kept.map((line) => `  ${line}`)];
}

function rejection(
  { remote, to }: PushPlan,
  outcomes: readonly Outcome[],
  said: readonly string[],
): ToolError {
  const words = outcomes
    .slice(0, MOST_SHOWN)
    .map(
      ({ flag, name, summary }) =>
        `${flag === "!" ? "" : `${DEEDS[flag] ?? "unchanged"} `}${name} ${summary}`,
    );
  const details = [...words, ...said].join("\n");
  const refused = outcomes.find(({ flag }) => flag === "!")?.summary ?? "";
  const where = `${plainName(to)} on ${remote.name} (${remote.shown})`;
  if (/fetch first|non-fast-forward|needs force/u.test(refused))
    return new ToolError("conflict", `${where} has commits that this push would lose`, {
      hint: "git_fetch, then git_merge what came (or rebase onto it), then push again.",
      details,
    });
  if (refused.includes("stale info"))
    return new ToolError("conflict", `${where} is not what it was when it was fetched`, {
      hint: "git_fetch, and look at what came before it is replaced.",
      details,
    });
  if (refused.includes("already exists"))
    return new ToolError("conflict", `${where}: a tag of that name is there already`, {
      hint: "Give the tag another name.",
      details,
    });
  if (refused.includes("checked out"))
    return new ToolError("conflict", `${where} is checked out there`, {
      hint: "Push to another name.",
      details,
    });
  return new ToolError("external", `${where} was not taken: the remote declined it`, {
    hint: "Its own rules or hooks said no; read what it says below.",
    details,
  });
}

function failure(
  { remote, repository }: PushPlan,
  { exitCode, stderr }: { readonly exitCode: number | undefined; readonly stderr: string },
  { options }: GitContext,
): ToolError {
  const error = explainRemoteFailure(stderr, exitCode, "git push");
  // a hook of this side ends the push before any reference has an outcome
  const isHook = repository.trusted && exitCode === 1 && error.code === "external";
  if (!isHook) return ofRemote(error, remote, options.networkSeconds);
  return new ToolError("external", "the pre-push hook of this repository said no", {
    hint: "Read what it says below and mend that; then push again.",
    details: error.details ?? "",
  });
}

async function upstreamNotes(plan: PushPlan, { git, signal }: GitContext): Promise<string[]> {
  const { repository, remote, source, to, setUpstream } = plan;
  if (!setUpstream || source.branch === undefined) return [];
  const { branch } = source;
  const shown = `${plainName(branch)} follows ${plainName(`${remote.name}/${to.slice("refs/heads/".length)}`)}`;
  try {
    await git.exclusively(repository, signal, () =>
      followRemote({ git, signal, repository }, { branch, remote: remote.name, merge: to }),
    );
    return [shown];
  } catch (error) {
    // what was pushed stays pushed
    if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
    return [`pushed, but not set that ${shown}: ${error.message}`];
  }
}

/** Hooks that a person might count on. */
function skippedNotes({ repository, remote }: PushPlan): string[] {
  const here = repository.skipped.filter((name) => name === "hook pre-push");
  const there = remote.local?.skipped.filter((name) => /^hook .*receive|^hook update$/u.test(name)) ?? [];
  return [
    ...(here.length === 0 ? [] : ["not run, since nobody trusted this repository: hook pre-push"]),
    ...(there.length === 0 ? [] : [`not run, since nobody trusted the one there: ${there.join(", ")}`]),
  ];
}
