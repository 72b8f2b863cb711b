import type { Readable, Writable } from "node:stream";
import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  McpServer,
  type Server,
} from "@modelcontextprotocol/server";
import type { JSONRPCMessage, McpServerFactory } from "@modelcontextprotocol/server";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { Log } from "../context.ts";
import type { Scope } from "../scope.ts";
import { followListen } from "./follow-listen.ts";
import { guardStdout } from "./guard-stdout.ts";
import type { McpMount } from "./mount.ts";
import { PlainCalls } from "./plain-calls.ts";
import { siftLines } from "./sift-lines.ts";

/** With this much for closing, the process is gone within two seconds of its client. */
const CLOSE_MS = 1_500;

export interface StdioOptions {
  /** Closed when the client is gone; what does not close in 1.5 s is left behind. */
  readonly scope: Scope;
  readonly log: Log;
  readonly stdin?: Readable;
  /** Left out, stdout is guarded first: see `guardStdout`. */
  readonly stdout?: Writable;
  /** Ends the process; handles may still be open then. */
  readonly exit?: (code: number) => void;
}

/**
 * Serves one client on stdin and stdout, in the protocol era that it opens with. When stdin ends, stdout breaks,
 * or a signal comes, the scope is closed and the process ends.
 */
export function serveOnStdio(mount: McpMount, options: StdioOptions): void {
  const { scope, log, stdin = process.stdin, stdout = guardStdout() } = options;
  const exit = options.exit ?? ((code) => process.exit(code));
  let server: Server | undefined;
  const create: McpServerFactory = async (context) => {
    const made = await mount.create(context);
    server = made instanceof McpServer ? made.server : made;
    return made;
  };
  const streams = new ListenStreams({ mount, log, server: () => server });
  const calls = new PlainCalls({
    shortcut: () => server && mount.shortcutOf?.(server),
    write: (text) => void stdout.write(text),
    handOver: (message) => rest.push(`${JSON.stringify(message)}\n`),
    notify: async (notification) => server?.notification(notification),
    log,
  });
  const rest = siftLines(stdin, (line) => calls.take(line));
  const wire = new StdioServerTransport(rest, stdout);
  const handle = serveStdio(create, {
    transport: wire,
    onerror: (error) => log("debug", `stdio: ${error.message}`),
  });

  let leaving = false;
  const leave = async (): Promise<void> => {
    if (leaving) return;
    leaving = true;
    calls.close();
    streams.close();
    const closing = handle.close().then(() => scope.close());
    await within(CLOSE_MS, closing).catch((error: unknown) => log("warn", `closing: ${String(error)}`));
    exit(0);
  };
  // serveStdio has set both handlers by now and offers no others.
  const { onmessage, onclose } = wire;
  wire.onmessage = (message) => {
    streams.observe(message);
    onmessage?.(message);
  };
  wire.onclose = () => {
    onclose?.();
    void leave();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => void leave());
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

interface ListenOptions {
  readonly mount: McpMount;
  readonly log: Log;
  /** The connection's; changes are announced through it. */
  readonly server: () => Server | undefined;
}

/** What the stateless-era client of this connection listens to, by the id of the request that opened it. */
class ListenStreams {
  readonly #options: ListenOptions;
  readonly #stops = new Map<unknown, () => void>();

  constructor(options: ListenOptions) {
    this.#options = options;
  }

  observe(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) {
      const { mount, log, server } = this.#options;
      const announce = (uri?: string): void => {
        const to = server();
        const telling = uri === undefined ? to?.sendPromptListChanged() : to?.sendResourceUpdated({ uri });
        void telling?.catch(() => {});
      };
      const stop = followListen(message, { mount, announce, log });
      if (stop === undefined) return;
      this.#stop(message.id);
      this.#stops.set(message.id, stop);
    } else if (isJSONRPCNotification(message) && message.method === "notifications/cancelled") {
      this.#stop(message.params?.["requestId"]);
    }
  }

  close(): void {
    for (const id of this.#stops.keys()) this.#stop(id);
  }

  #stop(id: unknown): void {
    this.#stops.get(id)?.();
    this.#stops.delete(id);
  }
}
