import type { Command } from "commander";
import { collect } from "./collect.ts";
import { addSettingFlags, flagsOf } from "./setting-flags.ts";
import { withExamples } from "./with-examples.ts";

type Parsed = Readonly<Record<string, unknown>>;

/** `plumbline prompts`: the project's, the person's own and ours, as clients are offered them. */
export function addPromptsCommands(program: Command): void {
  const prompts = program
    .command("prompts")
    .description("the prompt library: the project's, your own, and those that come with us");
  withExamples(
    prompts,
    "prompts list review",
    "prompts show explain-code --arg target=src/main.ts",
    "prompts new release-notes",
  );
  addList(prompts);
  addShow(prompts);
  addNew(prompts);
}

function addList(prompts: Command): void {
  const command = prompts
    .command("list", { isDefault: true })
    .description("all of them, or those that words and tags fit; and what is wrong with files")
    .argument("[words...]", "all must occur in name, title, tags or description")
    .option("--tag <tag>", "only with this tag (repeatable)", collect)
    .option("--json", "as JSON");
  addSettingFlags(command, ["roots"]);
  withExamples(command, "prompts", "prompts list changelog", "prompts list --tag quality").action(
    async (words: string[], parsed: Parsed) => {
      const { promptsList } = await import("./prompts.ts");
      const tags = textsIn(parsed["tag"]);
      await promptsList({ words, tags, flags: flagsOf(parsed), json: parsed["json"] === true });
    },
  );
}

function addShow(prompts: Command): void {
  const command = prompts
    .command("show")
    .description("one with its arguments filled in, as a model would get it")
    .argument("<name>", "as listed")
    .option("--arg <name=value>", "an argument (repeatable)", collect)
    .option("--raw", "the file as it is, a start for one of your own");
  addSettingFlags(command, ["roots"]);
  command.addHelpText(
    "after",
    "\nA prompt's versions are its file's git history: git log -p .plumbline/prompts/<name>.md",
  );
  withExamples(
    command,
    "prompts show review-change",
    "prompts show write-tests --arg target=src/parse.ts",
    "prompts show review-change --raw > .plumbline/prompts/review-change.md",
  ).action(async (name: string, parsed: Parsed) => {
    const { promptsShow } = await import("./prompts.ts");
    const given = textsIn(parsed["arg"]);
    await promptsShow(name, { given, raw: parsed["raw"] === true, flags: flagsOf(parsed) });
  });
}

function addNew(prompts: Command): void {
  const command = prompts
    .command("new")
    .description("write a file to begin with; an existing one is left alone")
    .argument("<name>", "kebab-case, such as release-notes")
    .option("--own", "for you alone, in every project");
  addSettingFlags(command, ["roots"]);
  withExamples(command, "prompts new release-notes", "prompts new my-review --own").action(
    async (name: string, parsed: Parsed) => {
      const { promptsNew } = await import("./prompts-new.ts");
      await promptsNew(name, { own: parsed["own"] === true, flags: flagsOf(parsed) });
    },
  );
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
