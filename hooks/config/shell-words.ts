/** A word of a shell line, without its quotes. */
export interface ShellWord {
  readonly text: string;
  /** Which command of the line it belongs to, from 0. */
  readonly command: number;
  /** True when it follows `<` or `>`. */
  readonly isTarget: boolean;
}

export interface ShellReading {
  readonly words: readonly ShellWord[];
  /** True when one of Claude's placeholders for a folder stands outside of quotes, where spaces would split it. */
  readonly hasBarePlaceholder: boolean;
}

/**
 * The words that a shell would see at the top of a line: what stands in `$(…)` or in quotes stays inside its word. A
 * sketch for advice to people, one pass over the text; nothing that decides what may run can rest on it.
 */
export function readShellWords(line: string): ShellReading {
  const scanner = new Scanner(line);
  while (!scanner.isAtEnd) scanner.step();
  return scanner.finish();
}

const PLACEHOLDER = /\$(?:\{)?CLAUDE_(?:PROJECT_DIR|PLUGIN_ROOT|PLUGIN_DATA)\b/uy;
const NAME = /^[A-Za-z_]\w*$/u;
const ENDS_COMMAND = ";&|()\n";

class Scanner {
  readonly #line: string;
  readonly #words: ShellWord[] = [];
  readonly #open: ("double" | "paren")[] = [];
  #at = 0;
  #word: string | undefined;
  #command = 0;
  #isTarget = false;
  /** Whether the word began with `NAME=`; nothing before its first `=`. */
  #assigns: boolean | undefined;
  #hasBarePlaceholder = false;

  constructor(line: string) {
    this.#line = line;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#line.length;
  }

  step(): void {
    const char = this.#line.charAt(this.#at);
    if (char === "\\") return this.#append(this.#line.charAt(this.#at + 1), 2);
    if (char === "$" && this.#line.charAt(this.#at + 1) === "(") return this.#enter("paren", "$(");
    if (this.#open.at(-1) === "double") return char === '"' ? this.#leave("") : this.#append(char);
    if (char === "'") return this.#quoted();
    if (char === '"') return this.#enter("double", "");
    if (char === "$") this.#lookAtPlaceholder();
    if (this.#open.length === 0) return this.#atTop(char);
    if (char === "(") return this.#enter("paren", char);
    return char === ")" ? this.#leave(char) : this.#append(char);
  }

  finish(): ShellReading {
    this.#endWord();
    return { words: this.#words, hasBarePlaceholder: this.#hasBarePlaceholder };
  }

  #atTop(char: string): void {
    if (char === "#" && this.#word === undefined) return this.#skipTo("\n");
    if (char === "<" || char === ">") return this.#redirect(char);
    const ends = ENDS_COMMAND.includes(char);
    if (char === "=") this.#assigns ??= NAME.test(this.#word ?? "");
    if (!ends && char !== " " && char !== "\t") return this.#append(char);
    this.#endWord();
    if (ends) this.#command++;
    this.#at++;
  }

  #redirect(char: string): void {
    this.#endWord();
    // what follows is a text of its own and no command
    if (this.#line.startsWith("<<", this.#at) && !this.#line.startsWith("<<<", this.#at)) {
      this.#at = this.#line.length;
      return;
    }
    while (this.#line.charAt(this.#at) === char) this.#at++;
    if (this.#line.charAt(this.#at) === "&") this.#at++;
    this.#isTarget = true;
  }

  #quoted(): void {
    const end = this.#line.indexOf("'", this.#at + 1);
    const stop = end === -1 ? this.#line.length : end;
    this.#append(this.#line.slice(this.#at + 1, stop), stop + 1 - this.#at);
  }

  #lookAtPlaceholder(): void {
    if (this.#open.length === 0 && this.#assigns === true) return;
    PLACEHOLDER.lastIndex = this.#at;
    if (PLACEHOLDER.test(this.#line)) this.#hasBarePlaceholder = true;
  }

  #enter(kind: "double" | "paren", text: string): void {
    this.#open.push(kind);
    this.#append(text, Math.max(1, text.length));
  }

  #leave(text: string): void {
    this.#open.pop();
    this.#append(text, 1);
  }

  #append(text: string, length = 1): void {
    this.#word = (this.#word ?? "") + text;
    this.#at += length;
  }

  #skipTo(char: string): void {
    const end = this.#line.indexOf(char, this.#at);
    this.#at = end === -1 ? this.#line.length : end;
  }

  #endWord(): void {
    if (this.#word === undefined) return;
    this.#words.push({ text: this.#word, command: this.#command, isTarget: this.#isTarget });
    this.#word = undefined;
    this.#isTarget = false;
    this.#assigns = undefined;
  }
}
