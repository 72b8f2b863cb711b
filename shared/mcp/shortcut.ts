import {
  SERVER_INFO_META_KEY,
  type CallToolResult,
  type Implementation,
  type ProtocolEra,
  type RequestId,
  type Server,
} from "@modelcontextprotocol/server";
import type { Answer, Call, Endpoint } from "../call.ts";
import type { Caller } from "../caller.ts";
import type { Log } from "../context.ts";
import type { PlainCall } from "./plain-call.ts";
import { beginCall, toResult } from "./tool-call.ts";

type Asked = Extract<Answer, { kind: "question" }>;

export interface ShortcutOptions {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly server: Server;
  readonly info: Implementation;
  readonly era: ProtocolEra;
  readonly log: Log;
}

/**
 * Calls tools of one connection without the SDK, whose checks of a request and its result take longer than a small
 * file. It opens when the SDK took a call, so that handshake and envelope are checked, and takes what is like that one.
 */
export class Shortcut {
  readonly #options: ShortcutOptions;
  /** Of the last call that the SDK took. */
  #known: { readonly envelope: string; readonly client: unknown; readonly caller: Caller } | undefined;
  readonly #asked = new Map<RequestId, Asked>();

  constructor(options: ShortcutOptions) {
    this.#options = options;
  }

  /** To be told of each call that the SDK took. */
  open(envelope: string, caller: Caller): void {
    this.#known = { envelope, caller, client: this.#options.server.getClientVersion() };
  }

  /** False for a call that the SDK has to see. */
  takes({ name, envelope }: PlainCall): boolean {
    const { endpoints, server } = this.#options;
    // A client that shakes hands anew is another client.
    const isKnown = this.#known?.envelope === envelope && this.#known.client === server.getClientVersion();
    return isKnown && endpoints.has(name);
  }

  /** The result as the SDK would send it, or nothing when there is a question: the SDK asks it, given the same request. */
  async call(
    plain: PlainCall,
    about: Pick<Call, "signal" | "abort" | "report">,
  ): Promise<CallToolResult | undefined> {
    const { endpoints, era, info, log } = this.#options;
    const endpoint = endpoints.get(plain.name);
    if (endpoint === undefined || this.#known === undefined) throw new Error("only what is taken is called");
    const call = beginCall(endpoint.tool, plain.input, { ...about, caller: this.#known.caller, log });
    const answer = await endpoint.call(plain.input, call);
    if (answer.kind === "question") {
      this.#asked.set(plain.id, answer);
      return undefined;
    }
    const result = toResult(answer);
    return era === "legacy"
      ? result
      : { ...result, resultType: "complete", _meta: { ...result._meta, [SERVER_INFO_META_KEY]: info } };
  }

  /** The question that a request led to here, so that the SDK's handler does not run it again; given out once. */
  takeAsked(id: RequestId): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked;
  }
}
