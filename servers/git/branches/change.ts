import { ToolError } from "../../../shared/errors.ts";
import { isName, type Refs } from "../../../shared/git/refs.ts";
import { settingOf } from "../../../shared/git/repository.ts";
import { worktreesOf } from "../../../shared/git/worktrees.ts";
import { nearest } from "../../../shared/nearest.ts";
import { shortHash } from "../text/commit.ts";
import type { GitContext } from "../deps.ts";
import { oneLine } from "../text/foreign.ts";
import type { Opened } from "../open.ts";
import { PREFIX, type RefKind } from "./list.ts";

interface Asked {
  readonly kind: RefKind;
  readonly name?: string | undefined;
  readonly ref?: string | undefined;
  readonly message?: string | undefined;
  readonly force: boolean;
}

/** What was done, in the words of the answer. */
export type RefChange = readonly string[];

/** A branch or tag that is to be made or taken away. */
interface Meant {
  readonly kind: "branch" | "tag";
  readonly name: string;
  /** Whole, such as `refs/heads/topic`. */
  readonly full: string;
  /** Where it stands now. */
  readonly old: string | undefined;
}

/** Makes a branch or a tag, moves one by `force`. Throws `conflict` for one that is there or checked out. */
export async function createRef(opened: Opened, asked: Asked, context: GitContext): Promise<RefChange> {
  const { repository, refs } = opened;
  const { message, ref = "HEAD" } = asked;
  const meant = await meantBy(refs, asked);
  const { kind, name, full, old } = meant;
  if (kind === "branch" && message !== undefined)
    throw new ToolError("invalid_input", "only a tag has a message", {
      hint: "Leave message out, or kind tag.",
    });
  await expectFree(refs, meant, asked.force);
  // also when it is new: a branch without a commit may be checked out
  if (kind === "branch") await expectNotInUse(opened, meant, context);
  const { spec } = await refs.resolve(ref);
  const { git, signal } = context;
  if (message === undefined) await git.run(repository, updateOf(meant, spec), { signal, writes: true });
  else await git.run(repository, tagOf(meant, spec), { signal, writes: true, stdin: message });
  const hash = (await refs.hashOf(full)) ?? "";
  const what = `${message === undefined ? "" : "annotated "}${kind} ${oneLine(name)}`;
  if (old === undefined) return [`${what} made at ${shortHash(hash)}`];
  return [
    `${what} moved from ${shortHash(old)} to ${shortHash(hash)}`,
    `back: ${callFor(meant, old)}, force true`,
  ];
}

/** Only if it still stands where it was looked at: `""` is nowhere. */
function updateOf({ kind, full, old = "" }: Meant, spec: string): string[] {
  const at = kind === "branch" ? `${spec}^{commit}` : spec;
  return [
    "update-ref",
    "--no-deref",
    "--create-reflog",
    "-m",
    `${kind}: made by git_branches`,
    full,
    at,
    old,
  ];
}

function tagOf({ name, old }: Meant, spec: string): string[] {
  const force = old === undefined ? [] : ["--force"];
  return ["tag", "--annotate", "--cleanup=whitespace", "--file=-", ...force, name, spec];
}

/** Takes a branch or a tag away. The answer names what brings it back. */
export async function deleteRef(opened: Opened, asked: Asked, context: GitContext): Promise<RefChange> {
  const { repository, refs } = opened;
  const { git, signal } = context;
  const meant = await meantBy(refs, asked);
  const { kind, name, full, old } = meant;
  if (old === undefined) throw await unknown(refs, meant);
  if (kind === "branch") {
    await expectNotInUse(opened, meant, context);
    if (!asked.force) await expectMerged(opened, meant, context);
  }
  // only if it still stands where it was looked at
  await git.run(repository, ["update-ref", "--no-deref", "-d", full, old], { signal, writes: true });
  return [`${kind} ${oneLine(name)} deleted, it was at ${shortHash(old)}`, `back: ${callFor(meant, old)}`];
}

function callFor({ kind, name }: Meant, hash: string): string {
  return `git_branches action create, kind ${kind}, name ${oneLine(name)}, ref ${hash}`;
}

async function meantBy(refs: Refs, { kind, name }: Asked): Promise<Meant> {
  if (kind === "remote")
    throw new ToolError(
      "invalid_input",
      "remote branches are what git_fetch last saw, and not ours to change",
      {
        hint: "git_fetch with prune drops those that are gone; git_push changes the remote.",
      },
    );
  if (name === undefined)
    throw new ToolError("invalid_input", `name is missing: which ${kind}?`, { hint: "Give name." });
  if (!isName(name) || name === "@" || name === "HEAD" || /^[0-9a-f]{40,64}$/u.test(name))
    throw new ToolError("invalid_input", `${JSON.stringify(oneLine(name))} cannot be the name of a ${kind}`, {
      hint: "No spaces, no .. ~ ^ : ? * [ \\, no part that begins with a dot, nothing that looks like a hash.",
    });
  const full = PREFIX[kind] + name;
  return { kind, name, full, old: await refs.hashOf(full) };
}

async function expectFree(refs: Refs, { kind, name, full, old }: Meant, force: boolean): Promise<void> {
  if (old !== undefined && !force)
    throw new ToolError("conflict", `there is a ${kind} ${oneLine(name)} already, at ${shortHash(old)}`, {
      hint: "Take another name, or move it with force true.",
    });
  if (old !== undefined) return;
  const all = await refs.names(PREFIX[kind]);
  const other = all.find((each) => each.startsWith(`${full}/`) || full.startsWith(`${each}/`));
  if (other === undefined) return;
  throw new ToolError(
    "conflict",
    `${oneLine(name)} and ${oneLine(other.slice(PREFIX[kind].length))} cannot both be`,
    { hint: "A name and the same name with more behind a / exclude each other, as a file and a folder do." },
  );
}

/** By each work tree's own files: git does not see them all while nobody trusted the repository. */
async function expectNotInUse(
  { repository }: Opened,
  { name }: Meant,
  { git, signal }: GitContext,
): Promise<void> {
  const trees = await worktreesOf(git.files(signal), repository);
  const there = trees.find(({ bare, branch, held }) => (!bare && branch === name) || held.includes(name));
  if (there === undefined) return;
  const where = there.inside ? ` in ${oneLine(git.workspace.locate(there.path).shown)}` : "";
  const how = there.branch === name ? "checked out" : "being rebased or bisected";
  throw new ToolError("conflict", `branch ${oneLine(name)} is ${how}${where}`, {
    hint: "git_switch to another branch there first.",
  });
}

/** Into HEAD, or into its own upstream. */
async function expectMerged(
  { repository, refs }: Opened,
  { name, old = "" }: Meant,
  { git, signal }: GitContext,
): Promise<void> {
  const [remote, merge] = ["remote", "merge"].map((key) => settingOf(repository, `branch.${name}.${key}`));
  const upstream =
    remote === undefined || merge === undefined
      ? undefined
      : await refs.hashOf(`refs/remotes/${remote}/${merge.replace(/^refs\/heads\//u, "")}`);
  const { hash: head } = await refs.head();
  for (const into of [head, upstream])
    if (into !== undefined) {
      const args = ["merge-base", "--is-ancestor", old, into];
      const { exitCode } = await git.run(repository, args, { signal, ok: [0, 1] });
      if (exitCode === 0) return;
    }
  throw new ToolError("conflict", `branch ${oneLine(name)} has commits that are nowhere else that is known`, {
    hint: `It is merged neither into HEAD nor into its upstream. force true deletes it; ${shortHash(old)} brings it back.`,
  });
}

async function unknown(refs: Refs, { kind, name }: Meant): Promise<ToolError> {
  const names = (await refs.names(PREFIX[kind])).map((each) => each.slice(PREFIX[kind].length));
  const near = nearest(name, names);
  return new ToolError("not_found", `there is no ${kind} ${oneLine(name)}`, {
    hint: near === undefined ? "git_branches lists them." : `Did you mean ${oneLine(near)}?`,
  });
}
