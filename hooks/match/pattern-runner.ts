import { Script } from "node:vm";

/** How long one test may take, in milliseconds: a sane pattern takes microseconds. */
const LIMIT_MS = 50;
/** From here on an answer counts as slow, although it came. */
const SLOW_MS = 25;
/** What all tests of a runner may take at once, and which part of the time that goes by. */
const AT_ONCE_MS = 300;
const SHARE = 0.01;

/** What a test gave: `stopped` when it took too long. */
export interface PatternAnswer {
  readonly holds: boolean | "stopped";
  readonly slow: boolean;
}

/**
 * Runs regular expressions of foreign files where V8 stops them. All of them together can hold up the event loop for
 * 300 ms, and for one percent of the time after that.
 */
export class PatternRunner {
  #left = AT_ONCE_MS;
  #lookedAt = performance.now();

  /** Whether the unanchored pattern, which must be valid, occurs in the text; nothing when there is no time left now. Costs about 0.2 ms. */
  test(pattern: string, text: string): PatternAnswer | undefined {
    const startedAt = performance.now();
    this.#left = Math.min(AT_ONCE_MS, this.#left + (startedAt - this.#lookedAt) * SHARE);
    this.#lookedAt = startedAt;
    if (isTame(pattern)) return { holds: new RegExp(pattern).test(text), slow: false };
    if (this.#left <= 0) return undefined;
    const holds = runStoppable(pattern, text);
    const took = performance.now() - startedAt;
    this.#left -= took;
    return { holds, slow: holds === "stopped" || took >= SLOW_MS };
  }
}

/** One that takes cubic time at most, a few milliseconds for the longest name: a busy machine must not stop it. */
function isTame(pattern: string): boolean {
  return !/[({]/u.test(pattern) && (pattern.match(/[*+?]/gu) ?? []).length <= 2;
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
