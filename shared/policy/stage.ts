import { createHash } from "node:crypto";
import type { Access } from "../access.ts";
import type { Answer, Call, Endpoint, Stage } from "../call.ts";
import { ToolError } from "../errors.ts";
import { hashCall } from "../pipeline/hash-call.ts";
import type { ToolFacts, Touches } from "../tool.ts";
import { grantCommand } from "./grant-command.ts";
import { placesOf, type Case, type Refusal, type Target } from "./judge.ts";
import type { Policy, Verdict } from "./policy.ts";
import { questionMessage } from "./question.ts";
import { absolutePath } from "./rule.ts";

/**
 * Lets a call through with the access that was decided, refuses it, or turns it into a question. Nothing of the tool
 * runs before the answer; the answer runs the call again from the top, and here it is checked that it is the same one.
 */
export function withPolicy(policy: Policy): Stage {
  return (endpoint) => ({
    ...endpoint,
    call: (input, call) => callJudged(policy, endpoint, { input, call }),
  });
}

interface Run {
  readonly input: unknown;
  readonly call: Call;
}

function callJudged(policy: Policy, endpoint: Endpoint, run: Run): Promise<Answer> {
  return policy.isFree(endpoint.tool, run.input, run.call)
    ? callFree(policy, endpoint, run)
    : callDecided(policy, endpoint, run);
}

/** What only reads, where no rule says anything: the door asks about each thing that it opens, and that is enough. */
function callFree(policy: Policy, endpoint: Endpoint, { input, call }: Run): Promise<Answer> {
  const touches = endpoint.tool.touches(input);
  Object.assign(call.record, { tier: 0, decision: "allowed", because: "tier 0", touches });
  const access = noting(policy.readAccess(call.signal), { policy, call });
  return endpoint.call(input, { ...call, access });
}

async function callDecided(policy: Policy, endpoint: Endpoint, { input, call }: Run): Promise<Answer> {
  const { tool } = endpoint;
  const targets = findTargets(policy, tool, input);
  const decided = policy.decide(tool, input, { call, targets });
  // nearly every call needs no wait here
  const verdict = decided instanceof Promise ? await decided : decided;
  const { ruling, of } = verdict;
  note(call, tool, verdict);
  call.record.touches = touched(policy, verdict);
  checkAllowed(call, verdict);
  if (call.resumed !== undefined || ruling.kind === "ask") {
    const said = (await tool.says?.(input, { signal: call.signal })) ?? [];
    if (call.resumed === undefined) return question(policy, tool, { input, call, verdict, said });
    checkAnswer(policy, tool, { input, call, of, said });
  }

  const approved = verdict.spent || (call.resumed !== undefined && (await keepAnswer(policy, call, verdict)));
  if (of.facts.effect !== "read" || tool.reach === "process") call.record.changed = true;
  const access = noting(policy.access(of, { signal: call.signal, approved }), { policy, call });
  return endpoint.call(input, { ...call, access });
}

function checkAllowed(call: Call, { ruling }: Verdict): void {
  if (call.resumed?.reply.kind === "no") {
    call.record.because = "the person said no";
    throw refusal(call, "the person said no", { hint: NOT_AGAIN });
  }
  if (ruling.kind === "deny") throw refusal(call, ruling.message, wordsOf(ruling));
}

/** Keeps the person's yes as long as they said; false where none was needed by now. */
async function keepAnswer(policy: Policy, call: Call, { ruling, of }: Verdict): Promise<boolean> {
  const reply = call.resumed?.reply;
  if (reply?.kind !== "yes" || ruling.kind !== "ask") return false;
  const lifetime = ruling.lifetimes.includes(reply.lifetime) ? reply.lifetime : "once";
  await policy.keep(lifetime, call.caller.id, of);
  call.record.decision = "granted";
  call.record.because = `the person said yes, ${lifetime}`;
  return true;
}

interface Asked extends Run {
  /** What the tool says of the call to the person. */
  readonly said: readonly string[];
}

interface RefusalOptions extends Omit<Refusal, "message"> {
  readonly code?: "denied" | "conflict";
}

const NOT_AGAIN = "Do not call it again unless the person asks for it.";

function findTargets({ workspace }: Policy, tool: ToolFacts, input: unknown): Target[] {
  const { paths = [], reads = [], linksThemselves = false } = tool.touches(input);
  const find = (path: string, onlyRead: boolean): Target => {
    const safe = workspace.locate(path);
    const spelled = { root: safe.root.path, relative: safe.parts.join("/") };
    return { spelled, place: workspace.resolve(safe, linksThemselves ? "keep" : "follow"), onlyRead };
  };
  return [...paths.map((path) => find(path, false)), ...reads.map((path) => find(path, true))];
}

/** How many places that a call really reached its audit line names, beside those that it asked for. */
const MOST_NOTED = 20;

/** Adds to the record what is really opened, links followed, when the call did not spell it so. */
function noting(access: Access, { policy, call }: { policy: Policy; call: Call }): Access {
  const paths = [...(call.record.touches.paths ?? [])];
  const asked = paths.length;
  call.record.touches = { ...call.record.touches, ...(asked === 0 ? {} : { paths }) };
  return {
    signal: access.signal,
    permit(place, intent) {
      access.permit(place, intent);
      if (paths.length >= asked + MOST_NOTED) return;
      const shown = policy.workspace.show(place);
      if (!paths.includes(shown) && !paths.includes(absolutePath(place))) paths.push(shown);
    },
  };
}

function wordsOf({ hint, details }: Refusal): RefusalOptions {
  return { ...(hint === undefined ? {} : { hint }), ...(details === undefined ? {} : { details }) };
}

function note({ record, resumed }: Call, tool: ToolFacts, { ruling, of }: Verdict): void {
  record.effect = of.facts.effect;
  record.reach = tool.reach;
  record.tier = of.tier;
  record.because = ruling.because;
  if (ruling.kind === "allow") record.decision = ruling.granted ? "granted" : "allowed";
  else record.decision = ruling.kind === "ask" && resumed === undefined ? "asked" : "denied";
}

/** What the call is about, for the audit; `noting` adds where that led. */
function touched({ workspace }: Policy, { of }: Verdict): Touches {
  const { targets, foreseen, facts } = of;
  const places = placesOf({ targets, foreseen: foreseen.slice(0, MOST_NOTED) });
  return {
    ...(places.length === 0 ? {} : { paths: places.map((place) => workspace.show(place)) }),
    ...(facts.argv === undefined ? {} : { argv: facts.argv }),
  };
}

/** Refuses an answer to another call than the one that was asked about, and one that was given before. */
function checkAnswer(policy: Policy, tool: ToolFacts, { input, call, of, said }: Asked & { of: Case }): void {
  const { sealed } = call.resumed ?? {};
  if (sealed === undefined) return;
  const isSameCall = sealed.tool === `${tool.server}.${tool.name}` && sealed.caller === call.caller.id;
  if (!isSameCall || hashCall(tool, input) !== hashCall(tool, sealed.input))
    throw refusal(call, "the answer belongs to another call", { hint: ASK_AGAIN, code: "conflict" });
  if (JSON.stringify(sealedPlaces(of, said)) !== JSON.stringify(sealed.places)) {
    const what =
      tool.foresee === undefined && tool.says === undefined
        ? "what the path leads to"
        : "what the call would change";
    throw refusal(call, `${what} changed since the question`, { hint: ASK_AGAIN, code: "conflict" });
  }
  if (!policy.spend(sealed.id)) throw refusal(call, "this question was answered before", { hint: ASK_AGAIN });
}

/** More foreseen places than this are sealed by their hash, since the seal travels too. */
const MOST_SEALED = 100;

/** What a yes is for beside the arguments; what the person was told is among it. */
function sealedPlaces({ targets, foreseen }: Case, said: readonly string[]): string[] {
  const named = targets.map(({ place }) => absolutePath(place));
  const others = foreseen.map(absolutePath);
  if (others.length <= MOST_SEALED) return [...named, ...others, ...said];
  const digest = createHash("sha256").update(JSON.stringify(others)).digest("hex");
  return [...named, `${others.length} places, ${digest}`, ...said];
}

/** Characters of the arguments, which travel to the client and back while it asks. */
const MOST_ASKED = 500_000;

const ASK_AGAIN = "Call the tool again; the person will be asked again.";

function question(
  policy: Policy,
  tool: ToolFacts,
  { input, call, verdict, said }: Asked & { verdict: Verdict },
): Answer {
  const { ruling, of } = verdict;
  if (ruling.kind !== "ask") throw new Error("only an open question is asked");
  if (!call.caller.canAsk || policy.ask === "deny") {
    const why = policy.ask === "deny" ? "nobody is asked here (--ask deny)" : "this client cannot ask";
    const hint = `A person can allow it in a terminal, then call again: ${grantCommand(of)} (--until 1h in place of --once allows it longer)`;
    throw refusal(call, `${of.facts.tool} needs a person's yes, since ${ruling.reasons.join("; ")}; ${why}`, {
      hint,
    });
  }
  if (JSON.stringify(input).length > MOST_ASKED)
    throw refusal(call, `${of.facts.tool} needs a person's yes, and is too long to be asked about`, {
      hint: `Do it in smaller steps, or let a person allow it in a terminal, then call again: ${grantCommand(of)}`,
    });
  return {
    kind: "question",
    question: {
      message: questionMessage(tool, input, { ...of, reasons: ruling.reasons, said }),
      lifetimes: ruling.lifetimes,
    },
    sealed: {
      id: call.id,
      trace: call.trace,
      caller: call.caller.id,
      tool: of.facts.tool,
      hash: hashCall(tool, input),
      input,
      hooks: call.hooks ?? { decision: "none" },
      places: sealedPlaces(of, said),
    },
  };
}

function refusal(call: Call, message: string, { code = "denied", ...options }: RefusalOptions): ToolError {
  call.record.decision = "denied";
  return new ToolError(code, message, { ...options });
}
