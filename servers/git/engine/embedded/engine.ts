import type { Git } from "../../../../shared/git/git.ts";
import type { Repository } from "../../../../shared/git/repository.ts";
import { at, object } from "./at.ts";
import { diff } from "./diff.ts";
import { commit, log } from "./log.ts";
import { Objects } from "./objects.ts";
import { refs } from "./refs.ts";
import type { EmbeddedRunIn } from "./run.ts";
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
  StatusAsk,
  StatusFacts,
} from "../shapes.ts";

/** For machines without the git program: reads by itself, starts nothing, and says `unavailable` where it is not sure. */
export class EmbeddedEngine implements Engine {
  readonly name = "embedded";
  readonly #git: Git;

  /** `git` is its way to the workspace. */
  constructor(git: Git) {
    this.#git = git;
  }

  async status(repository: Repository, ask: StatusAsk, signal: AbortSignal): Promise<StatusFacts> {
    return await status(await this.#open(repository, signal), ask);
  }

  async log(repository: Repository, ask: LogAsk, signal: AbortSignal): Promise<readonly CommitFacts[]> {
    return await log(await this.#open(repository, signal), ask);
  }

  async commit(repository: Repository, hash: string, signal: AbortSignal): Promise<CommitFacts> {
    return await commit(await this.#open(repository, signal), hash);
  }

  async diff(repository: Repository, ask: DiffAsk, signal: AbortSignal): Promise<readonly FileDiff[]> {
    return await diff(await this.#open(repository, signal), ask);
  }

  async at(...[repository, hash, path, signal]: Parameters<Engine["at"]>): Promise<AtRevision> {
    return await at(await this.#open(repository, signal), hash, path);
  }

  async object(repository: Repository, hash: string, signal: AbortSignal): Promise<ObjectFacts> {
    return await object(await this.#open(repository, signal), hash);
  }

  async refs(repository: Repository, prefix: string, signal: AbortSignal): Promise<readonly RefFacts[]> {
    return await refs(await this.#open(repository, signal), prefix);
  }

  /** Anew for each question: what changed in between is seen. */
  async #open(repository: Repository, signal: AbortSignal): Promise<EmbeddedRunIn> {
    const files = this.#git.files(signal);
    const objects = await Objects.open(files, repository);
    return { git: this.#git, files, objects, repository, signal };
  }
}
