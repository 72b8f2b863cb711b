import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { appendFile, cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative } from "node:path";
import type { Reply } from "../../shared/call.ts";
import type { Scope } from "../../shared/scope.ts";
import { freshCall, shownBy } from "./calls.ts";
import { repository, type Repository } from "./repository.ts";
import { served, type Outcome, type Served } from "./served.ts";
import { snapshot } from "./tree.ts";
import { SECRET, temporary, type Ground } from "./workspace.ts";

const YES = { kind: "yes", lifetime: "once" } as const;
/** What only lies outside, and what a file of secrets inside holds: no answer may contain it. */
const NEVER_SHOWN = [SECRET, "SECRET-NAME", "TOPSECRET"];
/** Every name of a hook that some version of git runs. */
export const HOOKS: readonly string[] = (
  "applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg commit-msg post-commit pre-rebase post-checkout " +
  "post-merge pre-push pre-receive update proc-receive post-receive post-update reference-transaction push-to-checkout pre-auto-gc " +
  "post-rewrite sendemail-validate fsmonitor-watchman p4-changelist p4-prepare-changelist p4-post-changelist p4-pre-submit post-index-change recent-objects"
).split(" ");

/** A repository that somebody hostile made, or its twin on which a person's own git shows that the attack works. */
export interface Target {
  readonly repo: Repository;
  /** Bare, beside it, its origin. */
  readonly remote: Repository;
  /** `.git`, absolute. */
  readonly gitDir: string;
  /** A folder outside the roots with secrets and a repository, `other`, whose history holds some; of a twin its own. */
  readonly outside: string;
  /** A program in the git folder that leaves a file outside and one inside wherever it runs, and then does nothing. */
  readonly run: string;
  /** Adds to the configuration. */
  readonly config: (text: string) => Promise<void>;
  /** Puts a file into the git folder, `executable` with a leading `#!`. */
  readonly own: (path: string, text: string) => Promise<void>;
  readonly hook: (name: string, text?: string) => Promise<void>;
  /** True once `run` ran. */
  readonly ran: () => boolean;
  /** Real git as a person would start it, with an editor that it was not told; both its outputs, whatever it came to. */
  readonly plain: (args: readonly string[], options?: PlainOptions) => Promise<string>;
}

export interface PlainOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** With a terminal, as pagers want it. */
  readonly terminal?: boolean;
}

/** Where attacks are made: one suite over many repositories. */
export interface HostileGround extends AsyncDisposable {
  readonly root: string;
  readonly base: string;
  readonly outside: string;
  readonly scope: Scope;
  readonly at: Served;
  /** A copy of the prepared repository below the roots. */
  target(): Promise<Target>;
  /** A copy where no tool of ours comes. */
  twin(): Promise<Target>;
  /** One call, with a person who agrees to everything unless `reply` says otherwise; its answer is looked through. */
  call(
    target: Target,
    name: string,
    input?: Readonly<Record<string, unknown>>,
    reply?: Reply,
  ): Promise<Outcome>;
  /** Reads a file at a revision as a resource. */
  resource(target: Target, ref: string, path: string): Promise<string>;
  /** Every operation of every tool on a target, or those of the tools so named. */
  sweep(target: Target, only?: RegExp): Promise<Swept>;
  /** What ran, and whether something outside or in the home folder is not as it was; nothing of that is right. */
  harm(target: Target): string[];
}

export type Swept = readonly (Outcome & { readonly name: string; readonly input: object })[];

/** The prepared repository: branches that merge and that clash, tags, a stash, changes, secrets, a remote. */
async function prepare(ground: Ground): Promise<Repository> {
  const repo = await repository(ground, { folder: "repo" });
  const lines = Array.from({ length: 12 }, (_, line) => `line ${line}`).join("\n");
  await repo.commit("feat: first", {
    "a.txt": `${lines}\n`,
    "b.txt": "b\n",
    "dirty.txt": "clean\n",
    "dir/c.txt": "c\n",
    "dir/deep/d.txt": "d\n",
  });
  await repo.git("tag", "-a", "-m", "version one", "v1");
  await repo.branch("feature", { "dir/c.txt": "c feature\n", "f.txt": "f\n" });
  await repo.git("switch", "--quiet", "--create", "clash", "main");
  await repo.commit("fix: clash", { "a.txt": `${lines.replace("line 3", "line clash")}\n` });
  await repo.git("switch", "--quiet", "--create", "pick", "main");
  await repo.commit("fix(dir): pick", { "p.txt": "p\n" });
  await repo.git("switch", "--quiet", "main");
  await repo.commit("fix: second", { "a.txt": `${lines.replace("line 3", "line main")}\n` });
  await repo.write({ "b.txt": "stashed\n" });
  await repo.git("stash", "push", "--quiet", "-m", "mine");
  await repo.git("init", "--quiet", "--bare", "--template=", "../remote.git");
  await repo.git("remote", "add", "origin", "../remote.git");
  await repo.git("push", "--quiet", "origin", "main", "feature", "v1");
  await repo.write({ "dirty.txt": "dirty\n", "new.txt": "new\n", ".env": "KEY=TOPSECRET\n" });
  return repo;
}

type Call = readonly [name: string, input: Readonly<Record<string, unknown>>];

/** Every operation, so ordered that most of them find something to do. */
const CALLS: readonly Call[] = [
  ["git_status", {}],
  ["git_status", { ignored: true, paths: ["."] }],
  ["git_diff", {}],
  ["git_diff", { staged: true, stat: true }],
  ["git_diff", { from: "HEAD~1", to: "feature", words: true }],
  ["git_diff", { from: "v1", mergeBase: true }],
  ["git_log", {}],
  ["git_log", { paths: ["a.txt"], follow: true, author: "Ada" }],
  ["git_log", { pickaxe: "line main", grep: "second", since: "2000-01-01" }],
  ["git_show", {}],
  ["git_show", { ref: "v1" }],
  ["git_show", { ref: "v1", path: "a.txt" }],
  ["git_show", { ref: "HEAD", path: "dir" }],
  ["git_blame", { path: "a.txt", ignoreRevs: ["v1"] }],
  ["git_blame", { path: "dirty.txt" }],
  ["git_branches", { action: "list" }],
  ["git_branches", { action: "list", kind: "tag" }],
  ["git_branches", { action: "list", kind: "remote" }],
  ["git_changelog", { from: "v1" }],
  ["git_changelog", { by: "folder" }],
  ["git_stash", { action: "list" }],
  ["git_stash", { action: "show" }],
  ["git_worktree", { action: "list" }],
  ["git_merge", { action: "conflicts" }],
  ["git_restore", { paths: ["dirty.txt"], dryRun: true }],
  ["git_stage", { hunks: [{ path: "dirty.txt", startLine: 1, endLine: 1 }] }],
  ["git_stage", { paths: ["dirty.txt"], unstage: true }],
  ["git_stage", { paths: ["dirty.txt", "new.txt"] }],
  ["git_commit", { message: "ours" }],
  ["git_commit", { message: "ours again", amend: true, all: true }],
  ["git_commit", { message: "empty", allowEmpty: true }],
  ["git_stash", { action: "apply" }],
  ["git_stash", { action: "push", message: "again", untracked: true }],
  ["git_stash", { action: "pop" }],
  ["git_restore", { paths: ["b.txt"] }],
  ["git_restore", { paths: ["a.txt"], ref: "v1", staged: true }],
  ["git_restore", { paths: ["a.txt"], ref: "v1" }],
  ["git_stash", { action: "push" }],
  ["git_stash", { action: "drop" }],
  ["git_merge", { action: "merge", refs: ["feature"] }],
  ["git_merge", { action: "merge", refs: ["clash"] }],
  ["git_merge", { action: "conflicts" }],
  ["git_merge", { action: "continue" }],
  ["git_merge", { action: "abort" }],
  ["git_merge", { action: "cherry-pick", refs: ["pick"] }],
  ["git_merge", { action: "revert", refs: ["HEAD"] }],
  ["git_branches", { action: "create", name: "made", ref: "v1" }],
  ["git_branches", { action: "create", kind: "tag", name: "t2", message: "two" }],
  ["git_switch", { ref: "pick" }],
  ["git_merge", { action: "rebase", refs: ["feature"] }],
  ["git_switch", { create: "fresh", ref: "v1" }],
  ["git_switch", { ref: "main", detach: true }],
  ["git_switch", { ref: "main" }],
  ["git_worktree", { action: "add", path: "linked", create: "tree" }],
  ["git_worktree", { action: "list" }],
  ["git_worktree", { action: "remove", path: "linked" }],
  ["git_branches", { action: "delete", name: "made", force: true }],
  ["git_fetch", { prune: true, tags: true }],
  ["git_push", { ref: "main", tags: true, setUpstream: true }],
];

/** Fields of a call that hold paths, which are told relative to the repository above. */
function below(folder: string, input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const at = (path: unknown): unknown =>
    typeof path === "string" && !isAbsolute(path) ? join(folder, path) : path;
  const list = (paths: unknown): unknown => (Array.isArray(paths) ? paths.map(at) : paths);
  const hunks = (all: unknown): unknown =>
    Array.isArray(all) ? all.map((each: { path: string }) => ({ ...each, path: at(each.path) })) : all;
  const given: Record<string, unknown> = { repo: folder, ...input };
  if ("path" in given) given["path"] = at(given["path"]);
  if ("paths" in given) given["paths"] = list(given["paths"]);
  if ("hunks" in given) given["hunks"] = hunks(given["hunks"]);
  return given;
}

function targetAt(
  place: string,
  { seed, canaries, outside }: { seed: Repository; canaries: readonly [string, string]; outside: string },
): Target {
  const repo = seed.at(relative(seed.root, join(place, "repo")));
  const gitDir = join(repo.root, ".git");
  const run = join(gitDir, "run");
  const own = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(gitDir, path)), { recursive: true });
    await writeFile(join(gitDir, path), text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  };
  return {
    repo,
    remote: seed.at(relative(seed.root, join(place, "remote.git"))),
    gitDir,
    outside,
    run,
    config: (text) => appendFile(join(gitDir, "config"), `\n${text}\n`),
    own,
    hook: (name, text = `#!/bin/sh\nexec '${run}' hook ${name}\n`) => own(`hooks/${name}`, text),
    ran: () => canaries.some((path) => existsSync(path)),
    plain: (args, { env = {}, input = "", terminal = false } = {}) =>
      new Promise((resolve) => {
        const { GIT_EDITOR: _, ...usual } = repo.env();
        const words = args.map((arg) => `'${arg.replaceAll("'", String.raw`'\\''`)}'`).join(" ");
        const [program, given] = terminal
          ? ["script", ["-qec", `git ${words}`, "/dev/null"]]
          : ["git", [...args]];
        const options = {
          cwd: repo.root,
          env: { ...usual, TERM: "dumb", ...env },
          timeout: 10_000,
          maxBuffer: 2 ** 26,
        };
        const child = execFile(program, given, options, (_error, stdout, stderr) => resolve(stdout + stderr));
        child.stdin?.on("error", () => {}).end(input);
      }),
  };
}

/** Opens the suite on a folder for many repositories, beside a folder outside and the person's home. */
export async function hostileGround(): Promise<HostileGround> {
  const ground = await temporary();
  const { root, outside, scope } = ground;
  const base = dirname(root);
  const home = join(base, "home");
  const template = join(base, "template");
  const seed = await prepare({ ...ground, root: template });
  const other = seed.at(relative(seed.root, join(outside, "other")));
  await mkdir(other.root);
  await other.git("init", "--quiet", "--template=");
  await other.commit("SECRET-FROM-OUTSIDE", { "SECRET-NAME": "SECRET-FROM-OUTSIDE\n" });
  const at = await served(ground);
  scope.defer(() => at[Symbol.asyncDispose]());
  await mkdir(join(base, "canaries"));
  const unwatched = ["state", "cache"].map((name) => join(home, name));
  const facts = (): string => JSON.stringify([outside, home].map((folder) => snapshot(folder, unwatched)));
  let made = 0;
  const make = async (top: string, isTwin: boolean): Promise<Target> => {
    const name = `r${(made += 1)}`;
    const place = join(top, name);
    await cp(template, place, { recursive: true });
    const canaries = [join(base, "canaries", name), join(root, `canary-${name}`)] as const;
    const away = isTwin ? join(place, "outside") : outside;
    if (isTwin) await cp(outside, away, { recursive: true });
    const target = targetAt(place, { seed, canaries, outside: away });
    const leave = canaries.map((path) => `echo "$0 $*" >> '${path}'`).join("\n");
    await target.own("run", `#!/bin/sh\n${leave}\nexit 0\n`);
    return target;
  };
  const folderOf = (target: Target): string => relative(root, target.repo.root);
  const hostile: HostileGround = {
    root,
    base,
    outside,
    scope,
    at,
    target: () => make(root, false),
    twin: () => make(join(base, "twins"), true),
    async call(target, name, input = {}, reply = YES) {
      const call = at.call(name, below(folderOf(target), input), reply);
      const outcome = await inTime(call, `${name} ${JSON.stringify(input).slice(0, 200)}`);
      const where = `${name} ${JSON.stringify(input).slice(0, 200)}: ${outcome.text}`;
      if (outcome.error === "internal") throw new Error(`a fault of ours: ${where}`);
      refuseSecrets([outcome.text, outcome.asked?.message ?? ""].join("\n"), where);
      return outcome;
    },
    async resource(target, ref, path) {
      const uri = `git://./${encodeURIComponent(ref)}/${folderOf(target)}/${path}`;
      const read = at.suite.servers.find(({ resources }) => resources?.owns(uri) === true)?.resources?.read;
      const answer = await read?.call({ uri }, freshCall());
      if (answer?.kind !== "answer") throw new Error(`no answer: ${uri}`);
      const text = shownBy(answer);
      refuseSecrets(text, uri);
      return text;
    },
    async sweep(target, only = /./u) {
      const answers: Swept[number][] = [];
      for (const [name, input] of CALLS)
        if (only.test(name)) answers.push({ name, input, ...(await hostile.call(target, name, input)) });
      return answers;
    },
    harm: (target) => [
      ...(target.ran() ? [`ran: ${traceOf(target)}`] : []),
      ...(facts() === before ? [] : ["changed: what is outside or in the home folder"]),
    ],
    [Symbol.asyncDispose]: () => scope.close(),
  };
  const traceOf = ({ repo }: Target): string => {
    const path = join(base, "canaries", relative(root, repo.root).split("/")[0] ?? "");
    return existsSync(path) ? readFileSync(path, "utf8") : "only inside";
  };
  const before = facts();
  return hostile;
}

const CALL_MS = 50_000;

async function inTime<T>(step: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`hangs: ${what}`)), CALL_MS);
  });
  try {
    return await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
  }
}

function refuseSecrets(text: string, where: string): void {
  for (const secret of NEVER_SHOWN)
    if (text.includes(secret)) throw new Error(`shows ${secret}: ${where.slice(0, 2_000)}`);
}
