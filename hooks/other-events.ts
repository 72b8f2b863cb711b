import { factsOf, type EventName } from "./config/events.ts";
import { fire, type Fired, type Firing, type FiringParts } from "./firing.ts";
import type { Live } from "./live-set.ts";
import type { Selected, Selection } from "./match/select.ts";
import { basePayload } from "./payload.ts";

/** An event that is not about a call of ours: of a session, or forwarded by a host. */
export interface OtherEvent {
  readonly event: EventName;
  /** What is known of it, by Claude's names. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly caller: string;
  /** The client's name. */
  readonly name: string;
  readonly signal: AbortSignal;
}

/** Which handlers it selects, and what each is told. */
export function selectOther(
  { root, home }: Pick<FiringParts, "root" | "home">,
  live: Live,
  { event, payload: given, caller, name }: Omit<OtherEvent, "signal">,
): { readonly selection: Selection; readonly payloadOf: Firing["payloadOf"]; readonly subject: string } {
  const payload: Readonly<Record<string, unknown>> = {
    ...basePayload(event, { session: caller, cwd: root }),
    ...given,
    hook_event_name: event,
  };
  const value = payload[factsOf(event).matches ?? ""];
  return {
    selection: live.selectorFor(name).forPayload(event, payload, { root, home }),
    payloadOf: ({ loaded }: Selected) => ({ ...payload, cwd: given["cwd"] ?? loaded.source.root ?? root }),
    subject: typeof value === "string" ? value.slice(0, 100) : event,
  };
}

/** Runs what it selects. */
export async function fireOther(parts: FiringParts, live: Live, about: OtherEvent): Promise<Fired> {
  const { selection, payloadOf, subject } = selectOther(parts, live, about);
  const { event, signal } = about;
  return fire(parts, { event, selected: selection.selected, payloadOf, subject, signal });
}
