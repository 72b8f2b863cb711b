import { Command, Option } from "commander";
import type * as z from "zod";
import { clients } from "../../shared/config/clients/clients.ts";
import { VERSION } from "../../shared/version.ts";
import { catalog } from "../catalog.ts";
import { addSettingFlags, addServerFlags, flagsOf, HTTP_KEYS } from "./setting-flags.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** The command line: every command with its flags and examples; what a command does is loaded when it runs. */
export async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command("plumbline")
    .description("MCP servers that give any coding agent trustworthy hands.")
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`plumbline: ${oneLine(text)}\n`) });
  const servers = await namedServers(argv);
  addServe(program, servers);
  addCall(program, servers);
  addTools(program);
  addConfig(program);
  addApprovals(program);
  addTrust(program);
  addAudit(program);
  addDoctor(program);
  return program;
}

function addServe(program: Command, servers: Readonly<Record<string, z.ZodObject>>): void {
  const command = program
    .command("serve")
    .description("serve MCP over stdin and stdout, or over HTTP with --http")
    .argument("<server...>", `${Object.keys(catalog).join(", ")}, core (one entry for a client) or all`)
    .option("--http", "serve over HTTP on this machine");
  addSettingFlags(addSettingFlags(command), HTTP_KEYS);
  for (const [name, options] of Object.entries(servers)) addServerFlags(command, name, options);
  examples(
    command,
    "serve core --root ~/code/project",
    "serve filesystem --root ~/code/a --root ~/code/b --read-only",
    "serve all --http --port 7800 --root ~/code/project",
  ).action(async (names: string[], parsed: Parsed) => {
    const { serve } = await import("./serve.ts");
    await serve(names, flagsOf(parsed, servers), { http: parsed["http"] === true });
  });
}

function addCall(program: Command, servers: Readonly<Record<string, z.ZodObject>>): void {
  const command = program
    .command("call")
    .description(
      "one call through the same checks as a client's; asks you on the terminal what a client would ask",
    )
    .argument("<server>", Object.keys(catalog).join(", "))
    .argument("<tool>", "a tool's name, see: plumbline tools")
    .argument("[json]", "the arguments, - reads them from stdin")
    .option("--json", "print the whole answer as JSON");
  addSettingFlags(command);
  for (const [name, options] of Object.entries(servers)) addServerFlags(command, name, options);
  examples(
    command,
    `call filesystem read_file '{"path":"README.md"}'`,
    `call filesystem search_text '{"pattern":"TODO"}' --root ~/code/project`,
    `echo '{"path":"."}' | plumbline call filesystem list_directory - --json`,
  ).action(async (...given: [string, string, string | undefined, Parsed]) => {
    const [server, tool, input, parsed] = given;
    const { call } = await import("./call.ts");
    await call({ server, tool, input, flags: flagsOf(parsed, servers), json: parsed["json"] === true });
  });
}

function addTools(program: Command): void {
  const command = program
    .command("tools")
    .description("every tool: what it may do, and what its entry costs a model in tokens")
    .argument("[server]")
    .option("--json", "as JSON")
    .addOption(new Option("--markdown", "as a table for a README").conflicts("json"));
  examples(command, "tools", "tools filesystem", "tools --markdown").action(
    async (server: string | undefined, parsed: Parsed) => {
      const { tools } = await import("./tools.ts");
      await tools(server, { json: parsed["json"] === true, markdown: parsed["markdown"] === true });
    },
  );
}

function addConfig(program: Command): void {
  const command = program
    .command("config")
    .description("print or install a client's entry; config show: every setting and where it comes from")
    .argument("<client>", `${Object.keys(clients).join(", ")}, or show`)
    .option("--write", "merge it into the client's file, keep a copy, and prove that it starts")
    .option("--server <name>", "core, all, or one server", "core")
    .option("--http", "the address of a running server instead of a program to start")
    .option("--json", "show: as JSON");
  addSettingFlags(command);
  addSettingFlags(command, HTTP_KEYS);
  examples(
    command,
    "config claude-code --write --root ~/code/project",
    "config vscode --server filesystem",
    "config cursor --http",
    "config show",
  ).action(async (client: string, parsed: Parsed) => {
    const flags = flagsOf(parsed);
    if (client === "show") {
      const { showConfig } = await import("./show-config.ts");
      return showConfig({ flags, json: parsed["json"] === true });
    }
    const { config } = await import("./config.ts");
    return config({
      client,
      flags,
      server: String(parsed["server"]),
      http: parsed["http"] === true,
      write: parsed["write"] === true,
    });
  });
}

function addApprovals(program: Command): void {
  const approvals = program
    .command("approvals")
    .description("what you allowed, asked to be asked about, or denied");
  examples(
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
  examples(
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
  examples(
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
  examples(
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

function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("what works on this machine, and the one command that mends what does not")
    .option("--json", "as JSON");
  addSettingFlags(command, ["roots"]);
  examples(command, "doctor", "doctor --root ~/code/project").action(async (parsed: Parsed) => {
    const { doctor } = await import("./doctor.ts");
    await doctor({ flags: flagsOf(parsed), json: parsed["json"] === true });
  });
}

function examples(command: Command, ...lines: readonly string[]): Command {
  const shown = lines.map((line) => (line.includes("plumbline") ? `  ${line}` : `  plumbline ${line}`));
  return command.addHelpText("after", `\nExamples:\n${shown.join("\n")}`);
}

function collect(text: string, sofar: readonly string[] = []): string[] {
  return [...sofar, text];
}

/** `error: unknown option '--rot'\n(Did you mean --root?)` on one line of ours. */
function oneLine(text: string): string {
  return text
    .replace(/^error: /, "")
    .trim()
    .replaceAll(/\s*\n\s*/g, " ");
}

/** Options of the servers whose own flags are used, or asked for by `--help`; loading none is the usual case. */
async function namedServers(argv: readonly string[]): Promise<Record<string, z.ZodObject>> {
  const found: Record<string, z.ZodObject> = {};
  const asked = argv.includes("--help") || argv.includes("-h");
  for (const [name, load] of Object.entries(catalog)) {
    const wanted = argv.some((word) => word.startsWith(`--${name}-`)) || (asked && argv.includes(name));
    if (wanted) found[name] = (await load()).options;
  }
  return found;
}
