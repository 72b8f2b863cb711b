import * as z from "zod";
import type { Log } from "../context.ts";
import type { McpMount } from "./mount.ts";

const Listen = z.object({
  method: z.literal("subscriptions/listen"),
  params: z.object({ notifications: z.object({ resourceSubscriptions: z.array(z.string()).max(256) }) }),
});

interface FollowOptions {
  readonly mount: McpMount;
  readonly announce: (uri: string) => void;
  readonly log: Log;
}

/**
 * Watches what a stateless-era client listens to, until the function that comes back is called; nothing for any
 * other message. The SDK answers `subscriptions/listen` by itself and tells nobody what there is to watch.
 */
export function followListen(
  message: unknown,
  { mount, announce, log }: FollowOptions,
): (() => void) | undefined {
  const listen = Listen.safeParse(message);
  if (!listen.success) return undefined;
  const starting = listen.data.params.notifications.resourceSubscriptions.map(async (uri) => {
    try {
      return await mount.watch(uri, () => announce(uri));
    } catch (error) {
      // The protocol has no place to refuse one of many; the others are still followed.
      log("debug", `not watched: ${error instanceof Error ? error.message : String(error)}`);
      return () => {};
    }
  });
  return () => {
    for (const each of starting) void each.then((stop) => stop());
  };
}
