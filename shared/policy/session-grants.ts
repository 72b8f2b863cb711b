import type { ReadyRule } from "./rule.ts";

const IDLE_MS = 30 * 60_000;
const MAX_CALLERS = 1_000;

/** What a person allowed for the length of a session, by caller; in memory only. A caller idle for 30 minutes loses it. */
export class SessionGrants {
  readonly #callers = new Map<string, { readonly rules: readonly ReadyRule[]; readonly seen: number }>();

  /** The grants of a caller; asking keeps them alive. `now` in milliseconds. */
  of(caller: string, now: number): readonly ReadyRule[] {
    const entry = this.#callers.get(caller);
    if (entry === undefined) return [];
    this.#callers.delete(caller);
    if (now - entry.seen >= IDLE_MS) return [];
    this.#callers.set(caller, { rules: entry.rules, seen: now });
    return entry.rules;
  }

  add(caller: string, rules: readonly ReadyRule[], now: number): void {
    const all = [...this.of(caller, now), ...rules];
    this.#callers.set(caller, { rules: all, seen: now });
    // The first key is the caller that was silent for longest.
    const [oldest] = this.#callers.keys();
    if (this.#callers.size > MAX_CALLERS && oldest !== undefined) this.#callers.delete(oldest);
  }

  end(caller: string): void {
    this.#callers.delete(caller);
  }

  clear(): void {
    this.#callers.clear();
  }
}
