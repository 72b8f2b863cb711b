import { setImmediate } from "node:timers/promises";
import { basename, dirname, join } from "node:path";
import { ToolError } from "../../shared/errors.ts";
import { escapeForPerson } from "../../shared/escape-for-person.ts";
import { nearest } from "../../shared/nearest.ts";
import type { Completing, Completion } from "../../shared/server.ts";
import type { InstructionFiles, Warning } from "../shapes.ts";
import type { TemplateProblem } from "../template/template-problem.ts";
import type { Templates } from "../template/templates.ts";
import { builtinPrompts } from "./builtin.ts";
import { ListWatch } from "./list-watch.ts";
import { isPromptName, type ParsedPrompt, parsePrompt } from "./parse-prompt.ts";
import type { Prompt, PromptArgument, PromptOrigin, PromptSet } from "./prompt.ts";
import { argumentOf, variablesOf } from "./variables-of.ts";

/** Of one folder; a client shows all of them in one menu. */
const MOST_FILES = 200;
const MOST_COMPLETIONS = 100;

export interface PromptLibraryOptions {
  /** Absolute; an earlier root's prompts stand before those of later ones. */
  readonly roots: readonly string[];
  /** Our own folder in the home folder, absolute. */
  readonly configFolder: string;
  readonly home: string;
  readonly files: InstructionFiles;
  readonly templates: Pick<Templates, "render">;
  /** Paths below the roots that begin so; left out, paths are not completed. */
  readonly completePath?: (typed: string, signal: AbortSignal) => Promise<Completion>;
}

interface Folder {
  readonly path: string;
  readonly shown: string;
  readonly from: PromptOrigin;
}

type Parsed = Map<string, { readonly hash: string; readonly parsed: ParsedPrompt }>;

/** What became of one file. */
interface Found {
  readonly prompt?: Prompt;
  readonly told: readonly Warning[];
}

/** A prompt with its arguments filled in. */
export interface FilledPrompt {
  readonly prompt: Prompt;
  readonly text: string;
}

/** The prompts of the project, of the person and of ours, as they are on the disk at each call. */
export class PromptLibrary {
  readonly #options: PromptLibraryOptions;
  readonly #folders: readonly Folder[];
  readonly #watch: ListWatch;
  #builtin: readonly Prompt[] | undefined;
  /** By path, while the content stays. */
  #parsed: Parsed = new Map();

  constructor(options: PromptLibraryOptions) {
    this.#options = options;
    this.#folders = foldersOf(options);
    this.#watch = new ListWatch(async () => JSON.stringify((await this.read()).prompts.map(listed)));
  }

  /** Every prompt there is now, and what is wrong with the files. Does not throw. */
  async read(): Promise<PromptSet> {
    const kept: Parsed = new Map();
    const found = new Map<string, Prompt>();
    const problems: Warning[] = [];
    for (const folder of this.#folders)
      for (const { prompt, told } of await this.#readFolder(folder, kept)) {
        problems.push(...told);
        if (prompt !== undefined) take(prompt, { found, problems });
      }
    this.#parsed = kept;
    this.#builtin ??= builtinPrompts();
    for (const prompt of this.#builtin) take(prompt, { found, problems });
    const prompts = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return { prompts, problems };
  }

  /** The prompt of this name. Throws `not_found` with the nearest one. */
  async find(name: string): Promise<Prompt> {
    const { prompts } = await this.read();
    const found = prompts.find((prompt) => prompt.name === name);
    if (found !== undefined) return found;
    const meant = nearest(
      name,
      prompts.map((prompt) => prompt.name),
    );
    throw new ToolError("not_found", `there is no prompt "${escapeForPerson(name.slice(0, 64))}"`, {
      hint: meant === undefined ? "`plumbline prompts list` shows all of them." : `Did you mean ${meant}?`,
    });
  }

  /**
   * The text with its arguments filled in; that of a project says in its first line where it comes from. Throws
   * `not_found`, and `invalid_input` for an argument that is missing or unknown and for a template that is broken.
   */
  async fill(
    name: string,
    given: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<FilledPrompt> {
    const prompt = await this.find(name);
    const variables = variablesOf(prompt, given);
    const { text, problems } = await this.#options.templates.render(prompt.body, {
      kind: prompt.template,
      variables,
      signal,
    });
    // a line says which name is no argument: its place stays, as everybody was told when the file was read
    const broken = problems.find(({ line }) => prompt.template === "liquid" || line === undefined);
    if (broken !== undefined) throw unfilled(prompt, broken);
    const origin = prompt.from === "project" ? `[prompt ${name} of this project: ${prompt.shown}]\n\n` : "";
    return { prompt, text: origin + text };
  }

  /** Values of an argument that begin so. Throws `not_found` and `invalid_input` for names that there are not. */
  async complete({ prompt: name, argument, value, signal }: Completing): Promise<Completion> {
    const found = argumentOf(await this.find(name), argument);
    if (found.values.length === 0 && found.kind === "path")
      return (await this.#options.completePath?.(value, signal)) ?? { values: [], total: 0 };
    return completeValue(found, value);
  }

  /** Calls `changed` after each change of what a client is shown, until the function that comes back is called. */
  watch(changed: () => void): Promise<() => void> {
    return this.#watch.add(changed);
  }

  close(): void {
    this.#watch.close();
  }

  async #readFolder(folder: Folder, kept: Parsed): Promise<Found[]> {
    const files = (await this.#options.files.list(folder.path, [".md"])).filter(
      (file) => dirname(file) === folder.path,
    );
    const told: Warning[] = [];
    if (files.length > MOST_FILES)
      told.push(warning(folder.shown, "too_many", `only the first ${MOST_FILES} files are read`));
    const results: Found[] = [{ told }];
    // one after the other: what a stranger's files cost must not hold up other work
    for (const file of files.slice(0, MOST_FILES)) results.push(await this.#readFile(file, { folder, kept }));
    return results;
  }

  async #readFile(
    file: string,
    { folder, kept }: { readonly folder: Folder; readonly kept: Parsed },
  ): Promise<Found> {
    const name = basename(file, ".md");
    const shown = `${folder.shown}/${escapeForPerson(basename(file))}`;
    if (!isPromptName(name)) return { told: [notKebab(shown)] };
    const read = await this.#options.files.read(file);
    if (read === undefined) return { told: [] };
    if (read.kind === "refused") return { told: [warning(shown, "refused", read.why)] };
    const before = this.#parsed.get(file);
    if (before?.hash !== read.hash) await setImmediate();
    const parsed = before?.hash === read.hash ? before.parsed : parsePrompt(name, read.text);
    kept.set(file, { hash: read.hash, parsed });
    const told = parsed.problems.map((problem) => ({ ...problem, path: shown }));
    const prompt = parsed.prompt && { ...parsed.prompt, from: folder.from, shown };
    return { told, ...(prompt === undefined ? {} : { prompt }) };
  }
}

function foldersOf({ roots, configFolder, home }: PromptLibraryOptions): Folder[] {
  const own = join(configFolder, "prompts");
  const folders = roots.map((root, index): Folder => {
    const inside = ".plumbline/prompts";
    const shown = index === 0 ? inside : `${escapeForPerson(basename(root))}/${inside}`;
    return { path: join(root, inside), shown, from: "project" };
  });
  const isAtHome = own.startsWith(`${home}/`);
  const shown = isAtHome ? `~${own.slice(home.length)}` : "<config>/prompts";
  return [...folders, { path: own, shown: escapeForPerson(shown), from: "own" }];
}

/** The first of a name counts, and nobody has to wonder where the other one went. */
function take(
  prompt: Prompt,
  { found, problems }: { readonly found: Map<string, Prompt>; readonly problems: Warning[] },
): void {
  const before = found.get(prompt.name);
  if (before === undefined) return void found.set(prompt.name, prompt);
  const message =
    prompt.from === "builtin" ? "stands before the built-in one" : `stands before ${prompt.shown}`;
  problems.push({ path: before.shown, level: "info", code: "shadows", message });
}

function completeValue({ values }: PromptArgument, typed: string): Completion {
  const start = typed.toLowerCase();
  const fitting = values.filter((value) => value.toLowerCase().startsWith(start));
  return { values: fitting.slice(0, MOST_COMPLETIONS), total: fitting.length };
}

function unfilled({ shown, firstLine }: Prompt, { message, line }: TemplateProblem): ToolError {
  const where = line === undefined ? shown : `${shown}:${firstLine + line - 1}`;
  // of instructions the text is shown all the same, of a prompt it is not
  const why = message.replace(/; the text stays as it is written$/u, "");
  return new ToolError("invalid_input", `${where} cannot be filled in: ${why}`);
}

function notKebab(path: string): Warning {
  const message = "is no prompt: its name must be kebab-case, such as review-change.md";
  return { path, level: "info", code: "name", message };
}

function warning(path: string, code: string, message: string): Warning {
  return { path, level: "warning", code, message };
}

/** What a client is shown of it. */
function listed({ name, title, description, arguments: takes, from, shown }: Prompt): unknown {
  return [name, title, description, takes, from, shown];
}
