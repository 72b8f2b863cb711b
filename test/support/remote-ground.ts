import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import gitServer from "../../servers/git/server.ts";
import { findRepositoryFacts } from "../../shared/policy/repository-facts.ts";
import { Trust } from "../../shared/policy/trust.ts";
import type { Scope } from "../../shared/scope.ts";
import { callable, type Called } from "./call-tool.ts";
import { repository, type Files, type Repository } from "./repository.ts";
import { temporary } from "./workspace.ts";

/** A repository here, one that stands for the server's, and what a test needs to see what ran. */
export interface RemoteGround extends AsyncDisposable {
  readonly scope: Scope;
  readonly called: Called;
  /** Inside the root, folder `here`. */
  readonly here: Repository;
  /** Bare, outside the roots unless asked otherwise: what servers serve as `/there.git`. */
  readonly there: Repository;
  /** The folder with `there.git` in it. */
  readonly served: string;
  readonly base: string;
  /** A program that leaves a trace when it runs; then it does as `rest` says. */
  canary(name: string, rest?: string): Promise<string>;
  readonly traces: () => boolean;
  /** The configuration of the person who runs the server. */
  person(config: string): Promise<void>;
  /** The person trusts the repository as it is now. */
  trust(repo: Repository): Promise<void>;
  fetch(input?: object): Promise<string>;
  push(input?: object): Promise<string>;
  fails(name: "git_fetch" | "git_push", input?: object): Promise<string>;
}

export interface RemoteGroundOptions {
  /** Below the roots, so that it may be a remote by its path. */
  readonly local?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly format?: "sha1" | "sha256";
  readonly files?: Files;
}

export async function remoteGround(asked: RemoteGroundOptions = {}): Promise<RemoteGround> {
  const ground = await temporary();
  const { root, scope } = ground;
  const base = dirname(root);
  const format = asked.format ?? "sha1";
  const here = await repository(ground, { folder: "here", format });
  await here.commit("first", asked.files ?? { "a.txt": "one\n" });
  const thereFolder = asked.local === true ? "there.git" : "../served/there.git";
  const there = await repository(ground, { folder: thereFolder, format, bare: true });
  await there.git("config", "core.bare", "true");
  await here.git("push", "--quiet", there.root, "main");
  const state = join(base, "state");
  await mkdir(join(state, "home"), { recursive: true });
  const person = (config: string): Promise<void> =>
    writeFile(join(state, "home/.gitconfig"), `[user]\n\tname = P\n\temail = p@example.com\n${config}`);
  await person("");
  const called = await callable(gitServer, {
    roots: [root],
    state,
    ...(asked.options === undefined ? {} : { options: asked.options }),
  });
  scope.defer(() => called[Symbol.asyncDispose]());
  const trace = join(base, "trace");
  const one = async (name: string, input: object): Promise<string> =>
    (await called.texts(name, { repo: "here", ...input })).join("\n");
  return {
    scope,
    called,
    here,
    there,
    served: dirname(there.root),
    base,
    async canary(name, rest = ":") {
      const path = join(base, name);
      await writeFile(path, `#!/bin/sh\necho ran >> '${trace}'\n${rest}\n`);
      await chmod(path, 0o755);
      return path;
    },
    traces: () => existsSync(trace),
    person,
    async trust({ root: path }) {
      const facts = findRepositoryFacts(path);
      const [subject] = facts?.subjects ?? [];
      if (facts === undefined || subject === undefined) throw new Error("nothing to trust");
      await Trust.open(state).grant("repository", subject, facts.hash);
    },
    fetch: (input = {}) => one("git_fetch", input),
    push: (input = {}) => one("git_push", input),
    fails: (name, input = {}) => called.failure(name, { repo: "here", ...input }),
    [Symbol.asyncDispose]: () => scope.close(),
  };
}
