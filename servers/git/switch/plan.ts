import { ToolError } from "../../../shared/errors.ts";
import { underwayIn } from "../../../shared/git/state.ts";
import { isName } from "../../../shared/git/refs.ts";
import { worktreesOf } from "../../../shared/git/worktrees.ts";
import { hashesOf } from "../change/commits-of.ts";
import { plainName } from "../text/foreign.ts";
import { type Forecast } from "../change/forecast.ts";
import { listed } from "../../../shared/listed.ts";
import type { HistoryScene, Scene } from "../change/scene.ts";
import { changesBetween } from "../change/tree-changes.ts";
import { emptyTree } from "../engine/empty-tree.ts";
import { shortHash } from "../text/commit.ts";

/** Where to, in what git is given: names that were checked, and hashes. */
export interface SwitchPlan {
  readonly args: readonly string[];
  /** What answers call the new place. */
  readonly shown: string;
  /** What was left: a branch, a hash, or a branch without a commit. */
  readonly from: string;
  /** A remote branch that the new one is to follow. */
  readonly follows?: { readonly branch: string; readonly remote: string; readonly merge: string };
  readonly notes: readonly string[];
  readonly forecast: Forecast;
}

export interface SwitchAsk {
  readonly ref?: string | undefined;
  readonly create?: string | undefined;
  readonly detach: boolean;
}

type Target = Pick<SwitchPlan, "args" | "shown" | "follows"> & {
  readonly notes?: readonly string[];
  /** The commit that is there; nothing for a new branch on one without a commit. */
  readonly hash: string | undefined;
};

/** Says what a switch would do; changes nothing. Throws for what cannot be. */
export async function planSwitch(scene: Scene, ask: SwitchAsk): Promise<SwitchPlan> {
  await refuseUnderway(scene, "switch");
  const head = await scene.refs.head();
  const { hash, notes = [], ...target } = await targetOf(scene, ask);
  const from = head.hash ?? emptyTree(scene.repository);
  const changes = hash === undefined ? [] : await changesBetween(scene, from, hash);
  return {
    ...target,
    notes,
    from: head.branch === undefined ? `detached at ${shortHash(head.hash ?? "")}` : plainName(head.branch),
    forecast: { changes, trees: hash === undefined ? [] : [hash] },
  };
}

/** Throws `conflict` while something is not finished. */
export async function refuseUnderway(
  { git, repository, signal }: Scene,
  doing: "switch" | "begin another",
): Promise<void> {
  const underway = await underwayIn(git.files(signal), repository);
  if (underway === undefined || (underway === "bisect" && doing !== "switch")) return;
  const hint =
    underway === "am" || underway === "bisect"
      ? `The person has to end it: git ${underway} ${underway === "am" ? "--abort" : "reset"}`
      : "git_merge with action conflicts shows where it stands; end it with action continue or abort.";
  throw new ToolError("conflict", `cannot ${doing}: a ${underway} is not finished`, { hint });
}

async function targetOf(scene: Scene, ask: SwitchAsk): Promise<Target> {
  const { ref, create, detach } = ask;
  if (create !== undefined) {
    if (detach)
      throw new ToolError("invalid_input", "create and detach do not go together", {
        hint: "create makes a branch to be on, detach is on none: leave one out.",
      });
    return await newBranch(scene, create, ref);
  }
  if (detach) return await detachedAt(scene, ref ?? "HEAD");
  if (ref === undefined)
    throw new ToolError("invalid_input", "say where to: ref, or create for a new branch", {
      hint: "git_branches lists branches.",
    });
  return await existing(scene, ref.startsWith("@{-") ? await previous(scene, ref) : ref);
}

async function newBranch(scene: Scene, name: string, ref: string | undefined): Promise<Target> {
  await checkNewBranch(scene, name);
  const head = ref === undefined ? await scene.refs.head() : undefined;
  const [commit] =
    head !== undefined && head.hash === undefined ? [] : await hashesOf(scene, [ref ?? "HEAD"]);
  const start = commit === undefined ? [] : [commit.hash];
  return {
    args: ["--no-track", "--create", name, ...start],
    shown: `${plainName(name)}, a new branch${ref === undefined ? "" : ` at ${commit?.shown}`}`,
    hash: commit?.hash,
  };
}

/** Throws unless a branch of that name can be made. */
export async function checkNewBranch({ refs }: Pick<HistoryScene, "refs">, name: string): Promise<void> {
  const isOdd = !isName(name) || name === "HEAD" || name.startsWith("refs/");
  if (isOdd)
    throw new ToolError("invalid_input", `${plainName(name)} cannot be the name of a branch`, {
      hint: "Letters, digits, - _ . and / are safe, such as feature/login.",
    });
  const names = await refs.names("refs/heads/");
  const whole = `refs/heads/${name}`;
  const other = names.find(
    (each) => each === whole || each.startsWith(`${whole}/`) || whole.startsWith(`${each}/`),
  );
  if (other === undefined) return;
  const shown = plainName(other.slice("refs/heads/".length));
  throw new ToolError(
    "conflict",
    other === whole ? `there is a branch ${shown} already` : `the branch ${shown} is in the way of that name`,
    { hint: other === whole ? "Switch to it by ref, or choose another name." : "Choose another name." },
  );
}

async function detachedAt(scene: Scene, ref: string): Promise<Target> {
  const [commit] = await hashesOf(scene, [ref]);
  const hash = commit?.hash ?? "";
  return { args: ["--detach", hash], shown: `${shortHash(hash)}, detached (${commit?.shown})`, hash };
}

/** The branch that was left so many switches ago. */
async function previous({ git, repository, signal }: Scene, ref: string): Promise<string> {
  if (/^@\{-\d{1,4}\}$/u.test(ref)) {
    const args = ["rev-parse", "--symbolic-full-name", "--end-of-options", ref];
    const { stdout } = await git.run(repository, args, { signal, ok: [0, 128] });
    const line = stdout.toString("utf8").trimEnd().split("\n").at(-1) ?? "";
    if (line.startsWith("refs/heads/")) return line;
  }
  throw new ToolError("not_found", `${plainName(ref)} is no earlier branch`, {
    hint: "git_branches lists branches.",
  });
}

async function existing(scene: Scene, ref: string): Promise<Target> {
  const name = ref.replace(/^refs\/heads\//u, "");
  const hash = isName(name) ? await scene.refs.hashOf(`refs/heads/${name}`) : undefined;
  if (hash === undefined) return await fromRemote(scene, name);
  await refuseElsewhere(scene, name, scene.repository.workTree);
  return { args: [name], shown: plainName(name), hash };
}

/** Throws `conflict` for a branch that a work tree has checked out, other than the one at `own`. */
export async function refuseElsewhere(
  { git, repository, signal }: HistoryScene,
  name: string,
  own: string | undefined,
): Promise<void> {
  const all = await worktreesOf(git.files(signal), repository);
  const other = all.find(
    ({ path, bare, branch, held }) => !bare && path !== own && (branch === name || held.includes(name)),
  );
  if (other === undefined) return;
  const where = other.inside ? plainName(other.path) : "another work tree, outside the roots";
  throw new ToolError("conflict", `${plainName(name)} is checked out in ${where}`, {
    hint: "Work there, switch with detach, or create another branch at it.",
  });
}

/** A branch that only one remote has is made here, as git does it. */
async function fromRemote(scene: Scene, name: string): Promise<Target> {
  const ending = `/${name}`;
  const there = (await scene.refs.names("refs/remotes/")).filter(
    (each) => each.endsWith(ending) && remoteOf(each, scene) === each.slice(13, -ending.length),
  );
  const [only, ...others] = there;
  if (others.length > 0)
    throw new ToolError("conflict", `several remotes have ${plainName(name)}: ${listed(there.map(short))}`, {
      hint: "Give create with the name, and ref with the one that is meant.",
    });
  if (only === undefined) throw await noBranch(scene, name);
  const hash = await scene.refs.hashOf(only);
  if (hash === undefined) throw await noBranch(scene, name);
  const remote = remoteOf(only, scene);
  return {
    args: ["--no-track", "--create", name, hash],
    shown: `${plainName(name)}, a new branch at ${short(only)}`,
    follows: { branch: name, remote, merge: `refs/heads/${name}` },
    notes: [`${plainName(name)} follows ${short(only)}`],
    hash,
  };
}

/** The configured remote whose branch it is, `""` for none. */
function remoteOf(name: string, { repository }: Scene): string {
  const rest = name.slice("refs/remotes/".length);
  const remotes = repository.settings.flatMap(({ key }) => /^remote\.(.+)\.fetch$/su.exec(key)?.[1] ?? []);
  return remotes.find((remote) => rest.startsWith(`${remote}/`)) ?? "";
}

/** Nothing of that name is a branch; perhaps it is something else. */
async function noBranch({ refs }: Scene, name: string): Promise<ToolError> {
  const revision = await refs.resolve(name);
  const isRemote = revision.name?.startsWith("refs/remotes/") === true;
  const what = isRemote ? "a remote branch" : revision.name?.startsWith("refs/tags/") ? "a tag" : "a commit";
  const local = isRemote ? ` For a branch that follows it, ref is its name without the remote.` : "";
  return new ToolError("invalid_input", `${plainName(name)} is ${what}, not a branch`, {
    hint: `Switch to it with detach, or make a branch there with create.${local}`,
  });
}

function short(name: string): string {
  return plainName(name.replace(/^refs\/remotes\//u, ""));
}
