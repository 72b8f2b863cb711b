/** Node fires a longer timer at once. */
const LONGEST_MS = 2 ** 31 - 1;

interface Alarm {
  readonly at: number;
  readonly action: () => void;
}

/**
 * Runs actions when their time has come, all with one timer: nearly all of them are taken back before, and a timer
 * for each would cost every call more than the rest of it. Keeps the process alive while one is set.
 */
export class Alarms {
  readonly #alarms = new Set<Alarm>();
  #timer: NodeJS.Timeout | undefined;
  #ringsAt = Infinity;

  /** Runs `action` after so many milliseconds, unless the function that comes back is called before. */
  set(ms: number, action: () => void): () => void {
    const alarm = { at: performance.now() + ms, action };
    this.#alarms.add(alarm);
    if (alarm.at < this.#ringsAt) this.#arm(alarm.at);
    else this.#timer?.ref();
    return () => {
      this.#alarms.delete(alarm);
      // It rings for nothing later, which is cheaper than to set it anew for the next call.
      if (this.#alarms.size === 0) this.#timer?.unref();
    };
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#ringsAt = at;
    const ms = Math.ceil(at - performance.now());
    this.#timer = setTimeout(() => this.#ring(), Math.min(ms, LONGEST_MS));
  }

  #ring(): void {
    this.#ringsAt = Infinity;
    const now = performance.now();
    for (const alarm of this.#alarms) {
      if (alarm.at > now) continue;
      this.#alarms.delete(alarm);
      alarm.action();
    }
    const next = Math.min(...[...this.#alarms].map(({ at }) => at));
    // An action may have set one meanwhile.
    if (next < this.#ringsAt) this.#arm(next);
  }
}
