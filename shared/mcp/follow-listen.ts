import * as z from "zod";
import type { Log } from "../context.ts";
import type { McpMount } from "./mount.ts";

const Listen = z.object({
  method: z.literal("subscriptions/listen"),
  params: z.object({
    notifications: z.object({
      resourceSubscriptions: z.array(z.string()).max(256).default([]),
      promptsListChanged: z.boolean().default(false),
    }),
  }),
});

interface FollowOptions {
  readonly mount: McpMount;
  /** Tells of a resource, or, without its URI, of the list of prompts. */
  readonly announce: (uri?: string) => void;
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
  const { resourceSubscriptions, promptsListChanged } = listen.data.params.notifications;
  const watches = resourceSubscriptions.map((uri) => () => mount.watch(uri, () => announce(uri)));
  if (promptsListChanged) watches.push(() => mount.watchPrompts(() => announce()));
  const starting = watches.map(async (watch) => {
    try {
      return await watch();
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
