import { type Command, Option } from "commander";
import { addHooksCommands } from "./hooks-commands.ts";
import { addInstructionsCommand } from "./instructions-commands.ts";
import { addPromptsCommands } from "./prompts-commands.ts";
import { collect } from "./collect.ts";
import { addSettingFlags, flagsOf } from "./setting-flags.ts";
import { withExamples } from "./with-examples.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** What a person does beside a running server: approvals, trust, hooks, instructions, prompts, audit, undo, doctor. */
export function addPersonCommands(program: Command): void {
  addApprovals(program);
  addTrust(program);
  addHooksCommands(program);
  addInstructionsCommand(program);
  addPromptsCommands(program);
  addAudit(program);
  addUndo(program);
  addDoctor(program);
}

function addApprovals(program: Command): void {
  const approvals = program
    .command("approvals")
    .description("what you allowed, asked to be asked about, or denied");
  withExamples(
    approvals,
    "approvals list",
    "approvals grant shell.run_command --always -- npm test",
    "approvals revoke 1a2b3c4d",
  );
  approvals
    .command("list", { isDefault: true })
    .description("all rules")
    .option("--json", "as JSON")
    .action(async (parsed: Parsed) => {
      const { listApprovals } = await import("./approvals.ts");
      await listApprovals({ json: parsed["json"] === true });
    });
  addGrant(approvals);
  approvals
    .command("revoke")
    .description("take rules back")
    .argument("<id...>")
    .action(async (ids: string[]) => {
      const { revokeApprovals } = await import("./approvals.ts");
      await revokeApprovals(ids);
    });
}

function addGrant(approvals: Command): void {
  const command = approvals
    .command("grant")
    .description("add a rule; a running server sees it at its next call")
    .argument("<tool>", "server.tool, or a glob such as git.*")
    .argument("[words...]", "after --: the first words of the command")
    .option("--path <glob>", "only there, absolute or relative to a root (repeatable)", collect)
    .option("--once", "for one call")
    .option("--until <time>", "until then, such as 1h or 2026-01-31T12:00")
    .option("--always", "until you revoke it")
    .addOption(new Option("--ask", "ask about it, whatever else allows it"))
    .addOption(new Option("--deny", "deny it, whatever else allows it").conflicts("ask"));
  withExamples(
    command,
    "approvals grant filesystem.delete_path --once --path 'build/**'",
    "approvals grant shell.run_command --until 8h -- npm test",
    "approvals grant 'git.*' --deny --path 'vendor/**'",
  ).action(async (tool: string, argv: string[], parsed: Parsed) => {
    const { grantApproval } = await import("./approvals.ts");
    await grantApproval(tool, {
      argv,
      paths: Array.isArray(parsed["path"]) ? parsed["path"].map(String) : [],
      decision: parsed["deny"] === true ? "deny" : parsed["ask"] === true ? "ask" : "allow",
      once: parsed["once"] === true,
      until: typeof parsed["until"] === "string" ? parsed["until"] : undefined,
      always: parsed["always"] === true,
    });
  });
}

function addTrust(program: Command): void {
  const command = program
    .command("trust")
    .description("show what a repository would make git run, and approve it by hash")
    .argument("[path]", "the repository", ".")
    .option("--list", "what is trusted")
    .option("--revoke <hash>", "trust it no longer")
    .option("--yes <hash>", "approve what has this hash, without a terminal")
    .option("--json", "with --list: as JSON");
  withExamples(
    command,
    "trust",
    "trust ~/code/project",
    "trust --list",
    "trust --revoke 1a2b3c4d5e6f7a8b",
  ).action(async (path: string, parsed: Parsed) => {
    const { listTrust, revokeTrust, trust } = await import("./trust.ts");
    const { revoke, yes } = parsed;
    if (typeof revoke === "string") await revokeTrust(revoke);
    else if (parsed["list"] === true) await listTrust({ json: parsed["json"] === true });
    else await trust(path, typeof yes === "string" ? yes : undefined);
  });
}

function addAudit(program: Command): void {
  const command = program
    .command("audit")
    .description("every call of a project: by whom, what it touched, why it was allowed, what came of it")
    .option("--follow", "go on with new calls")
    .option("--json", "the lines as they are in the file")
    .option("--since <time>", "only what came after, such as 1h or 2026-01-31");
  addSettingFlags(command, ["roots"]);
  withExamples(
    command,
    "audit --since 1h",
    "audit --follow --root ~/code/project",
    "audit --json | tail -1",
  ).action(async (parsed: Parsed) => {
    const { audit } = await import("./audit.ts");
    const { since } = parsed;
    await audit({
      flags: flagsOf(parsed),
      follow: parsed["follow"] === true,
      json: parsed["json"] === true,
      since: typeof since === "string" ? since : undefined,
    });
  });
}

function addUndo(program: Command): void {
  const command = program
    .command("undo")
    .description("what tools changed in a project, and the way back: all of a change, or some of its files")
    .argument("[id]", "the change to take back; left out, changes are listed")
    .argument("[paths...]", "only at or below these")
    .option("--limit <number>", "how many are listed")
    .option("--json", "the list as JSON");
  addSettingFlags(command, ["roots"]);
  withExamples(
    command,
    "undo",
    "undo 1a2b3c4d",
    "undo 1a2b3c4d src/main.ts",
    "undo --json --limit 100",
  ).action(async (id: string | undefined, paths: string[], parsed: Parsed) => {
    const { undo } = await import("./undo.ts");
    const { limit } = parsed;
    await undo({
      id,
      paths,
      flags: flagsOf(parsed),
      json: parsed["json"] === true,
      limit: typeof limit === "string" ? Number(limit) : undefined,
    });
  });
}

function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("what works on this machine, and the one command that mends what does not")
    .option("--json", "as JSON");
  addSettingFlags(command, ["roots"]);
  withExamples(command, "doctor", "doctor --root ~/code/project").action(async (parsed: Parsed) => {
    const { doctor } = await import("./doctor.ts");
    await doctor({ flags: flagsOf(parsed), json: parsed["json"] === true });
  });
}
