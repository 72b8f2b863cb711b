import type { HookRuns } from "../shared/audit/hook-runs.ts";
import { shown } from "../shared/config/shown.ts";
import type { Log } from "../shared/context.ts";
import { ToolError } from "../shared/errors.ts";
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
  /** What was run, and not only selected. */
  readonly ran: readonly Selected[];
}

/** Runs what was selected, as far as a person approved it, and puts together what it said. */
export async function fire(
  parts: FiringParts,
  firing: Firing,
  adjust: (outcome: Outcome, selected: Selected) => Outcome = (outcome) => outcome,
): Promise<Fired> {
  const judged = await judge(parts.trust, firing.selected);
  noteUnapproved(parts, firing, judged);
  const said = await Promise.all(
    judged.map(async (each): Promise<Said> => {
      const outcome = await runOne(parts, firing, { ...each, adjust });
      return { source: labelOf(each.selected.loaded), outcome };
    }),
  );
  const combined = combine(firing.event, said);
  for (const message of combined.systemMessages) parts.log("info", `hook: ${message}`);
  for (const problem of combined.problems) parts.log("warn", `hook: ${problem}`);
  const ran = judged.filter(({ approval }) => mayRun(approval)).map(({ selected }) => selected);
  return { outcomes: said.map(({ outcome }) => outcome), combined, ran };
}

/** What was selected, or the same handler elsewhere that may run in its place. */
export interface Judged {
  readonly selected: Selected;
  readonly approval: Approval;
}

/** The same handler may be written several times, and be approved in one place only. Looks at each once. */
export function judge(trust: HookTrust, selected: readonly Selected[]): Promise<readonly Judged[]> {
  const known = new Map<LoadedHandler, Promise<Approval>>();
  const approvalOf = (loaded: LoadedHandler): Promise<Approval> => {
    const approval = known.get(loaded) ?? trust.of(loaded);
    known.set(loaded, approval);
    return approval;
  };
  return Promise.all(
    selected.map(async (first) => {
      for (const each of [first, ...first.twins]) {
        const approval = await approvalOf(each.loaded);
        if (mayRun(approval)) return { selected: each, approval };
      }
      return { selected: first, approval: await approvalOf(first.loaded) };
    }),
  );
}

interface Judging extends Judged {
  readonly adjust: (outcome: Outcome, selected: Selected) => Outcome;
}

async function runOne(
  parts: FiringParts,
  firing: Firing,
  { selected, approval, adjust }: Judging,
): Promise<Outcome> {
  const { event } = firing;
  const { loaded } = selected;
  if (!mayRun(approval)) return unapproved(parts, event, loaded);
  const note = (result: string, ms: number): void =>
    record(parts, firing, { selected, approval, result, ms });
  const began = performance.now();
  try {
    const run = await start(parts, firing, selected);
    if (run === "started") {
      note("started", 0);
      return NOTHING;
    }
    const heard = interpret(run, { event, handler: loaded.handler, failClosed: parts.failClosed });
    const outcome = adjust(heard, selected);
    note(resultOf(outcome, run), run.ms);
    return outcome;
  } catch (error) {
    const why = error instanceof ToolError ? error.message : "its time was over";
    note(`failed: ended early, ${why}`, performance.now() - began);
    throw error;
  }
}

function start(
  { runner, trust, root }: FiringParts,
  { signal, tool, payloadOf }: Firing,
  selected: Selected,
): Promise<HandlerRun | "started"> {
  const { loaded } = selected;
  return runner.run(loaded, payloadOf(selected), {
    signal,
    root,
    ...(tool === undefined ? {} : { tool }),
    // a script may have changed while it waited for its turn
    mayStart: async () => mayRun(await trust.of(loaded)),
  });
}

/** Once for each, however many files it would have run for: a stranger may have written many. */
function noteUnapproved(parts: FiringParts, firing: Firing, judged: readonly Judged[]): void {
  const noted = new Set<LoadedHandler>();
  for (const { selected, approval } of judged) {
    if (mayRun(approval) || noted.has(selected.loaded)) continue;
    noted.add(selected.loaded);
    record(parts, firing, { selected, approval, result: `not run: ${approval.state}`, ms: 0 });
  }
}

/** Characters of a name on record. */
const MOST_NAMED = 100;
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

interface Noted extends Judged {
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
    // both may be foreign text, of any length
    subject: shown(subject, MOST_NAMED),
    handler: approval.hash.slice(0, 8),
    matched: shown(selected.matched, MOST_NAMED),
    result,
    ms: Math.round(ms * 10) / 10,
  });
}
