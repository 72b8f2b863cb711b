import { resolve } from "node:path";
import { type Instructions, openInstructions } from "../../instructions/engine.ts";
import type { Excluded, Loaded, Warning } from "../../instructions/shapes.ts";
import type { Flags } from "../../shared/config/layer.ts";
import { StartupError, ToolError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { DEFAULT_BUDGET } from "../../shared/limits.ts";
import { Scope } from "../../shared/scope.ts";
import { openWorkspace } from "../../shared/workspace/open-workspace.ts";
import type { Workspace } from "../../shared/workspace/workspace.ts";
import { instructionsOptions } from "../instructions/options.ts";
import { tokensFor } from "../instructions/tokens-for.ts";
import { loadSettings } from "./load-settings.ts";
import { stderrLog } from "./stderr-log.ts";
import { paint, print, printForeign, table } from "./terminal.ts";

export interface InstructionsOptions {
  readonly query: string | undefined;
  /** Tokens; left out, as many as an agent gets. */
  readonly budget: number | undefined;
  readonly why: boolean;
  readonly form: "table" | "text" | "json";
  readonly flags: Flags;
}

/** A text of so many lines is shown below the table without being asked for. */
const SHORT_LINES = 30;

/** Prints what holds for a file or folder. Throws `StartupError` for one outside the roots. */
export async function instructions(path: string, options: InstructionsOptions): Promise<void> {
  const { budget = tokensFor(DEFAULT_BUDGET), form } = options;
  if (!Number.isInteger(budget) || budget < 1)
    throw new StartupError("--budget takes a whole number from 1 on");
  const loaded = await load(path, { ...options, budget });
  if (form === "json") return print(JSON.stringify({ target: path, ...loaded }, null, 2));
  if (form === "text") return loaded.mergedText === "" ? undefined : printForeign(loaded.mergedText);
  showTable(path, loaded);
  showBeside(loaded, options.why);
  showText(loaded);
}

function showTable(path: string, { blocks, tokens }: Loaded): void {
  const shown = escapeForPerson(path);
  if (blocks.length === 0) return print(`[no instructions for ${shown}]`);
  const files = blocks.length === 1 ? "1 file" : `${blocks.length} files`;
  print(`[${files} of instructions for ${shown}, ${tokens} tokens]\n`);
  const rows = blocks.map((block) => [
    block.path,
    block.scope,
    `${block.tokens}`,
    [block.reason, ...(block.imports.length === 0 ? [] : [`with ${block.imports.join(", ")}`])].join("; "),
  ]);
  print(table([["file", "scope", "tokens", "why"], ...rows]));
}

/** What is wrong is always told; what was left out, and mere remarks, to whoever asks why. */
function showBeside({ excluded, warnings }: Loaded, why: boolean): void {
  const told = warnings.filter(({ level }) => why || level === "warning");
  if (told.length > 0) print(`\n${told.map(warningLine).join("\n")}`);
  if (excluded.length === 0) return;
  if (why) print(`\nleft out\n${excluded.map(excludedLine).join("\n")}`);
  else print(paint("grey", `\n${excluded.length} left out; --why tells the reasons`));
}

function showText({ mergedText }: Loaded): void {
  if (mergedText === "") return;
  const lines = mergedText.split("\n").length;
  print("");
  if (lines <= SHORT_LINES) printForeign(mergedText);
  else print(paint("grey", `The text has ${lines} lines; --text prints it.`));
}

function excludedLine({ path, reason, tokens }: Excluded): string {
  return `  ${path} (${tokens} tokens): ${reason}`;
}

function warningLine({ path, line, level, message }: Warning): string {
  const where = line === undefined ? path : `${path}:${line}`;
  return level === "info"
    ? paint("grey", `  ${where}: ${message}`)
    : paint("yellow", `! ${where}: ${message}`);
}

function isInside(workspace: Workspace, folder: string): boolean {
  try {
    workspace.locate(folder);
    return true;
  } catch (error) {
    if (error instanceof ToolError) return false;
    throw error;
  }
}

async function load(
  path: string,
  { query, budget, flags }: InstructionsOptions & { readonly budget: number },
): Promise<Loaded> {
  await using scope = new Scope();
  const { roots, places, options } = await loadSettings(flags, ["instructions"], stderrLog);
  const workspace = await openWorkspace(roots, { scope, log: stderrLog });
  const chosen = instructionsOptions.parse(options["instructions"]);
  const engine = openInstructions({ workspace, places, ...chosen, scope });
  return await asStartup(engine, {
    target: isInside(workspace, process.cwd()) ? resolve(path) : path,
    budgetTokens: budget,
    signal: new AbortController().signal,
    ...(query === undefined ? {} : { query }),
  });
}

async function asStartup(engine: Instructions, about: Parameters<Instructions["load"]>[0]): Promise<Loaded> {
  try {
    return await engine.load(about);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new StartupError([error.message, ...(error.hint === undefined ? [] : [error.hint])].join(". "));
  }
}
