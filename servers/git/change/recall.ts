import type { Git } from "../../../shared/git/git.ts";
import type { HistoryScene } from "./scene.ts";

const MOST_KEPT = 32;
/** Milliseconds. Git clears away objects that no name leads to, though not that soon. */
const KEPT_FOR = 60_000;

/**
 * Answers of git that cannot change, since whole hashes name all that they rest on: a call looks before policy decides
 * and again when it runs. One that is not small is not kept.
 */
export class Recall<T> {
  readonly #isSmall: (answer: T) => boolean;
  readonly #kept = new WeakMap<Git, Map<string, { readonly answer: T; readonly at: number }>>();

  constructor(isSmall: (answer: T) => boolean = () => true) {
    this.#isSmall = isSmall;
  }

  /** `of` names all that the answer rests on. */
  async get(
    { git, repository }: Pick<HistoryScene, "git" | "repository">,
    of: readonly string[],
    ask: () => Promise<T>,
  ): Promise<T> {
    const known = this.#kept.get(git) ?? new Map<string, { answer: T; at: number }>();
    this.#kept.set(git, known);
    const key = [repository.commonDir, ...of].join("\n");
    const kept = known.get(key);
    if (kept !== undefined && performance.now() - kept.at < KEPT_FOR) return kept.answer;
    const answer = await ask();
    known.delete(key);
    if (this.#isSmall(answer)) known.set(key, { answer, at: performance.now() });
    const [oldest] = known.keys();
    if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
    return answer;
  }
}
