import { ToolError } from "../../../shared/errors.ts";
import { nearest } from "../../../shared/nearest.ts";
import { isName } from "../../../shared/git/refs.ts";
import { readRemoteUrl, type RemoteUrl } from "../../../shared/git/remote-url.ts";
import type { Repository } from "../../../shared/git/repository.ts";
import { NO_ALTERNATE_REFS } from "../../../shared/git/safe-settings.ts";
import type { GitSetting } from "../../../shared/policy/git-settings.ts";
import type { GitContext, GitViewContext } from "../deps.ts";
import { plainName } from "../text/foreign.ts";
import { openLocal } from "./open-local.ts";
import { refspecsOf, type Refspecs } from "./refspecs.ts";

/** A remote of a repository whose address was looked at, and how git gets there. */
export interface Remote {
  readonly name: string;
  /** Its address as people may see it: without passwords. */
  readonly shown: string;
  /** The repository as git is to see it: nobody trusted it, then this remote is the only one that it has. */
  readonly repository: Repository;
  readonly refspecs: Refspecs;
  /** What git calls the remote. */
  readonly target: string;
  readonly protocols: string;
  readonly settings: readonly GitSetting[];
  readonly env: Readonly<Record<string, string>>;
  /** The repository there, when it lies on this machine. */
  readonly local?: Repository;
}

interface Ask {
  readonly repository: Repository;
  readonly name: string;
  readonly push: boolean;
}

/**
 * Looks at a remote before anything reaches it. Throws `not_found` for one that is not configured, `denied` for an
 * address that names a program or a place outside the roots.
 */
export async function openRemote(context: GitContext | GitViewContext, ask: Ask): Promise<Remote> {
  const { name } = ask;
  const known = remotesOf(ask.repository);
  if (!isName(name) || !(ask.repository.trusted || known.includes(name))) throw unknownRemote(name, known);
  const refspecs = refspecsOf(ask.repository, name);
  const repository = withOnly(ask.repository, name, refspecs);
  const url = readRemoteUrl(await addressOf(context, { ...ask, repository }));
  const own = repository.trusted ? [] : [NO_ALTERNATE_REFS];
  const common = { name, refspecs, repository, env: { GCM_INTERACTIVE: "never" } };
  if (url.kind === "local") {
    const { served, ...local } = await openLocal(context, repository, url.path);
    const target = `plumbline-${name}`;
    const settings = [...own, ...served.flatMap((path) => asRemote(target, path, common))];
    return { ...common, shown: local.shown, target, protocols: "file", settings, local: local.repository };
  }
  return {
    ...common,
    shown: plainName(url.shown),
    target: name,
    protocols: url.protocols,
    settings: [...own, ...slowness(context)],
    env: { ...common.env, ...(await sshEnvironment(context, repository, url)) },
  };
}

/** Names of the remotes that the repository's own configuration has. */
function remotesOf({ settings }: Repository): string[] {
  const names = settings.map(({ key }) => /^remote\.(.+)\.(?:url|pushurl)$/su.exec(key)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

function unknownRemote(name: string, known: readonly string[]): ToolError {
  const near = nearest(name, known);
  const others = known.length === 0 ? "It has none; the person adds one: git remote add" : undefined;
  const all = `Its remotes: ${known.slice(0, 10).map(plainName).join(", ")}`;
  return new ToolError("not_found", `the repository has no remote ${plainName(name)}`, {
    hint: others ?? (near === undefined ? all : `Did you mean ${plainName(near)}?`),
  });
}

/** Other remotes could be asked for missing objects, and its own mapping could write to branches. */
function withOnly(repository: Repository, name: string, { used }: Refspecs): Repository {
  if (repository.trusted) return repository;
  const kept = repository.settings.filter(
    ({ key }) => !key.startsWith("remote.") || (isOf(name, key) && !key.endsWith(".fetch")),
  );
  const fetch = used.map((value) => ({ key: `remote.${name}.fetch`, value }));
  return { ...repository, settings: [...kept, ...fetch] };
}

function isOf(remote: string, key: string): boolean {
  return key.slice(0, key.lastIndexOf(".")) === `remote.${remote}`;
}

/** As git itself would use it, rewritten by `url.<base>.insteadOf` of the person and of a trusted repository. */
async function addressOf(
  { git, signal }: GitContext | GitViewContext,
  { repository, name, push }: Ask,
): Promise<string> {
  const args = ["remote", "get-url", ...(push ? ["--push", "--all"] : []), name];
  const options = { signal, network: "none", ok: [0, 2, 128] };
  const { stdout, exitCode } = await git.run(repository, args, options);
  if (exitCode !== 0) throw unknownRemote(name, remotesOf(repository));
  const lines = stdout.toString("utf8").replace(/\n$/u, "").split("\n");
  const [only = ""] = lines;
  if (lines.length > 1)
    throw new ToolError("invalid_input", `the remote ${name} has ${lines.length} addresses`, {
      hint: "Name a remote that has one.",
    });
  return only;
}

/** A remote that exists for one run only: with all that the real one has, at another address. */
function asRemote(
  target: string,
  path: string,
  { name, repository, refspecs }: Pick<Remote, "name" | "repository" | "refspecs">,
): GitSetting[] {
  const partial = repository.settings.filter(
    ({ key }) => isOf(name, key) && /\.(?:promisor|partialclonefilter)$/u.test(key),
  );
  return [
    { key: `remote.${target}.url`, value: path },
    ...refspecs.used.map((value) => ({ key: `remote.${target}.fetch`, value })),
    ...partial.map(({ key, value }) => ({
      key: `remote.${target}${key.slice(key.lastIndexOf("."))}`,
      value,
    })),
  ];
}

/** A server that says nothing is left before the whole time is over. */
function slowness({ options: { networkSeconds } }: GitContext | GitViewContext): GitSetting[] {
  const seconds = Math.min(60, networkSeconds);
  return [
    { key: "http.lowspeedlimit", value: "1" },
    { key: "http.lowspeedtime", value: String(seconds) },
  ];
}

/** ssh must not ask; what the person chose in its place is left as it is. */
async function sshEnvironment(
  { git, signal, options: { networkSeconds } }: GitContext | GitViewContext,
  repository: Repository,
  url: RemoteUrl,
): Promise<Record<string, string>> {
  const isOurs = url.kind === "network" && url.ssh;
  if (!isOurs || process.env["GIT_SSH"] !== undefined || process.env["GIT_SSH_COMMAND"] !== undefined)
    return {};
  const args = ["config", "--get", "core.sshcommand"];
  const { exitCode } = await git.run(repository, args, { signal, network: "none", ok: [0, 1] });
  if (exitCode === 0) return {};
  return { GIT_SSH_COMMAND: `ssh -oBatchMode=yes -oConnectTimeout=${Math.min(20, networkSeconds)}` };
}
