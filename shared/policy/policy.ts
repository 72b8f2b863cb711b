import type { Access, Place } from "../access.ts";
import type { Call, Lifetime } from "../call.ts";
import { StartupError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { effectOf, type ToolFacts } from "../tool.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { Approvals, type NewRule } from "./approvals.ts";
import { configuredRules, type ConfiguredRule } from "./configured-rules.ts";
import { escapeForPerson } from "../escape-for-person.ts";
import { coverOnce, judge, type AskMode, type Case, type Ruling, type Target } from "./judge.ts";
import { openAccess, readAccess } from "./open-access.ts";
import { siftForeseen } from "./sift-foreseen.ts";
import type { Classify } from "./protected.ts";
import { ourFolders } from "./our-folders.ts";
import { openProtection } from "./protection.ts";
import { readyRule, type ReadyRule } from "./rule.ts";
import { rulesFor } from "./rules-for.ts";
import { SecretIndex } from "./secret-index.ts";
import { SessionGrants } from "./session-grants.ts";
import { tierOf } from "./tier.ts";

/** Answered questions that are remembered, so that none is answered twice. */
const MAX_SPENT = 10_000;

export interface PolicyOptions {
  /** Where approvals lie; closed to tools whatever root it lies in. */
  readonly stateFolder: string;
  /** Where the person's configuration lies; never written by tools. */
  readonly configFolder?: string;
  readonly workspace: Workspace;
  readonly readOnly: boolean;
  readonly ask: AskMode;
  readonly rules: readonly ConfiguredRule[];
  /** Globs of secrets that may be read. */
  readonly secretsAllowed: readonly string[];
  /** Globs of more places that are never written. */
  readonly protectExtra: readonly string[];
  /** What more runs later by itself, such as a hook's script: a person is asked before it is written. Takes no time. */
  readonly runsLater?: (place: Place) => boolean;
  readonly scope: Scope;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** What was decided about a call, with what it rests on. */
export interface Verdict {
  readonly ruling: Ruling;
  readonly of: Case;
  /** True when a grant for once was spent for it. */
  readonly spent: boolean;
}

interface About {
  readonly call: Call;
  readonly targets: readonly Target[];
}

interface Known {
  readonly of: Case;
  /** Why the person's rules cannot be read. */
  readonly broken: string | undefined;
}

/** Reads what a person granted before. Throws `StartupError` when that, or a configured rule, cannot be understood. */
export async function openPolicy(options: PolicyOptions): Promise<Policy> {
  const configured = configuredRules(options.rules);
  const { state, stateFolders, configFolders } = await ourFolders(options);
  const approvals = new Approvals(state);
  approvals.rules();
  const classify = openProtection({ ...options, stateFolders, configFolders });
  const policy = new Policy(options, { approvals, configured, classify });
  options.scope.defer(() => policy.close());
  return policy;
}

interface Parts {
  readonly approvals: Approvals;
  readonly configured: readonly ReadyRule[];
  readonly classify: Classify;
}

/** Decides about calls, and remembers what a person answered. */
export class Policy {
  readonly workspace: Workspace;
  readonly classify: Classify;
  readonly ask: AskMode;
  readonly #readOnly: boolean;
  readonly #now: () => number;
  readonly #approvals: Approvals;
  readonly #configured: readonly ReadyRule[];
  readonly #sessions = new SessionGrants();
  readonly #secrets: SecretIndex;
  readonly #spent = new Set<string>();
  #lastRules: readonly ReadyRule[] = [];
  readonly #show = (place: Place): string => escapeForPerson(this.workspace.show(place));

  constructor({ workspace, readOnly, ask, now = Date.now }: PolicyOptions, parts: Parts) {
    this.workspace = workspace;
    this.classify = parts.classify;
    this.ask = ask;
    this.#readOnly = readOnly;
    this.#now = now;
    this.#approvals = parts.approvals;
    this.#configured = parts.configured;
    this.#secrets = new SecretIndex(parts.classify, now);
  }

  /** True when there is nothing to decide: the call only reads here, and no rule, hook or question is about it. */
  isFree(tool: ToolFacts, input: unknown, { caller, hooks, resumed }: Call): boolean {
    if (tool.reach !== "local" || effectOf(tool.effect, input) !== "read") return false;
    if ((hooks?.decision ?? "none") !== "none" || resumed !== undefined) return false;
    if (this.#configured.length > 0 || this.#readRules().rules.length > 0) return false;
    return this.#sessions.of(caller.id, this.#now()).length === 0;
  }

  /** What a free call may open: everything but secrets. */
  readAccess(signal: AbortSignal): Access {
    return readAccess({ classify: this.classify, show: this.#show }, this.#secrets, signal);
  }

  /**
   * Decides about one call. A grant for once that answers it is spent here, by exactly one of several processes;
   * a call that answers a question spends none.
   */
  decide(tool: ToolFacts, input: unknown, about: About): Verdict | Promise<Verdict> {
    const { foresee } = tool;
    const known = this.#known(tool, input, about);
    const isOver = known.of.facts.effect === "read" || about.call.resumed?.reply.kind === "no";
    if (foresee === undefined || isOver || judge(known.of).kind === "deny") return this.#judged(known, about);
    return foresee(input, { signal: about.call.signal }).then(async (places) => {
      // rules may have changed meanwhile
      const { of, broken } = this.#known(tool, input, about);
      const foreseen = await siftForeseen(places, of, about.call.signal);
      return this.#judged({ of: { ...of, foreseen }, broken }, about);
    });
  }

  #judged({ of, broken }: Known, { call }: About): Verdict | Promise<Verdict> {
    const ruling = judge(of);
    const verdict = { ruling, of, spent: false };
    if (ruling.kind !== "ask") return verdict;
    if (broken !== undefined)
      return {
        ...verdict,
        ruling: { kind: "deny", because: "approvals cannot be read", message: broken },
      };
    const ids = call.resumed === undefined ? coverOnce(of) : undefined;
    return ids === undefined ? verdict : this.#spendGrants(verdict, ids);
  }

  async #spendGrants(verdict: Verdict, ids: readonly string[]): Promise<Verdict> {
    if (!(await this.#approvals.take(ids))) return verdict;
    const because = `granted once, rule ${ids.join(", ")}`;
    return { ...verdict, ruling: { kind: "allow", because, granted: true }, spent: true };
  }

  /** Keeps a person's yes for as long as they said. */
  async keep(lifetime: Lifetime, caller: string, of: Case): Promise<void> {
    if (lifetime === "once") return;
    const rules = rulesFor(of);
    if (lifetime === "always") await this.#approvals.add(rules);
    else this.#sessions.add(caller, rules.map(inSession), this.#now());
  }

  /** What a decided call may open; `approved` when a person said yes to this call itself. */
  access(of: Case, { signal, approved }: { signal: AbortSignal; approved: boolean }): Access {
    return openAccess(of, { signal, approved, secrets: this.#secrets });
  }

  /** False when that question was answered before. */
  spend(question: string): boolean {
    if (this.#spent.has(question)) return false;
    this.#spent.add(question);
    const [oldest] = this.#spent;
    if (this.#spent.size > MAX_SPENT && oldest !== undefined) this.#spent.delete(oldest);
    return true;
  }

  /** Forgets what was granted for this caller's session. */
  endSession(caller: string): void {
    this.#sessions.end(caller);
  }

  close(): void {
    this.#sessions.clear();
  }

  /** When the file is broken the last rules that were read still refuse, and nothing is granted by them. */
  #readRules(): { rules: readonly ReadyRule[]; broken?: string } {
    try {
      this.#lastRules = this.#approvals.rules();
      return { rules: this.#lastRules };
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      return {
        rules: this.#lastRules.filter(({ rule }) => rule.decision !== "allow"),
        broken: error.message,
      };
    }
  }

  #known(tool: ToolFacts, input: unknown, { call, targets }: About): Known {
    const { rules, broken } = this.#readRules();
    const effect = effectOf(tool.effect, input);
    const at = this.#now();
    const of: Case = {
      facts: {
        tool: `${tool.server}.${tool.name}`,
        effect,
        argv: tool.touches(input).argv,
        within: this.workspace.roots[0]?.path ?? "",
        at,
      },
      tier: tierOf(effect, tool.reach),
      targets,
      foreseen: [],
      rules: [...this.#configured, ...rules, ...this.#sessions.of(call.caller.id, at)],
      classify: this.classify,
      readOnly: this.#readOnly,
      ask: this.ask,
      hooks: call.hooks,
      show: this.#show,
    };
    return { of, broken };
  }
}

function inSession(rule: NewRule): ReadyRule {
  return readyRule({ ...rule, id: "session", origin: "person" });
}
