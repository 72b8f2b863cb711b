import { KillableWorker } from "../process/killable-worker.ts";
import { unifiedDiff, type Diff, type DiffInput } from "./unified-diff.ts";

const ANSWER_MS = 20_000;
const MEGABYTES = 1_024;
/** Characters of both texts that take a few milliseconds at worst. */
const AT_ONCE = 16_384;

/** Unified diffs of any texts, without holding up the process: large ones are made in another one. */
export class TextDiffer {
  readonly #worker = new KillableWorker<DiffInput, Diff>("diff-worker", {
    answerMs: ANSWER_MS,
    megabytes: MEGABYTES,
  });

  /** As `unifiedDiff`. Throws `timeout` and `too_large` for texts that are too much work. */
  async diff(input: DiffInput, signal: AbortSignal): Promise<Diff> {
    if (input.oldText.length + input.newText.length <= AT_ONCE) return unifiedDiff(input);
    return await this.#worker.ask(input, signal);
  }

  /** Ends the other process; what is asked then fails. */
  close(): Promise<void> {
    return this.#worker.close();
  }
}
