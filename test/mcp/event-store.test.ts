import fc from "fast-check";
import { expect, test } from "vitest";
import { EventStores } from "../../shared/mcp/event-store.ts";

const LIMITS = { eventsPerSession: 5, bytesPerSession: 400, bytes: 600 };

function message(size: number) {
  return { jsonrpc: "2.0", method: "m", params: { x: "x".repeat(size) } } as const;
}

interface Stored {
  readonly store: ReturnType<EventStores["open"]>;
  readonly stream: string;
  readonly id: string;
}

/** What a client gets that saw this event last; undefined when the event is not kept any more. */
async function replayAfter({ store, stream, id }: Stored): Promise<string[] | undefined> {
  const known = await store.getStreamIdForEventId?.(id);
  if (known === undefined) return undefined;
  const seen: string[] = [];
  expect(await store.replayEventsAfter(id, { send: async (each) => void seen.push(each) })).toBe(stream);
  return seen;
}

test("stays within its bounds, and a replay is a gapless end of one stream of one session", async () => {
  const step = fc.record({ session: fc.nat(2), stream: fc.nat(1), size: fc.nat(500) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const stores = new EventStores(LIMITS);
      const sessions = [0, 1, 2].map(() => stores.open());
      const stored: Stored[] = [];
      for (const { session, stream, size } of steps) {
        const store = sessions[session] ?? stores.open();
        stored.push({ store, stream: `s${stream}`, id: await store.storeEvent(`s${stream}`, message(size)) });
        expect(stores.bytes).toBeLessThanOrEqual(LIMITS.bytes);
      }
      for (const [at, { store, stream, id }] of stored.entries()) {
        const replayed = await replayAfter({ store, stream, id });
        const later = stored.slice(at + 1).filter((each) => each.store === store && each.stream === stream);
        if (replayed !== undefined) expect(replayed).toEqual(later.map((each) => each.id));
        const others = sessions.filter((each) => each !== store);
        const known = await Promise.all(others.map(async (other) => other.getStreamIdForEventId?.(id)));
        expect(known).toEqual([undefined, undefined]);
      }
      for (const session of sessions) session.close();
      expect(stores.bytes).toBe(0);
    }),
  );
});

test("gives a message back as it was, and says when an event is gone", async () => {
  const stores = new EventStores(LIMITS);
  const store = stores.open();
  const first = await store.storeEvent("s", message(1));
  await store.storeEvent("s", message(2));
  const seen: unknown[] = [];
  await store.replayEventsAfter(first, { send: async (_, each) => void seen.push(each) });
  expect(seen).toEqual([message(2)]);
  await store.storeEvent("s", message(500));
  await expect(store.replayEventsAfter(first, { send: async () => {} })).rejects.toThrow("not kept");
});
