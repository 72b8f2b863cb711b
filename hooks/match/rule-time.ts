import { ruleHolds, type RuleSubject } from "./if-rule.ts";

/** What all rules of one selection may take. Handlers from home come first, so that nobody takes it from them. */
const MOST_MS = 250;

/** Asks rules of foreign files about one event, for a quarter of a second; after that each is `unknown`. */
export class RuleTime {
  #left = MOST_MS;

  holds(rule: string, about: RuleSubject): boolean | "unknown" {
    if (this.#left <= 0) return "unknown";
    const startedAt = performance.now();
    const holds = ruleHolds(rule, about);
    this.#left -= performance.now() - startedAt;
    return holds;
  }
}
