import { Command, Option } from "commander";
import type * as z from "zod";
import { clients } from "../../shared/config/clients/clients.ts";
import { VERSION } from "../../shared/version.ts";
import { catalog } from "../catalog.ts";
import { addPersonCommands } from "./person-commands.ts";
import { addSearchCommands } from "./search-commands.ts";
import { addSettingFlags, addServerFlags, flagsOf, HTTP_KEYS } from "./setting-flags.ts";
import { withExamples } from "./with-examples.ts";

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
  addSearchCommands(program, servers);
  addPersonCommands(program);
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
  withExamples(
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
  withExamples(
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
  withExamples(command, "tools", "tools filesystem", "tools --markdown").action(
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
  withExamples(
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
