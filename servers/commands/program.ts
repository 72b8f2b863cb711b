import { Command } from "commander";
import type * as z from "zod";
import { catalog } from "../catalog.ts";
import { addSettingFlags, addServerFlags, flagsOf, HTTP_KEYS } from "./setting-flags.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** The command line: every command with its flags and examples; what a command does is loaded when it runs. */
export async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command("plumbline")
    .description("MCP servers that give any coding agent trustworthy hands.")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`plumbline: ${text.replace(/^error: /, "")}`) })
    .showSuggestionAfterError();

  const servers = await namedServers(argv);
  const serve = program
    .command("serve")
    .argument("<server...>", "filesystem …, core (one entry for a client), or all");
  addSettingFlags(serve).option("--http", "serve over HTTP on this machine instead of stdin and stdout");
  addSettingFlags(serve, HTTP_KEYS);
  for (const [name, options] of Object.entries(servers)) addServerFlags(serve, name, options);
  serve
    .description("serve MCP over stdio, or over HTTP with --http")
    .addHelpText(
      "after",
      examples(
        "serve core --root ~/code/project",
        "serve filesystem --read-only",
        "serve all --http --port 7800 --root ~/code/project",
      ),
    )
    .action(async (names: string[], parsed: Parsed) => {
      const { serve: run } = await import("./serve.ts");
      await run(names, flagsOf(parsed, servers), { http: parsed["http"] === true });
    });
  return program;
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  plumbline ${line}`).join("\n")}`;
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
