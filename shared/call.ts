import type { Access } from "./access.ts";
import type { Caller } from "./caller.ts";
import type { ErrorCode } from "./errors.ts";
import type { Log, Progress } from "./context.ts";
import { effectOf, type Effect, type Part, type Reach, type ToolFacts, type Touches } from "./tool.ts";

/** What policy wants a person to decide, before anything was done. */
export interface Question {
  /** Our own words; what the call would do, to what, and why that is asked. Foreign text in it is escaped. */
  readonly message: string;
  /** How long a yes may last; the first is the default. */
  readonly lifetimes: readonly Lifetime[];
}

/** How long a grant lasts. `once` covers exactly the call that was asked about. */
export type Lifetime = "once" | "session" | "always";

/** What a person said. Anything but a clear yes is a no. */
export type Reply =
  | { readonly kind: "yes"; readonly lifetime: Lifetime }
  | { readonly kind: "no"; readonly how: "decline" | "cancel" };

/**
 * What travels through the client between a question and its answer, signed: the answer runs the call again
 * from the top, with exactly these arguments.
 */
export interface Sealed {
  readonly id: string;
  readonly trace: string;
  readonly caller: string;
  readonly tool: string;
  /** SHA-256 of tool and arguments as they first came. */
  readonly hash: string;
  /** Arguments as hooks left them: these are run. */
  readonly input: unknown;
  /** What the hooks said, so that they run once. */
  readonly hooks: HookVerdict;
  /** Set when the person was asked whether these hooks may run at all, and not about the call: their approval hashes. */
  readonly trust?: readonly string[];
  /** Where the paths led when the person was asked, what the call would have changed besides, what they were told. */
  readonly places: readonly string[];
}

/** What the hooks before a call decided together. */
export interface HookVerdict {
  readonly decision: "allow" | "ask" | "deny" | "none";
  /** Which hooks said so, for the record; escaped. */
  readonly by?: string;
  /** Foreign text. */
  readonly reason?: string;
  /** A hook wants the whole work to stop, and not only this call; the text says why. */
  readonly stop?: string;
  /** What hooks tell the model beside the answer. */
  readonly notes?: readonly string[];
}

/** What the audit line will say; each stage writes what it knows. */
export interface CallRecord {
  effect: Effect;
  reach: Reach;
  tier: 0 | 1 | 2 | 3;
  touches: Touches;
  decision: "allowed" | "asked" | "granted" | "denied" | "none";
  /** The rule, grant or default behind the decision, in a few words. */
  because?: string;
  /** True as soon as the call may have changed something: its line is on disk before the answer. */
  changed: boolean;
}

/** The record of a call that has just begun. */
export function freshRecord(tool: ToolFacts, input: unknown): CallRecord {
  const effect = effectOf(tool.effect, input);
  return { effect, reach: tool.reach, tier: 0, touches: {}, decision: "none", changed: false };
}

/** One call on its way through the stages. */
export interface Call {
  readonly id: string;
  /** The same for a call and all the calls made on its behalf. */
  readonly trace: string;
  /** The call that made this one, when there is one. */
  readonly parent?: string;
  readonly caller: Caller;
  readonly signal: AbortSignal;
  /** Aborts `signal`, where a transport made it for this call alone; its reason is a `ToolError`. */
  readonly abort?: (reason: unknown) => void;
  readonly log: Log;
  readonly report: (progress: Progress) => void;
  /** Set by the transport when this run answers a question. */
  readonly resumed?: { readonly sealed: Sealed; readonly reply: Reply };
  /** Set by the hooks stage. */
  readonly hooks?: HookVerdict;
  /** Set by the policy stage. */
  readonly access?: Access;
  readonly record: CallRecord;
}

/** What comes back: an answer, or a question that a person has to decide first. */
export type Answer =
  | {
      readonly kind: "answer";
      readonly parts: readonly Part[];
      /** Only for tools with an `output` schema. */
      readonly structured?: Readonly<Record<string, unknown>>;
      readonly error?: ErrorCode | "internal";
      /** What hooks add, bounded by them; the budget stage puts it behind the parts. */
      readonly notes?: readonly string[];
      /** A hook wants the host to stop the whole work; why. */
      readonly stop?: string;
      /** Ever shorter texts for the budget stage, which takes them off. */
      readonly shorter?: readonly (() => string)[];
    }
  | { readonly kind: "question"; readonly question: Question; readonly sealed: Sealed };

/** A tool with everything bound to it: what transports, the command line and the planner call. */
export interface Endpoint {
  readonly tool: ToolFacts;
  call(input: unknown, call: Call): Promise<Answer>;
}

/** One step of the pipeline, around every tool of every server. `servers/serve.ts` shows their order. */
export type Stage = (endpoint: Endpoint) => Endpoint;
