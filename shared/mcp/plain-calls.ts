import type { CallToolResult, RequestId } from "@modelcontextprotocol/server";
import type { Log } from "../context.ts";
import { ToolError } from "../errors.ts";
import { jsonPieces, LONG } from "./json-pieces.ts";
import { cancelledIn, plainCallIn, type PlainCall } from "./plain-call.ts";
import { reporter, type Notify } from "./progress.ts";
import type { Shortcut } from "./shortcut.ts";

export interface PlainCallsOptions {
  /** Of the connection as it is now. */
  readonly shortcut: () => Shortcut | undefined;
  readonly write: (text: string) => void;
  /** Gives a message to the SDK after all. */
  readonly handOver: (message: unknown) => void;
  readonly notify: Notify;
  readonly log: Log;
}

/** Answers plain calls from one client as the SDK would, and leaves everything else to it. */
export class PlainCalls {
  readonly #options: PlainCallsOptions;
  readonly #running = new Map<RequestId, AbortController>();
  #closed = false;

  constructor(options: PlainCallsOptions) {
    this.#options = options;
  }

  /** False for a line that the SDK has to see. */
  take(line: string): boolean {
    const message = parse(line);
    if (this.#closed || message === undefined) return false;
    const call = plainCallIn(message);
    if (call === undefined) return this.#cancel(cancelledIn(message));
    const shortcut = this.#options.shortcut();
    if (shortcut?.takes(call) !== true || this.#running.has(call.id)) return false;
    void this.#run(call, shortcut, message);
    return true;
  }

  /** Aborts what runs; nothing is answered any more. */
  close(): void {
    this.#closed = true;
    for (const id of this.#running.keys()) this.#cancel(id);
  }

  #cancel(id: unknown): boolean {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key of any other type is not found
    const running = this.#running.get(id as RequestId);
    if (running === undefined) return false;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was found
    this.#running.delete(id as RequestId);
    running.abort(new ToolError("cancelled", "the caller took the call back"));
    return true;
  }

  async #run(call: PlainCall, shortcut: Shortcut, message: unknown): Promise<void> {
    const { id, progressToken } = call;
    const controller = new AbortController();
    const { signal } = controller;
    this.#running.set(id, controller);
    const report = reporter({ progressToken, signal, notify: this.#options.notify });
    let answer: Answered | undefined;
    try {
      const result = await shortcut.call(call, {
        signal,
        abort: (reason) => controller.abort(reason),
        report,
      });
      answer = result && { result };
    } catch (error) {
      this.#options.log("error", `a call failed outside of its tool: ${String(error)}`);
      answer = { error: { code: INTERNAL_ERROR, message: "Internal error" } };
    }
    // A call that was taken back gets no answer; one that was stopped at its deadline does.
    if (this.#running.get(id) !== controller) return;
    this.#running.delete(id);
    if (answer === undefined) this.#options.handOver(message);
    else this.#write({ ...answer, jsonrpc: "2.0", id });
  }

  #write(message: Answered & { readonly jsonrpc: "2.0"; readonly id: RequestId }): void {
    const { write } = this.#options;
    if (!isLong(message)) return write(`${JSON.stringify(message)}\n`);
    for (const piece of jsonPieces(message)) write(piece);
    write("\n");
  }
}

type Answered = { readonly result: CallToolResult } | { readonly error: object };

function isLong(answer: Answered): boolean {
  return (
    "result" in answer &&
    answer.result.content.some((part) => part.type === "text" && part.text.length > LONG)
  );
}

const INTERNAL_ERROR = -32_603;

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
