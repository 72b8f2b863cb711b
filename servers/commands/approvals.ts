import { StartupError } from "../../shared/errors.ts";
import { findPlaces } from "../../shared/config/places.ts";
import { Approvals, type NewRule, listRules, revokeRule } from "../../shared/policy/approvals.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import type { Rule } from "../../shared/policy/rule.ts";
import { shellQuote } from "../../shared/policy/shell-quote.ts";
import { nearest } from "../../shared/nearest.ts";
import { catalog } from "../catalog.ts";
import { loadServer } from "./server-names.ts";
import { parseTime } from "./parse-time.ts";
import { print, table } from "./terminal.ts";

export interface GrantOptions {
  /** Each makes a rule of its own. */
  readonly paths: readonly string[];
  /** The first words of the command. */
  readonly argv: readonly string[];
  readonly decision: "allow" | "ask" | "deny";
  readonly once: boolean;
  readonly until: string | undefined;
  readonly always: boolean;
}

/** Prints the person's rules. */
export async function listApprovals(options: { readonly json: boolean }): Promise<void> {
  const rules = await listRules(findPlaces(process.env).state);
  if (options.json) return print(JSON.stringify(rules, null, 2));
  if (rules.length === 0)
    return print("No rules. What a client asks about is told with the command that grants it.");
  return print(table([["id", "decision", "tool", "where", "how long"], ...rules.map(describe)]));
}

/** Adds rules, one for each path. A running server sees them at its next call. */
export async function grantApproval(tool: string, options: GrantOptions): Promise<void> {
  await checkTool(tool);
  const rule: NewRule = {
    decision: options.decision,
    tool,
    ...(options.argv.length === 0 ? {} : { argv: [...options.argv] }),
    ...lifetimeOf(options),
  };
  const wanted = options.paths.length === 0 ? [rule] : options.paths.map((path) => ({ ...rule, path }));
  const added = await new Approvals(findPlaces(process.env).state).add(wanted);
  print(table(added.map(describe)));
}

/** Takes rules back. Exit code 1 when one of them is not there. */
export async function revokeApprovals(ids: readonly string[]): Promise<void> {
  const { state } = findPlaces(process.env);
  for (const id of ids) {
    const gone = await revokeRule(state, id);
    if (!gone) process.exitCode = 1;
    print(
      gone ? `revoked ${id}` : `there is no rule ${escapeForPerson(id)}; plumbline approvals list shows all`,
    );
  }
}

function lifetimeOf({ once, until, always, decision }: GrantOptions): Pick<NewRule, "once" | "until"> {
  if ([once, until !== undefined, always].filter(Boolean).length > 1)
    throw new StartupError("--once, --until and --always exclude each other");
  if (once) return { once: true };
  if (until !== undefined) return { until: parseTime(until, "ahead").toISOString() };
  if (!always && decision === "allow") throw new StartupError("say how long: --once, --until 1h or --always");
  return {};
}

/** A rule about a tool that is not there would look like safety and be none. */
async function checkTool(tool: string): Promise<void> {
  if (/[*?[\]{}!]/.test(tool)) return;
  const names: string[] = [];
  for (const server of Object.keys(catalog))
    names.push(...(await loadServer(server)).tools.map(({ name }) => `${server}.${name}`));
  if (names.includes(tool)) return;
  const meant = nearest(tool, names) ?? names.find((name) => name.endsWith(`.${tool}`));
  const help = meant === undefined ? "plumbline tools shows all" : `did you mean "${meant}"?`;
  throw new StartupError(`there is no tool "${tool.slice(0, 80)}"; ${help}`);
}

function describe({ id, decision, tool = "*", path, argv, within, once, until }: Rule): string[] {
  const where = [
    path ?? "",
    argv === undefined ? "" : `$ ${argv.map(shellQuote).join(" ")}`,
    within === undefined ? "" : `in ${within}`,
  ];
  const long = once === true ? "once" : until === undefined ? "always" : `until ${until}`;
  return [id, decision, tool, where.filter((each) => each !== "").join(" "), long].map(escapeForPerson);
}
