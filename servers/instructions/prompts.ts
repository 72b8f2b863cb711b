import * as z from "zod";
import { ProjectFiles } from "../../instructions/find/instruction-files.ts";
import { completePath } from "../../instructions/prompts/complete-path.ts";
import { PromptLibrary } from "../../instructions/prompts/library.ts";
import type { Prompt } from "../../instructions/prompts/prompt.ts";
import { Templates } from "../../instructions/template/templates.ts";
import { budgetField, MAX_BUDGET } from "../../shared/limits.ts";
import type { Host, PromptFacts, Prompts } from "../../shared/server.ts";
import { toolFor } from "../../shared/tool.ts";

/** What prompts are served from. */
export interface PromptDeps {
  readonly prompts: PromptLibrary;
}

/** The library of a workspace; reads nothing yet. */
export function openPrompts({
  workspace,
  places,
  scope,
}: Pick<Host, "workspace" | "places" | "scope">): PromptLibrary {
  const templates = new Templates();
  scope.defer(() => templates.close());
  const library = new PromptLibrary({
    roots: workspace.roots.map((root) => root.path),
    configFolder: places.config,
    home: places.home,
    files: new ProjectFiles({ workspace, places }),
    templates,
    completePath: (typed, signal) => completePath(workspace, typed, signal),
  });
  scope.defer(() => library.close());
  return library;
}

/** Fills in a prompt that the person picked. No list of tools shows it. */
const getPrompt = toolFor<PromptDeps>()({
  name: "get_prompt",
  title: "Get prompt",
  description: "Fills in a prompt of the library.",
  effect: "read",
  reach: "local",
  input: z.strictObject({
    name: z.string().max(200).describe("The prompt's name."),
    arguments: z.record(z.string().max(200), z.string().max(100_000)).default({}).describe("Its arguments."),
    budget: budgetField.default(MAX_BUDGET),
  }),

  async run({ name, arguments: given }, { prompts, signal }): Promise<string> {
    return (await prompts.fill(name, given, signal)).text;
  },

  render: (text) => text,
});

/** The prompt library, for the servers that carry it. */
export const servedPrompts: Prompts<PromptDeps> = {
  list: async ({ prompts }) => (await prompts.read()).prompts.map(factsOf),
  get: getPrompt,
  complete: (asked, { prompts }) => prompts.complete(asked),
  watch: (changed, { prompts }) => prompts.watch(changed),
};

/** A stranger's text stands in the menu of the person's client, so it says where it is from. */
function factsOf({ name, title, description, from, shown, arguments: takes }: Prompt): PromptFacts {
  return {
    name,
    title,
    description: from === "builtin" ? description : `${description} (from ${shown})`,
    arguments: takes.map((argument) => ({
      name: argument.name,
      description: describe(argument),
      required: argument.required,
    })),
  };
}

function describe(argument: Prompt["arguments"][number]): string {
  const standard = argument.default === "" ? [] : [`Default: ${argument.default}.`];
  return [argument.description, ...standard].filter((text) => text !== "").join(" ");
}
