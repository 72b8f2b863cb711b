import { Script } from "node:vm";

/** How long one test may take, in milliseconds: a sane pattern takes microseconds. */
const LIMIT_MS = 50;
/** From here on an answer counts as slow, although it came. */
const SLOW_MS = 25;
/** How many slow tests all patterns of a runner may have together. */
const MOST_SLOW = 6;

/** What a test gave: `stopped` when it took too long, or this runner has waited long enough already. */
export interface PatternAnswer {
  readonly holds: boolean | "stopped";
  readonly slow: boolean;
}

/**
 * Runs regular expressions of foreign files where V8 stops them. All of them together can hold up the event loop for
 * 300 ms, ever; after that each answer is `stopped` at once.
 */
export class PatternRunner {
  #slow = 0;

  /** Whether the unanchored pattern, which must be valid, occurs in the text. Costs about 0.2 ms. */
  test(pattern: string, text: string): PatternAnswer {
    if (this.#slow >= MOST_SLOW) return { holds: "stopped", slow: true };
    const startedAt = performance.now();
    const holds = runStoppable(pattern, text);
    const slow = holds === "stopped" || performance.now() - startedAt >= SLOW_MS;
    if (slow) this.#slow++;
    return { holds, slow };
  }
}

function runStoppable(pattern: string, text: string): boolean | "stopped" {
  // both are string literals to the script: nothing foreign becomes code
  const script = new Script(`new RegExp(${JSON.stringify(pattern)}).test(${JSON.stringify(text)})`);
  try {
    return script.runInThisContext({ timeout: LIMIT_MS }) === true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT")
      return "stopped";
    // a pattern that is valid and yet too large to run is found out only here
    if (error instanceof SyntaxError || error instanceof RangeError) return "stopped";
    throw error;
  }
}
