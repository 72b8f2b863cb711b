import type { Log } from "../context.ts";
import type { Scope } from "../scope.ts";
import type { StatusCategory, StatusEvent, StatusFeed } from "./feed.ts";
import { STATUS_CATEGORIES } from "./feed.ts";
import { Pace } from "./pace.ts";

/** Events that each category keeps. */
const CAPACITY = 200;
/** Characters that a message keeps. */
const LONGEST_MESSAGE = 300;

export interface StatusFeedOptions {
  /** Closing it ends all watching. */
  readonly scope: Scope;
  /** Told when a watcher throws; a broken watcher never fails the call that published. */
  readonly log?: Log;
}

/** A feed in memory: the newest 200 events of each category, watchers told at most ten times a second. */
export function createStatusFeed(options: StatusFeedOptions): StatusFeed {
  const channels = new Map<StatusCategory, Channel>(
    STATUS_CATEGORIES.map((category) => [category, new Channel(options.log ?? (() => {}))]),
  );
  const channel = (category: StatusCategory): Channel => {
    const found = channels.get(category);
    if (found === undefined) throw new RangeError(`no status category ${category}`);
    return found;
  };
  options.scope.defer(() => {
    for (const one of channels.values()) one.close();
  });
  return {
    publish(event) {
      const message = event.message.slice(0, LONGEST_MESSAGE);
      channel(event.category).publish({ ...event, message, at: Date.now() });
    },
    watch: (category, changed) => channel(category).watch(changed),
    read: (category) => channel(category).read(),
  };
}

class Channel {
  readonly #log: Log;
  readonly #events: StatusEvent[] = [];
  readonly #watchers = new Set<{ readonly changed: () => void }>();
  readonly #pace = new Pace(() => this.#tell());
  #dropped = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  publish(event: StatusEvent): void {
    this.#events.push(event);
    if (this.#events.length > CAPACITY) {
      this.#events.shift();
      this.#dropped += 1;
    }
    if (this.#watchers.size > 0) this.#pace.request();
  }

  watch(changed: () => void): () => void {
    // An object of its own, so that one function can watch twice.
    const watcher = { changed };
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#pace.stop();
    };
  }

  read(): { events: readonly StatusEvent[]; dropped: number } {
    return { events: [...this.#events], dropped: this.#dropped };
  }

  close(): void {
    this.#watchers.clear();
    this.#pace.stop();
  }

  #tell(): void {
    for (const watcher of this.#watchers) {
      try {
        watcher.changed();
      } catch (error) {
        this.#log("error", `a status watcher failed: ${String(error)}`);
      }
    }
  }
}
