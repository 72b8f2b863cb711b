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
  const streams = new ListenStreams(mount, log);
  const wire = new StdioServerTransport(stdin, stdout);
  const handle = serveStdio(streams.follow(mount.create), {
    transport: wire,
    onerror: (error) => log("debug", `stdio: ${error.message}`),
  });

  let leaving = false;
  const leave = async (): Promise<void> => {
    if (leaving) return;
    leaving = true;
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

/** What the stateless-era client of this connection listens to, by the id of the request that opened it. */
class ListenStreams {
  readonly #mount: McpMount;
  readonly #log: Log;
  readonly #stops = new Map<unknown, () => void>();
  #server: Server | undefined;

  constructor(mount: McpMount, log: Log) {
    this.#mount = mount;
    this.#log = log;
  }

  /** The factory, watched: changes are announced through the newest server, which is the connection's. */
  follow(create: McpServerFactory): McpServerFactory {
    return async (context) => {
      const made = await create(context);
      this.#server = made instanceof McpServer ? made.server : made;
      return made;
    };
  }

  observe(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) {
      const announce = (uri: string): void => void this.#server?.sendResourceUpdated({ uri }).catch(() => {});
      const stop = followListen(message, { mount: this.#mount, announce, log: this.#log });
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
