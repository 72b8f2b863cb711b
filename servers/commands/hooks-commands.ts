import type { Command } from "commander";
import { collect } from "./collect.ts";
import { addSettingFlags, flagsOf } from "./setting-flags.ts";
import { withExamples } from "./with-examples.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** What decides which hooks there are. */
const HOOK_KEYS = ["roots", "hooks.importClaude", "hooks.trusted", "hooks.failClosed"];
const EDIT = `'{"path":"a.ts","edits":[{"oldText":"a","newText":"b"}]}'`;

/** `plumbline hooks`: which there are, what waits for approval, why one runs or not. */
export function addHooksCommands(program: Command): void {
  const hooks = program
    .command("hooks")
    .description("scripts around every call: which there are, which you approved, why one ran or did not");
  withExamples(
    hooks,
    "hooks status",
    "hooks trust",
    `hooks test PreToolUse --tool edit_file --input ${EDIT}`,
  );
  addHooksStatus(hooks);
  addHooksTrust(hooks);
  addHooksTest(hooks);
}

function addHooksStatus(hooks: Command): void {
  const command = hooks
    .command("status", { isDefault: true })
    .description("every file and handler: what waits for you, what is broken, what runs, its last runs")
    .argument("[event]", "only this event's")
    .option("--json", "as JSON");
  addSettingFlags(command, HOOK_KEYS);
  withExamples(
    command,
    "hooks status",
    "hooks status PreToolUse",
    "hooks status --import-claude-hooks always",
  ).action(async (event: string | undefined, parsed: Parsed) => {
    const { hooksStatus } = await import("./hooks.ts");
    await hooksStatus({ event, flags: flagsOf(parsed), json: parsed["json"] === true });
  });
}

function addHooksTrust(hooks: Command): void {
  const command = hooks
    .command("trust")
    .description("show each handler that waits, whole and with its scripts, and approve it by hash")
    .option("--yes <hash>", "approve what has this hash, without a terminal (repeatable)", collect)
    .option("--json", "what waits, as JSON");
  addSettingFlags(command, HOOK_KEYS);
  withExamples(
    command,
    "hooks trust",
    "hooks trust --root ~/code/project --json",
    "trust --list",
    "trust --revoke 1a2b3c4d",
  ).action(async (parsed: Parsed) => {
    const { hooksTrust } = await import("./hooks-trust.ts");
    const { yes } = parsed;
    await hooksTrust({
      flags: flagsOf(parsed),
      yes: Array.isArray(yes) ? yes.map(String) : [],
      json: parsed["json"] === true,
    });
  });
}

function addHooksTest(hooks: Command): void {
  const command = hooks
    .command("test")
    .description(
      "which handlers an event would run, and why not the others; exit code 1 when they deny it (--run)",
    )
    .argument("<event>", "such as PreToolUse, PostToolUse, UserPromptSubmit")
    .option("--tool <name>", "a tool of ours, or a name that matchers know, such as Bash")
    .option("--input <json>", "its arguments, or the event's fields")
    .option("--run", "run what is selected and approved")
    .option("--json", "as JSON, with all that each is told");
  addSettingFlags(command, HOOK_KEYS);
  withExamples(
    command,
    `hooks test PreToolUse --tool edit_file --input ${EDIT}`,
    `hooks test PreToolUse --tool Bash --input '{"command":"npm test"}' --run`,
    `hooks test UserPromptSubmit --input '{"prompt":"hello"}' --json`,
  ).action(async (event: string, parsed: Parsed) => {
    const { hooksTest } = await import("./hooks.ts");
    const { tool, input } = parsed;
    await hooksTest({
      event,
      tool: typeof tool === "string" ? tool : undefined,
      input: typeof input === "string" ? input : undefined,
      run: parsed["run"] === true,
      flags: flagsOf(parsed),
      json: parsed["json"] === true,
    });
  });
}
