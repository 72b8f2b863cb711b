import git from "../../servers/git/server.ts";
import { callable, type Called, type CallOptions } from "./call-tool.ts";
import { repository, type Files, type Repository, type RepositoryOptions } from "./repository.ts";
import { temporary } from "./workspace.ts";

/** The git server's tools on a fresh repository, without policy. */
export interface GitCalled extends AsyncDisposable {
  readonly repo: Repository;
  readonly called: Called;
  /** The first line and the others of an answer that is no failure. */
  ask(name: string, input?: Record<string, unknown>): Promise<{ header: string; lines: string[] }>;
  fail(name: string, input?: Record<string, unknown>): Promise<string>;
}

export interface GitCalledOptions extends RepositoryOptions {
  readonly files?: Files;
  readonly permit?: NonNullable<CallOptions["permit"]>;
}

/** `files` are committed; without them there is no commit. */
export async function gitCalled({ files, permit, ...options }: GitCalledOptions = {}): Promise<GitCalled> {
  const ground = await temporary();
  const repo = await repository(ground, options);
  if (files !== undefined) await repo.commit("first", files);
  const called = await callable(git, { roots: [ground.root], ...(permit === undefined ? {} : { permit }) });
  ground.scope.defer(() => called[Symbol.asyncDispose]());
  return {
    repo,
    called,
    async ask(name, input = {}) {
      const [text = ""] = await called.texts(name, input);
      const [header = "", ...lines] = text.split("\n");
      return { header, lines };
    },
    fail: (name, input = {}) => called.failure(name, input),
    [Symbol.asyncDispose]: () => ground.scope.close(),
  };
}
