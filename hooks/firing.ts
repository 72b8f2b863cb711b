import type { HookRuns } from "../shared/audit/hook-runs.ts";
import type { Log } from "../shared/context.ts";
import { factsOf, type EventName } from "./config/events.ts";
import type { LoadedHandler } from "./handler.ts";
import { labelOf } from "./label.ts";
import type { Selected } from "./match/select.ts";
import type { HandlerRun, Outcome } from "./outcome.ts";
import type { HandlerRunner } from "./run/handler-runner.ts";
import { combine, type Combined, type Said } from "./say/combine.ts";
import { interpret } from "./say/interpret.ts";
import type { Approval, HookTrust } from "./trust/hook-trust.ts";

export interface FiringParts {
  readonly runner: HandlerRunner;
  readonly trust: HookTrust;
  readonly runs: HookRuns;
  /** A hook that cannot do its work denies the call that it should guard. */
  readonly failClosed: boolean;
  readonly log: Log;
  /** The first root: handlers from home run there. */
  readonly root: string;
  readonly home: string;
}

/** One event and the handlers that it selected. */
export interface Firing {
  readonly event: EventName;
  readonly selected: readonly Selected[];
  /** What this handler is told. */
  readonly payloadOf: (selected: Selected) => Readonly<Record<string, unknown>>;
  /** What the record calls it: `<server>.<tool>`, or the value that the matcher was tested against. */
  readonly subject: string;
  /** `<server>.<tool>`, where it is about one. */
  readonly tool?: string;
  readonly signal: AbortSignal;
}

/** What came of it: each handler's word in configuration order, and all together. */
export interface Fired {
  readonly outcomes: readonly Outcome[];
  readonly combined: Combined;
}

/** Runs what was selected, as far as a person approved it, and puts together what it said. */
export async function fire(
  parts: FiringParts,
  firing: Firing,
  adjust: (outcome: Outcome, selected: Selected) => Outcome = (outcome) => outcome,
): Promise<Fired> {
  const said = await Promise.all(
    firing.selected.map(async (selected): Promise<Said> => {
      const outcome = adjust(await runOne(parts, firing, selected), selected);
      return { source: labelOf(selected.loaded), outcome };
    }),
  );
  const combined = combine(firing.event, said);
  for (const message of combined.systemMessages) parts.log("info", `hook: ${message}`);
  for (const problem of combined.problems) parts.log("warn", `hook: ${problem}`);
  return { outcomes: said.map(({ outcome }) => outcome), combined };
}

async function runOne(parts: FiringParts, firing: Firing, selected: Selected): Promise<Outcome> {
  const { event, signal, tool } = firing;
  const { loaded, approval } = await firstApproved(parts.trust, selected);
  const note = (result: string, ms: number): void =>
    record(parts, firing, { selected, approval, result, ms });
  if (!mayRun(approval)) {
    note(`not run: ${approval.state}`, 0);
    return unapproved(parts, event, loaded);
  }
  const run = await parts.runner.run(loaded, firing.payloadOf({ ...selected, loaded }), {
    signal,
    root: parts.root,
    ...(tool === undefined ? {} : { tool }),
    // a script may have changed while it waited for its turn
    mayStart: async () => mayRun(await parts.trust.of(loaded)),
  });
  if (run === "started") {
    note("started", 0);
    return NOTHING;
  }
  const outcome = interpret(run, { event, handler: loaded.handler, failClosed: parts.failClosed });
  note(resultOf(outcome, run), run.ms);
  return outcome;
}

/** The same handler may be written twice, and approved in one place only. */
export async function firstApproved(
  trust: HookTrust,
  { loaded, twins }: Selected,
): Promise<{ readonly loaded: LoadedHandler; readonly approval: Approval }> {
  const first = { loaded, approval: await trust.of(loaded) };
  if (mayRun(first.approval)) return first;
  for (const twin of twins) {
    const approval = await trust.of(twin);
    if (mayRun(approval)) return { loaded: twin, approval };
  }
  return first;
}

const NOTHING: Outcome = { status: "ok", context: [], problems: [] };

/** True for the person's own handlers and for those that a person approved as they are now. */
export function mayRun({ state }: Approval): boolean {
  return state === "own" || state === "approved";
}

function unapproved({ failClosed }: FiringParts, event: EventName, { handler }: LoadedHandler): Outcome {
  if (!failClosed || !factsOf(event).blocks || handler.async) return NOTHING;
  const reason = "nobody approved this hook as it is now (plumbline hooks trust), and hooks fail closed here";
  return { ...NOTHING, status: "failed", decision: "deny", reason };
}

function resultOf({ status, decision, stop, problems }: Outcome, run: HandlerRun): string {
  const said = stop === undefined ? (decision ?? (status === "blocked" ? "block" : "ok")) : "stop";
  if (status !== "failed") return said;
  const why = problems[0] ?? `${run.end} ${run.code ?? ""}`.trimEnd();
  return `failed: ${why}`.slice(0, 200);
}

interface Noted {
  readonly selected: Selected;
  readonly approval: Approval;
  readonly result: string;
  readonly ms: number;
}

function record(
  { runs }: FiringParts,
  { event, subject }: Firing,
  { selected, approval, result, ms }: Noted,
): void {
  runs.append({
    time: new Date().toISOString(),
    event,
    subject,
    handler: approval.hash.slice(0, 8),
    matched: selected.matched,
    result,
    ms: Math.round(ms * 10) / 10,
  });
}
