import type { PromptLibrary } from "../../instructions/prompts/library.ts";
import type { Prompt } from "../../instructions/prompts/prompt.ts";
import { searchPrompts } from "../../instructions/prompts/search-prompts.ts";
import type { Warning } from "../../instructions/shapes.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { StartupError, ToolError } from "../../shared/errors.ts";
import { Scope } from "../../shared/scope.ts";
import { openWorkspace } from "../../shared/workspace/open-workspace.ts";
import { openPrompts } from "../instructions/prompts.ts";
import { loadSettings } from "./load-settings.ts";
import { stderrLog } from "./stderr-log.ts";
import { paint, print, printForeign, table } from "./terminal.ts";

export interface ListOptions {
  readonly words: readonly string[];
  readonly tags: readonly string[];
  readonly flags: Flags;
  readonly json: boolean;
}

/** Prints the prompts that words and tags fit, then what is wrong with files. */
export async function promptsList({ words, tags, flags, json }: ListOptions): Promise<void> {
  await using scope = new Scope();
  const { prompts: all, problems } = await (await openLibrary(flags, scope)).read();
  const prompts = searchPrompts(all, words, tags);
  if (json) return print(JSON.stringify({ prompts: prompts.map(jsonOf), problems }, null, 2));
  if (prompts.length > 0)
    printForeign(table([["name", "from", "arguments", "tags", "title"], ...prompts.map(rowOf)]));
  else print(`No prompt fits; there are ${all.length}.`);
  if (problems.length > 0) print(`\n${problems.map(lineOf).join("\n")}`);
}

export interface ShowOptions {
  /** Each `name=value`. */
  readonly given: readonly string[];
  /** The file, and not what comes of it. */
  readonly raw: boolean;
  readonly flags: Flags;
}

/** Prints a prompt as a model would get it. Throws `StartupError` for a name or an argument that there is not. */
export async function promptsShow(name: string, { given, raw, flags }: ShowOptions): Promise<void> {
  await using scope = new Scope();
  const library = await openLibrary(flags, scope);
  try {
    if (raw) return printForeign((await library.find(name)).text.trimEnd());
    const { text } = await library.fill(name, argumentsIn(given), new AbortController().signal);
    printForeign(text);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new StartupError([error.message, ...(error.hint === undefined ? [] : [error.hint])].join(". "));
  }
}

function argumentsIn(given: readonly string[]): Readonly<Record<string, string>> {
  const entries = given.map((text): [string, string] => {
    const cut = text.indexOf("=");
    if (cut < 1) throw new StartupError(`--arg takes name=value, such as --arg target=src/main.ts`);
    return [text.slice(0, cut), text.slice(cut + 1)];
  });
  return Object.fromEntries(entries);
}

async function openLibrary(flags: Flags, scope: Scope): Promise<PromptLibrary> {
  const { roots, places } = await loadSettings(flags, [], stderrLog);
  const workspace = await openWorkspace(roots, { scope, log: stderrLog });
  return openPrompts({ workspace, places, scope });
}

const FROM = { project: "project", own: "own", builtin: "built in" } as const;

function rowOf({ name, from, arguments: takes, tags, title }: Prompt): string[] {
  const names = takes.map((argument) => (argument.required ? argument.name : `[${argument.name}]`));
  return [name, FROM[from], names.join(" "), tags.join(" "), title];
}

function jsonOf({ body, text, firstLine, ...facts }: Prompt): object {
  return { ...facts, line: firstLine, characters: body.length, bytes: Buffer.byteLength(text) };
}

function lineOf({ path, line, level, message }: Warning): string {
  const where = line === undefined ? path : `${path}:${line}`;
  return level === "info"
    ? paint("grey", `  ${where}: ${message}`)
    : paint("yellow", `! ${where}: ${message}`);
}
