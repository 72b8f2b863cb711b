import { StartupError } from "../errors.ts";
import { parseRule, readyRule, type ReadyRule } from "./rule.ts";

const MAX_RULES = 500;

/** A rule from a configuration file. A project's may not allow; the reader of the files sees to that. */
export interface ConfiguredRule {
  readonly decision: "allow" | "ask" | "deny";
  readonly tool?: string | undefined;
  readonly path?: string | undefined;
  /** The first words of the command. */
  readonly args?: readonly string[] | undefined;
}

/** Throws `StartupError` that names the rule. Its id is its place: `configured-1` is the first. */
export function configuredRules(rules: readonly ConfiguredRule[]): readonly ReadyRule[] {
  if (rules.length > MAX_RULES)
    throw new StartupError(`the configuration has ${rules.length} rules; ${MAX_RULES} are the most`);
  return rules.map(({ decision, tool, path, args }, index) => {
    const rule = {
      id: `configured-${index + 1}`,
      origin: "project",
      decision,
      ...(tool === undefined ? {} : { tool }),
      ...(path === undefined ? {} : { path }),
      ...(args === undefined ? {} : { argv: [...args] }),
    };
    return readyRule(parseRule(rule, `configuration: rules[${index}]`));
  });
}
