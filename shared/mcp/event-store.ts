import type { EventStore, JSONRPCMessage } from "@modelcontextprotocol/server";

export interface EventLimits {
  readonly eventsPerSession: number;
  /** Bytes as JSON. */
  readonly bytesPerSession: number;
  /** For all sessions together. */
  readonly bytes: number;
}

interface Event {
  readonly log: SessionLog;
  readonly stream: string;
  readonly json: string;
  readonly bytes: number;
}

/** What sessions sent lately, so that a client whose stream broke can go on after the last event it saw. */
export class EventStores {
  readonly #limits: EventLimits;
  /** Oldest first, over all sessions. */
  readonly #events = new Map<string, Event>();
  #bytes = 0;
  #next = 1;

  constructor(limits: EventLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A store that knows the events of one session only; `close` forgets them. */
  open(): EventStore & { close(): void } {
    const log = new SessionLog();
    return {
      storeEvent: async (stream, message) => this.#store(log, stream, message),
      getStreamIdForEventId: async (id) => this.#eventOf(log, id)?.stream,
      replayEventsAfter: (id, { send }) => this.#replay(log, id, send),
      close: () => {
        for (const id of log.ids) this.#drop(id);
      },
    };
  }

  #store(log: SessionLog, stream: string, message: JSONRPCMessage): string {
    const id = String(this.#next++);
    const json = JSON.stringify(message);
    const bytes = Buffer.byteLength(json);
    this.#events.set(id, { log, stream, json, bytes });
    log.ids.add(id);
    log.bytes += bytes;
    this.#bytes += bytes;
    while (log.ids.size > this.#limits.eventsPerSession || log.bytes > this.#limits.bytesPerSession) {
      this.#dropOldest(log.ids);
    }
    while (this.#bytes > this.#limits.bytes) this.#dropOldest(this.#events.keys());
    return id;
  }

  async #replay(
    log: SessionLog,
    after: string,
    send: (id: string, message: JSONRPCMessage) => Promise<void>,
  ): Promise<string> {
    const last = this.#eventOf(log, after);
    if (last === undefined) throw new Error("the event is not kept any more");
    let passed = false;
    for (const id of log.ids) {
      const event = this.#events.get(id);
      if (passed && event?.stream === last.stream) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by #store, from this very type
        await send(id, JSON.parse(event.json) as JSONRPCMessage);
      }
      passed ||= id === after;
    }
    return last.stream;
  }

  /** Another session's event is as unknown as one that never was. */
  #eventOf(log: SessionLog, id: string): Event | undefined {
    return log.ids.has(id) ? this.#events.get(id) : undefined;
  }

  #dropOldest(ids: Iterable<string>): void {
    for (const id of ids) return this.#drop(id);
  }

  #drop(id: string): void {
    const event = this.#events.get(id);
    if (event === undefined) return;
    this.#events.delete(id);
    event.log.ids.delete(id);
    event.log.bytes -= event.bytes;
    this.#bytes -= event.bytes;
  }
}

class SessionLog {
  /** Oldest first. */
  readonly ids = new Set<string>();
  bytes = 0;
}
