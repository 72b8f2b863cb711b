import { commandFits } from "./bash-rule.ts";
import { spellingsOf } from "./legacy-names.ts";
import { pathFits } from "./path-rule.ts";
import { compileWildcard } from "./wildcard.ts";

const MAX_RULE = 512;

/** What a rule is asked about. */
export interface RuleSubject {
  /** The tool as the handler would be told. */
  readonly tool: string;
  /** Its other names. */
  readonly names: readonly string[];
  readonly input: Readonly<Record<string, unknown>>;
  /** Absolute; relative paths of rules count from here. */
  readonly root: string;
  /** Absolute. */
  readonly home: string;
}

/** A rule for a tool is one for these tools too. */
const COVERS: Readonly<Record<string, readonly string[]>> = {
  Edit: ["Write", "MultiEdit", "NotebookEdit"],
  Read: ["Grep", "Glob"],
};

const PATH_TOOLS = new Set(["Edit", "Write", "MultiEdit", "NotebookEdit", "Read", "Grep", "Glob"]);

/**
 * Whether one of Claude's permission rules, as in `if`, holds: `Tool`, or `Tool(content)` with a command for `Bash` and
 * a path for tools of files; `mcp__server` and stars in a name mean several tools. `unknown` when that cannot be said:
 * then the handler runs, as with Claude. Does not throw.
 */
export function ruleHolds(rule: string, about: RuleSubject): boolean | "unknown" {
  const parsed = parseRule(rule);
  if (parsed === undefined) return "unknown";
  const { name, content } = parsed;
  if (![about.tool, ...about.names].some((tool) => covers(name, tool))) return false;
  if (content === undefined) return true;
  // `Tool(argument:value)` is another kind of rule
  if (/^[a-z]\w+:(?!\*?$)/iu.test(content)) return "unknown";
  if (name === "Bash") return ofCommand(content, about);
  return PATH_TOOLS.has(name) ? ofPath(content, about) : "unknown";
}

/** Why a rule can never be decided, in our words; nothing when it can. */
export function ruleProblem(rule: string): string | undefined {
  if (rule.length > MAX_RULE) return `is longer than ${MAX_RULE} characters`;
  return parseRule(rule) === undefined ? "is not one rule such as Edit(*.ts)" : undefined;
}

interface Rule {
  readonly name: string;
  readonly content?: string;
}

function parseRule(rule: string): Rule | undefined {
  if (rule.length > MAX_RULE) return undefined;
  const [, name, content] = /^([\w.*-]+)(?:\(([^]*)\))?$/u.exec(rule.trim()) ?? [];
  if (name === undefined) return undefined;
  if (content === undefined || content.trim() === "" || content.trim() === "*") return { name };
  // `Bash(a) || Bash(b)`
  if (/(?<!\\)\)\s*(?:\|\|?|&&|,)\s*[\w.*-]+\(/u.test(content)) return undefined;
  return { name, content: content.trim().replaceAll(/\\([()])/gu, "$1") };
}

function covers(name: string, tool: string): boolean {
  if (name.startsWith("mcp__") && !name.slice("mcp__".length).includes("__") && tool.startsWith(`${name}__`))
    return true;
  const wanted = [...spellingsOf(name), ...(COVERS[name] ?? [])].map(compileWildcard);
  return spellingsOf(tool).some((spelling) => wanted.some((fits) => fits(spelling)));
}

function ofCommand(pattern: string, { input }: RuleSubject): boolean | "unknown" {
  const { command } = input;
  return typeof command === "string" ? commandFits(pattern, command) : "unknown";
}

function ofPath(pattern: string, { tool, input, root, home }: RuleSubject): boolean | "unknown" {
  const path = input["file_path"] ?? input["notebook_path"] ?? input["path"];
  const fits = typeof path === "string" ? pathFits(pattern, path, { root, home }) : "unknown";
  // a search reaches what lies below its path
  return fits === false && (tool === "Grep" || tool === "Glob") ? "unknown" : fits;
}
