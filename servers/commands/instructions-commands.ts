import type { Command } from "commander";
import { addSettingFlags, flagsOf } from "./setting-flags.ts";
import { withExamples } from "./with-examples.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** `plumbline instructions`: what reaches an agent that works on a file, and why. */
export function addInstructionsCommand(program: Command): void {
  const command = program
    .command("instructions")
    .description("which AGENTS.md, CLAUDE.md and rules hold for a file or folder, and why")
    .argument("[path]", "a file or folder; need not exist", ".")
    .option("--why", "also what was left out and why, and every remark about a file")
    .option("--query <text>", "the task, for rules that wait for a keyword")
    .option("--budget <tokens>", "most tokens of text, as many as an agent gets when left out")
    .option("--text", "the text alone, as a model gets it")
    .option("--json", "as JSON");
  addSettingFlags(command, ["roots"]);
  withExamples(
    command,
    "instructions src/main.ts",
    "instructions src/main.ts --why --query 'add a migration'",
    "instructions . --text | less",
  ).action(async (path: string, parsed: Parsed) => {
    const { instructions } = await import("./instructions.ts");
    const { query, budget } = parsed;
    await instructions(path, {
      query: typeof query === "string" ? query : undefined,
      budget: typeof budget === "string" ? Number(budget) : undefined,
      why: parsed["why"] === true,
      form: parsed["json"] === true ? "json" : parsed["text"] === true ? "text" : "table",
      flags: flagsOf(parsed),
    });
  });
}
