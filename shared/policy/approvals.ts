import { randomBytes } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import { StartupError } from "../errors.ts";
import { parseRule, readyRule, ruleSchema, type ReadyRule, type Rule } from "./rule.ts";
import { StateFile } from "./state-file.ts";

const MAX_RULES = 2_000;
const fileSchema = z.strictObject({ version: z.literal(1), rules: z.array(ruleSchema).max(MAX_RULES) });
type File = z.output<typeof fileSchema>;
const NONE: File = { version: 1, rules: [] };

/** What a person grants, asks for or denies; what is left out matches everything. */
export type NewRule = Omit<Rule, "id" | "origin">;

/** The person's rules in `<state>/approvals.json`, shared with every other process of the same person. */
export class Approvals {
  readonly #file: StateFile<File>;
  #ready: { readonly from: File; readonly rules: readonly ReadyRule[] } | undefined;

  constructor(stateFolder: string) {
    this.#file = new StateFile(join(stateFolder, "approvals.json"), fileSchema, NONE);
  }

  /** As they are in the file now. Throws `StartupError` that names file and place when it cannot be understood. */
  rules(): readonly ReadyRule[] {
    const from = this.#file.read();
    if (this.#ready?.from !== from) this.#ready = { from, rules: from.rules.map(readyRule) };
    return this.#ready.rules;
  }

  /** Adds rules at once and drops those whose time is over. Throws `StartupError` for a rule that means nothing. */
  async add(wanted: readonly NewRule[]): Promise<readonly Rule[]> {
    const added = wanted.map((rule) =>
      checked({ ...rule, id: randomBytes(4).toString("hex"), origin: "person" }),
    );
    const now = Date.now();
    await this.#file.update(({ rules }) => {
      const kept = rules.filter(({ until }) => until === undefined || Date.parse(until) > now);
      if (kept.length + added.length > MAX_RULES)
        throw new StartupError(
          `${this.#file.path} holds ${kept.length} rules; revoke some before adding more`,
        );
      return { version: 1, rules: [...kept, ...added] };
    });
    return added;
  }

  /** Takes away all of these rules or, when one is gone already, none: of several processes exactly one succeeds. */
  async take(ids: readonly string[]): Promise<boolean> {
    let taken = false;
    await this.#file.update((file) => {
      const left = file.rules.filter(({ id }) => !ids.includes(id));
      taken = file.rules.length - left.length === ids.length;
      return taken ? { version: 1, rules: left } : file;
    });
    return taken;
  }
}

/** Adds one rule of the person; `once` only makes sense for an allow rule. Throws `StartupError`. */
export async function grantRule(stateFolder: string, wanted: NewRule): Promise<Rule> {
  const [rule] = await new Approvals(stateFolder).add([wanted]);
  if (rule === undefined) throw new Error("one rule went in and none came out");
  return rule;
}

/** False when there is no rule of that id. */
export function revokeRule(stateFolder: string, id: string): Promise<boolean> {
  return new Approvals(stateFolder).take([id]);
}

/** The person's rules, the oldest first; those whose time is over are left out. */
export async function listRules(stateFolder: string): Promise<readonly Rule[]> {
  const rules = new Approvals(stateFolder).rules();
  return rules
    .map(({ rule }) => rule)
    .filter(({ until }) => until === undefined || Date.parse(until) > Date.now());
}

function checked(rule: Rule): Rule {
  const { decision, tool, path, argv, once, until } = parseRule(rule, "rule");
  if (tool === undefined && path === undefined && argv === undefined)
    throw new StartupError("a rule names a tool, a path or the first words of a command");
  if (once === true && decision !== "allow") throw new StartupError("only a grant can be for once");
  if (until !== undefined && Date.parse(until) <= Date.now())
    throw new StartupError(`${until} is over already`);
  return rule;
}
