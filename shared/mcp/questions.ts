import {
  createRequestStateCodec,
  inputRequired,
  inputResponse,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { Answer, Lifetime, Question, Reply, Sealed } from "../call.ts";

const TTL_SECONDS = 600;
const MAX_SPENT = 10_000;
const KEY = "answer";
const DENY = "deny";
const LABELS = {
  once: "allow once",
  session: "allow for this session",
  always: "always allow",
} as const satisfies Record<Lifetime, string>;

type Asked = Extract<Answer, { kind: "question" }>;

/** Turns questions into elicitations, in both protocol eras, and their answers back. */
export interface Questions {
  /** For the SDK: checks what comes back with an answer; throws when it is not ours, too old, another caller's or used. */
  verify(state: string, context: ServerContext): Promise<Sealed>;
  /** The question as the protocol sends it; what was sealed travels through the client, signed. */
  ask(asked: Asked, context: ServerContext): Promise<InputRequiredResult>;
  /** What this request answers, when it answers anything. */
  resumed(context: ServerContext): { readonly sealed: Sealed; readonly reply: Reply } | undefined;
}

interface QuestionsOptions {
  /** At least 32 random bytes, made anew for each process. */
  readonly sealKey: Uint8Array;
  /** The caller's id: a state is good for the caller who was asked and for nobody else. */
  readonly callerId: (context: ServerContext) => string;
  /** Seals of answered questions, shared by all servers of a mount. */
  readonly spent: SpentSeals;
}

export function createQuestions({ sealKey, callerId, spent }: QuestionsOptions): Questions {
  const codec = createRequestStateCodec<Sealed>({
    key: sealKey,
    ttlSeconds: TTL_SECONDS,
    bind: (context) => `${callerId(context)}\n${context.mcpReq.method}`,
  });
  return {
    async verify(state, context) {
      const sealed = await codec.verify(state, context);
      spent.spend(state);
      return sealed;
    },
    async ask({ question, sealed }, context) {
      return inputRequired({
        inputRequests: { [KEY]: inputRequired.elicit(formOf(question)) },
        requestState: await codec.mint(sealed, context),
      });
    },
    resumed(context) {
      const sealed = context.mcpReq.requestState<Sealed>();
      return sealed === undefined ? undefined : { sealed, reply: replyIn(context) };
    },
  };
}

function formOf({ message, lifetimes }: Question): Parameters<typeof inputRequired.elicit>[0] {
  const decisions = [...lifetimes.map((lifetime) => LABELS[lifetime]), DENY];
  return {
    message,
    requestedSchema: {
      type: "object",
      properties: { decision: { type: "string", title: "Decision", enum: decisions } },
      required: ["decision"],
    },
  };
}

/** Only an accepted form with one of our own words is a yes. */
function replyIn(context: ServerContext): Reply {
  const response = inputResponse(context.mcpReq.inputResponses, KEY);
  if (response.kind !== "elicit" || response.action === "cancel") return { kind: "no", how: "cancel" };
  const decision = response.action === "accept" ? response.content?.["decision"] : undefined;
  const lifetime = (["once", "session", "always"] as const).find((each) => LABELS[each] === decision);
  return lifetime === undefined ? { kind: "no", how: "decline" } : { kind: "yes", lifetime };
}

/** Remembers answered questions for as long as their seals would be good, so that none is answered twice. */
export class SpentSeals {
  readonly #until = new Map<string, number>();

  /** Throws when it was spent before. Memory is bounded: past 10,000 the oldest is forgotten. */
  spend(state: string): void {
    const seal = state.slice(state.lastIndexOf(".") + 1);
    const now = Date.now();
    if ((this.#until.get(seal) ?? 0) > now) throw new Error("answered before");
    for (const [old, until] of this.#until) {
      if (until > now && this.#until.size < MAX_SPENT) break;
      this.#until.delete(old);
    }
    this.#until.set(seal, now + TTL_SECONDS * 1_000);
  }
}
