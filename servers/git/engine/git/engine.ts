import type { Git } from "../../../../shared/git/git.ts";
import type { Repository } from "../../../../shared/git/repository.ts";
import { at } from "./at.ts";
import { diff } from "./diff.ts";
import { commit, log } from "./log.ts";
import { object } from "./object.ts";
import { refs } from "./refs.ts";
import { show } from "./show.ts";
import { status } from "./status.ts";
import type {
  AtRevision,
  CommitFacts,
  DiffAsk,
  Engine,
  FileDiff,
  LogAsk,
  ObjectFacts,
  RefFacts,
  ShownCommit,
  StatusAsk,
  StatusFacts,
} from "../shapes.ts";

/** The git program, one process a question. */
export class GitEngine implements Engine {
  readonly name = "git";
  readonly #git: Git;

  constructor(git: Git) {
    this.#git = git;
  }

  async status(repository: Repository, ask: StatusAsk, signal: AbortSignal): Promise<StatusFacts> {
    return await status({ git: this.#git, repository, signal }, ask);
  }

  async log(repository: Repository, ask: LogAsk, signal: AbortSignal): Promise<readonly CommitFacts[]> {
    return await log({ git: this.#git, repository, signal }, ask);
  }

  async commit(repository: Repository, hash: string, signal: AbortSignal): Promise<CommitFacts> {
    return await commit({ git: this.#git, repository, signal }, hash);
  }

  async diff(repository: Repository, ask: DiffAsk, signal: AbortSignal): Promise<readonly FileDiff[]> {
    return await diff({ git: this.#git, repository, signal }, ask);
  }

  async at(...[repository, hash, path, signal]: Parameters<Engine["at"]>): Promise<AtRevision> {
    return await at({ git: this.#git, repository, signal }, hash, path);
  }

  async show(repository: Repository, hash: string, signal: AbortSignal): Promise<ShownCommit> {
    return await show({ git: this.#git, repository, signal }, hash);
  }

  async object(repository: Repository, hash: string, signal: AbortSignal): Promise<ObjectFacts> {
    return await object({ git: this.#git, repository, signal }, hash);
  }

  async refs(repository: Repository, prefix: string, signal: AbortSignal): Promise<readonly RefFacts[]> {
    return await refs({ git: this.#git, repository, signal }, prefix);
  }
}
