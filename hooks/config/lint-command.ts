import { readShellLine, type ShellWord } from "../match/shell-line.ts";

/** What about a command likely does not do here what its author saw at home. */
export type CommandCode =
  | "needs_plugin_root"
  | "undocumented_env_var"
  | "relative_path_depends_on_cwd"
  | "home_or_absolute_path"
  | "unquoted_path_placeholder"
  | "multi_line_command";

export const COMMAND_ADVICE = {
  needs_plugin_root: ["warning", "is made for a plugin, whose folder is not known here"],
  undocumented_env_var: [
    "warning",
    "uses a variable that no host sets: the input comes as JSON on standard input",
  ],
  relative_path_depends_on_cwd: [
    "warning",
    'runs a relative path: put "$CLAUDE_PROJECT_DIR"/ in front of it',
  ],
  home_or_absolute_path: ["info", "names a place that only one person's machine may have"],
  unquoted_path_placeholder: [
    "warning",
    "breaks in a folder whose name has a space: put the placeholder in quotes",
  ],
  multi_line_command: ["info", "has several lines; a first line with #! chooses no shell here"],
} as const satisfies Readonly<Record<CommandCode, readonly ["warning" | "info", string]>>;

const PLUGIN = /\$\{?(?:CLAUDE_|CODEX_)?PLUGIN_(?:ROOT|DATA)\b/u;
const INVENTED = /\$\{?(CLAUDE_[A-Z_]+|STDIN_JSON)\b/gu;
const DOCUMENTED: ReadonlySet<string> = new Set([
  "CLAUDE_PROJECT_DIR",
  "CLAUDE_PLUGIN_ROOT",
  "CLAUDE_PLUGIN_DATA",
  "CLAUDE_ENV_FILE",
  "CLAUDE_EFFORT",
  "CLAUDE_CODE_REMOTE",
  "CLAUDE_CONFIG_DIR",
]);
const PERSONAL = /(?<![\w.$})/:=-])(?:~\/|\$(?:HOME|\{HOME\})\/|\/(?:Users|home|root)\/|[A-Za-z]:\\)/u;
const PLACEHOLDER = /\$\{?CLAUDE_(?:PROJECT_DIR|PLUGIN_ROOT|PLUGIN_DATA)\b/u;
const QUOTED = /'[^']*'|"(?:[^"\\]|\\[^])*"/gu;
const ASSIGNMENT = /^[A-Za-z_]\w*=/u;
const INTERPRETER = /^(?:ba|z|da)?sh$|^(?:node|nodejs|bun|deno|tsx|python[0-9.]*|ruby|perl|php|pwsh|uv)$/u;
/** Words after which a command begins anew. */
const BEFORE_COMMAND =
  /^(?:!|\{|if|elif|then|else|while|until|do|exec|nohup|time|command|env|sudo|[A-Za-z_]\w*=.*)$/su;
/** The code or the module stands in the line itself. */
const INLINE = /^(?:-[a-z]*[cemp]|--eval|--print|--command)$/u;
const SCRIPT = /\.(?:sh|bash|zsh|[cm]?[jt]s|py|rb|pl|php|ps1)$/u;
/** A path that leads on from the working folder, and no pattern, option, address or assignment. */
const RELATIVE = /^(?![-~/$`])(?!\w+:\/\/)[^*?[\]=()]+$/u;

/** Codes about a command, each once. With `args` there is no shell. Linear in its length. */
export function lintCommand(command: string, args?: readonly string[]): CommandCode[] {
  const whole = [command, ...(args ?? [])].join("\n");
  const commands =
    args === undefined
      ? readShellLine(command).commands.map(({ words }) => words)
      : [[command, ...args].map((text) => ({ raw: `'${text}'`, plain: text }))];
  const found: readonly (readonly [CommandCode, boolean])[] = [
    ["needs_plugin_root", PLUGIN.test(whole)],
    ["undocumented_env_var", usesInvented(whole)],
    ["relative_path_depends_on_cwd", commands.some(runsRelative)],
    ["home_or_absolute_path", PERSONAL.test(whole)],
    ["unquoted_path_placeholder", commands.flat().some(isBare)],
    ["multi_line_command", args === undefined && command.trim().includes("\n")],
  ];
  return found.filter(([, isSo]) => isSo).map(([code]) => code);
}

/** True where spaces in a folder's name would make two words of one. */
function isBare({ raw }: ShellWord): boolean {
  return !ASSIGNMENT.test(raw) && PLACEHOLDER.test(raw.replaceAll(QUOTED, ""));
}

function usesInvented(text: string): boolean {
  return Array.from(text.matchAll(INVENTED)).some(([, name = ""]) => !DOCUMENTED.has(name));
}

/** True when a program, or the script of an interpreter, is named by a relative path. */
function runsRelative(words: readonly ShellWord[]): boolean {
  let expects: "program" | "script" = "program";
  for (const { plain } of words) {
    const seen = look(plain, expects);
    if (seen === "nothing" || seen === "relative") return seen === "relative";
    expects = seen;
  }
  return false;
}

function look(text: string, expects: "program" | "script"): "program" | "script" | "nothing" | "relative" {
  if (expects === "program") {
    if (BEFORE_COMMAND.test(text)) return "program";
    if (RELATIVE.test(text) && text.includes("/")) return "relative";
    return INTERPRETER.test(text.slice(text.lastIndexOf("/") + 1)) ? "script" : "nothing";
  }
  if (INLINE.test(text)) return "nothing";
  if (text.startsWith("-") || text === "run") return "script";
  return RELATIVE.test(text) && (text.includes("/") || SCRIPT.test(text)) ? "relative" : "nothing";
}
