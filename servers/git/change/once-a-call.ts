import type { Git } from "../../../shared/git/git.ts";
import type { HistoryScene } from "./scene.ts";

/** Milliseconds: longer than from policy's look to the call's own, shorter than anybody's yes. */
const FRESH = 50;

interface Made<Plan> {
  readonly plan: Plan;
  readonly git: Git;
  readonly key: string;
  readonly at: number;
  /** Writers of this process before it was made; undefined when one was at work. */
  readonly turns: number | undefined;
}

/**
 * The last plan that policy asked for, taken over by the call itself when it comes at once and nobody of this process
 * wrote in between: no look is much nearer to the change. One that had to wait is made anew.
 */
export class OnceACall<Plan> {
  #made: Made<Plan> | undefined;

  /** For `foresee`; `ask` is all that the plan depends on beside the repository. */
  async foreseen(
    { git, repository }: Pick<HistoryScene, "git" | "repository">,
    ask: unknown,
    make: () => Promise<Plan>,
  ): Promise<Plan> {
    const { commonDir } = repository;
    const turns = git.turns.isBusy(commonDir) ? undefined : git.turns.begun(commonDir);
    const plan = await make();
    this.#made = { plan, git, key: keyOf(repository, ask), at: performance.now(), turns };
    return plan;
  }

  /** For the call, in its own turn. */
  async taken(
    { git, repository }: Pick<HistoryScene, "git" | "repository">,
    ask: unknown,
    make: () => Promise<Plan>,
  ): Promise<Plan> {
    const made = this.#made;
    this.#made = undefined;
    const isFresh =
      made?.turns !== undefined &&
      made.git === git &&
      made.key === keyOf(repository, ask) &&
      git.turns.begun(repository.commonDir) === made.turns + 1 &&
      performance.now() - made.at < FRESH;
    return isFresh ? made.plan : await make();
  }
}

function keyOf({ gitDir }: HistoryScene["repository"], ask: unknown): string {
  return JSON.stringify([gitDir, ask]);
}
