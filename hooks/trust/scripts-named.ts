import type { Handler } from "../handler.ts";
import { CandidateList, looksLikeScript, type CommandGround, type Counts } from "./candidate-list.ts";
import { isSubcommand, knownProgram, type KnownProgram } from "./known-programs.ts";
import { shellWords, type ShellWord } from "./shell-words.ts";

export type NamedScripts = Pick<CandidateList, "candidates" | "unfollowed" | "isFull">;

/** Characters; nobody reads more before saying yes. */
const MAX_LENGTH = 64 * 1024;
/** Deeper ones are only read roughly. */
const MAX_DEPTH = 4;
/** Both are the folder that a hook runs in, for all that is known here. */
const TOP = /(?:\$\(|`)\s*(?:git\s+rev-parse\s+--show-toplevel|pwd)\b[^()`]{0,100}[)`]/gu;
const ASSIGNMENT = /^([A-Za-z_]\w*)\+?=([^]*)$/u;
const FOLDER_OPTION = /^(?:-C|--prefix|--cwd|--directory|--dir|--project)(?:=([^]*))?$/u;

/**
 * Which files a command may run as scripts; looks at none of them. It rather finds a file too many than one too few:
 * a script that nobody hashes can be changed behind its approval. Takes time in proportion to the command's length.
 */
export function scriptsNamed({ type, command, args, shell }: Handler, ground: CommandGround): NamedScripts {
  const list = new CandidateList(ground);
  if (type !== "command" || command === undefined) return list;
  const length = [command, ...(args ?? [])].reduce((sum, text) => sum + text.length, 0);
  if (length > MAX_LENGTH) {
    list.giveUp();
    return list;
  }
  const reader = new CommandReader(list, ground);
  const line = shell === "powershell" ? command.replaceAll("\\", "/") : command;
  if (args === undefined) reader.readLine(line, 0);
  else reader.readWords([command, ...args]);
  for (const text of [line, ...(args ?? [])]) reader.readRoughly(text);
  return list;
}

/** Where in a command it is: before its program, before an interpreter's script, or past what is understood. */
type Mode = "command" | "script" | "module" | "line" | "rest";

class CommandReader {
  readonly #list: CandidateList;
  readonly #values: Map<string, string>;
  #depth = 0;
  #mode: Mode = "command";
  #program: KnownProgram = knownProgram("");
  /** Whether the program stands where a command begins, so that what follows is surely its script. */
  #isSure = true;
  #isAfterOption = false;
  #wantsFolder = false;

  constructor(list: CandidateList, { root, home }: CommandGround) {
    this.#list = list;
    const here = ["CLAUDE_PROJECT_DIR", "PLUMBLINE_PROJECT_DIR", "PWD"].map((name) => [name, root] as const);
    this.#values = new Map([...here, ["HOME", home], ["USERPROFILE", home]]);
  }

  readLine(line: string, depth: number): void {
    this.#depth = depth;
    this.#begin();
    for (const word of shellWords(line.replaceAll(TOP, "${PWD}"), (name) => this.#values.get(name)))
      this.#read(word);
  }

  readWords(words: readonly string[]): void {
    for (const [index, word] of words.entries())
      this.#read({ text: this.#filled(word), isFirst: index === 0, isInput: false, isOpen: false });
  }

  /** Whatever stands between blanks, quotes and operators: paths within code and comments, and what was misread. */
  readRoughly(text: string): void {
    const words = text.replaceAll(TOP, "${PWD}").split(/[\s"'`()<>|;&,=[\]]+/u);
    for (const word of new Set(words)) {
      const filled = this.#filled(word.replace(/^\{/u, ""));
      if (filled.includes("/") || looksLikeScript(filled)) this.#list.add(filled, "program");
      if (/^\.\.?\//u.test(filled)) this.#list.addEndings(filled);
    }
  }

  #filled(word: string): string {
    return word.replaceAll(
      /\$(?:\{(\w{1,100})(?:[:#%/-][^{}]{0,200})?\}|(\w{1,100}))/gu,
      (whole, braced?: string, bare?: string) => this.#values.get(braced ?? bare ?? "") ?? whole,
    );
  }

  #begin(): void {
    this.#mode = "command";
    this.#program = knownProgram("");
    this.#isSure = true;
    this.#isAfterOption = false;
    this.#wantsFolder = false;
  }

  #read(word: ShellWord): void {
    if (word.isInput) return this.#add(word, this.#program.kind === "script" ? "always" : "there");
    if (word.isFirst) this.#begin();
    if (this.#mode === "command" && this.#assigns(word)) return;
    if (this.#wantsFolder) return this.#folder(word, word.text);
    if (this.#mode !== "line" && /^[-+]./u.test(word.text)) return this.#option(word);
    this.#word(word);
    this.#isAfterOption = false;
  }

  #assigns({ text, isOpen }: ShellWord): boolean {
    const [, name, value = ""] = ASSIGNMENT.exec(text) ?? [];
    if (name === undefined) return false;
    const known = this.#values.get(name);
    // which of both it is depends on how the command runs
    if (known !== undefined && known !== value && value.includes("/")) this.#list.unfollow(text);
    if (isOpen) this.#values.delete(name);
    else this.#values.set(name, value);
    this.#list.add(value, "program");
    return true;
  }

  /** Of `cd` it is where everything is from then on, of an option where this program looks. */
  #folder(word: ShellWord, text: string): void {
    this.#wantsFolder = false;
    if (word.isOpen) this.#list.unfollow(word.text);
    if (/^(?:cd|pushd)$/u.test(this.#program.name)) this.#list.enter(text);
    else this.#list.lookIn(text);
    for (const manifest of this.#program.manifests) this.#list.add(manifest, "there");
  }

  #option(word: ShellWord): void {
    const { text } = word;
    this.#isAfterOption = true;
    const [isFolder, folder] = FOLDER_OPTION.exec(text) ?? [];
    this.#wantsFolder = isFolder !== undefined && folder === undefined;
    if (folder !== undefined) this.#folder(word, folder);
    if (this.#mode === "script") this.#scriptOption(text);
    const [, value = ""] = /^(?:--?[\w.-]+=|-\w)([^]*)$/u.exec(text) ?? [];
    this.#add({ ...word, text: value }, "program");
    if (this.#mode === "script") this.#list.addEndings(value);
  }

  #scriptOption(text: string): void {
    if (this.#program.isShell && /^(?:-[a-z]*c|-command)$/iu.test(text)) this.#mode = "line";
    if (!this.#program.isPython || !text.startsWith("-m")) return;
    if (text === "-m") this.#mode = "module";
    else this.#module(text.slice(2));
  }

  #word(word: ShellWord): void {
    switch (this.#mode) {
      case "command":
        return this.#command(word);
      case "script":
        return this.#script(word);
      case "module":
        return this.#module(word.text);
      case "line":
        return this.#nested(word.text);
      case "rest":
        if (knownProgram(word.text).kind === "script") this.#start(word, false);
        else this.#add(word, "program");
        return;
      default:
        return this.#mode satisfies never;
    }
  }

  #command(word: ShellWord): void {
    const { kind, name } = knownProgram(word.text);
    if (kind === "before" || /^[\d.]+[smhd]?$/u.test(name)) return;
    this.#wantsFolder = name === "cd" || name === "pushd";
    this.#start(word, true);
    if (name === "eval") this.#mode = "line";
  }

  #start(word: ShellWord, isSure: boolean): void {
    this.#program = knownProgram(word.text);
    this.#isSure = isSure;
    // a name alone is looked up on the PATH, which has no relative folders here
    if (word.text.includes("/") || !isSure) this.#add(word, isSure ? "always" : "program");
    for (const manifest of this.#program.manifests) this.#list.add(manifest, "there");
    const runsScript = this.#program.kind === "script" || (isSure && word.text === ".");
    if (runsScript) this.#mode = "script";
    // in `env -u NAME bash x` the value of an option looks like the program
    else if (!this.#isAfterOption) this.#mode = "rest";
  }

  #script(word: ShellWord): void {
    const { text } = word;
    if (knownProgram(text).kind === "script") return this.#start(word, this.#isSure);
    const isFile =
      this.#isAfterOption || this.#program.isLauncher ? /^[^\s(){};]*[./][^\s(){};]*$/u.test(text) : true;
    this.#add(word, this.#isSure && isFile ? "always" : "there");
    this.#list.addEndings(text);
    // the value of an option looks like the script
    if (!this.#isAfterOption && !isSubcommand(text)) this.#mode = "rest";
  }

  #module(name: string): void {
    this.#mode = "rest";
    const path = name.replaceAll(".", "/");
    for (const file of [`${path}.py`, `${path}/__main__.py`, `${path}/__init__.py`])
      this.#list.add(file, "there");
  }

  #nested(line: string): void {
    const depth = this.#depth;
    if (depth < MAX_DEPTH) this.readLine(line, depth + 1);
    this.#depth = depth;
    this.#mode = "rest";
  }

  #add({ text, isOpen }: ShellWord, counts: Counts): void {
    // in nobody's way: most words are no files
    if (counts === "program" && !/^[\w@+-]+$|[./\\]/u.test(text)) return;
    this.#list.add(text, isOpen && counts === "always" ? "there" : counts);
    if (isOpen && /\w/u.test(text) && (counts === "always" || looksLikeScript(text)))
      this.#list.unfollow(text);
  }
}
