/** What about a matcher of tool names likely selects something else than its author meant. */
export type MatcherCode =
  | "mcp_prefix_in_list_matches_nothing"
  | "permission_rule_as_matcher"
  | "empty_alternative_matches_everything";

export const MATCHER_ADVICE: Readonly<Record<MatcherCode, string>> = {
  mcp_prefix_in_list_matches_nothing:
    "a plain name selects that one name only: write mcp__server__.* for all tools of a server",
  permission_rule_as_matcher:
    'this is a permission rule: put it in "if" of the handler, and only the tool in "matcher"',
  empty_alternative_matches_everything: "nothing stands beside a |, and nothing is found in every name",
};

const LIST = /^[\w\-\s,|]*$/u;
const PERMISSION_RULE =
  /(?:^|\|)\s*(?:Bash|Read|Edit|Write|MultiEdit|NotebookEdit|Glob|Grep|WebFetch|WebSearch|Task|Agent|Skill|mcp__\w+)\([^)?]/u;

/** Codes about a matcher that is tested against the names of tools. Linear in its length. */
export function lintMatcher(matcher: string): MatcherCode[] {
  if (LIST.test(matcher)) {
    const names = matcher.split(/[|,]/u).map((name) => name.trim());
    return names.some(isBarePrefix) ? ["mcp_prefix_in_list_matches_nothing"] : [];
  }
  const parts = matcher.split("|");
  return [
    ...(PERMISSION_RULE.test(matcher) ? ["permission_rule_as_matcher" as const] : []),
    ...(parts.some((part) => part.trim() === "") ? ["empty_alternative_matches_everything" as const] : []),
  ];
}

/** `mcp__`, `mcp__server` or `mcp__server__`: no tool has such a name. */
function isBarePrefix(name: string): boolean {
  return name.startsWith("mcp__") && !/^mcp__.+?__./u.test(name);
}
