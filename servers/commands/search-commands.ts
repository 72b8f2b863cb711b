import type { Command } from "commander";
import type * as z from "zod";
import { collect } from "./collect.ts";
import { addServerFlags, addSettingFlags, flagsOf } from "./setting-flags.ts";
import { withExamples } from "./with-examples.ts";

type Parsed = Readonly<Record<string, unknown>>;
type Options = Readonly<Record<string, z.ZodObject>>;

/** The code index on the command line: build it, and ask it. */
export function addSearchCommands(program: Command, servers: Options): void {
  addIndex(program, servers);
  addSearch(program, servers);
}

function addIndex(program: Command, servers: Options): void {
  const command = program
    .command("index")
    .description("bring the code index of the roots up to date, and say how it stands")
    .argument("[path]", "only the root in which this lies");
  addFlags(command, servers);
  withExamples(command, "index", "index --root ~/code/project").action(
    async (path: string | undefined, parsed: Parsed) => {
      const { indexCode } = await import("./index-code.ts");
      await indexCode(path, flagsOf(parsed, servers));
    },
  );
}

function addSearch(program: Command, servers: Options): void {
  const command = program
    .command("search")
    .description("find functions by what they do, in plain words, or by name")
    .argument("<words...>", "the question")
    .option("--path <path>", "only there (repeatable)", collect)
    .option("--limit <n>", "most results", Number, 10);
  addFlags(command, servers);
  withExamples(
    command,
    'search "where are expired sessions removed"',
    "search parse config file --path src --limit 3",
  ).action(async (words: string[], parsed: Parsed) => {
    const { search } = await import("./search.ts");
    const paths = Array.isArray(parsed["path"]) ? parsed["path"].map(String) : [];
    const flags = flagsOf(parsed, servers);
    await search({ query: words.join(" "), paths, limit: Number(parsed["limit"]), flags });
  });
}

function addFlags(command: Command, servers: Options): void {
  addSettingFlags(command);
  const { search } = servers;
  if (search !== undefined) addServerFlags(command, "search", search);
}
