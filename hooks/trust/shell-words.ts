/** One word of a shell's line, as far as it can be told without running it. */
export interface ShellWord {
  /** Quotes and escapes undone, known variables in their place. */
  readonly text: string;
  /** Whether a command begins with it. */
  readonly isFirst: boolean;
  /** Whether standard input is read from it. */
  readonly isInput: boolean;
  /** Whether it holds what only the shell finds out: a variable, another command's output, a pattern. */
  readonly isOpen: boolean;
}

/** What a variable is at this point of the line; nothing when that is not known. */
export type ValueOf = (name: string) => string | undefined;

/**
 * The words of a line, also those of commands within it, each as soon as it ends, so that an assignment counts for
 * what follows. Takes anything, for it looks for the files that a line may name and not for what it means: it
 * rather finds a word too many. Takes time in proportion to the length.
 */
export function* shellWords(line: string, valueOf: ValueOf): Generator<ShellWord> {
  const scanner = new Scanner(line, valueOf);
  while (scanner.step()) yield* scanner.take();
  yield* scanner.take();
}

const NAME = /\$(?:env:)?([A-Za-z_]\w*)/uy;
const BRACED = /\$\{([A-Za-z_]\w*)(?::?[-=]([^{}]{0,200})|[^{}]{0,200})\}/uy;

class Scanner {
  readonly #line: string;
  readonly #valueOf: ValueOf;
  #at = 0;
  #done: ShellWord[] = [];
  #text = "";
  #isBegun = false;
  #isOpen = false;
  #isFirst = true;
  #target: "in" | "out" | undefined;
  #isQuoted = false;
  #isTicked = false;
  /** What it is like around each command within the line. */
  readonly #outer: { readonly isQuoted: boolean; readonly isFirst: boolean }[] = [];

  constructor(line: string, valueOf: ValueOf) {
    this.#line = line;
    this.#valueOf = valueOf;
  }

  /** The words that ended since it was last asked. */
  take(): readonly ShellWord[] {
    const done = this.#done;
    if (done.length > 0) this.#done = [];
    return done;
  }

  /** Goes on by at least one character; false at the end. */
  step(): boolean {
    if (this.#at >= this.#line.length) {
      this.#endWord();
      return false;
    }
    const char = this.#line.charAt(this.#at);
    if (char === "$") this.#dollar();
    else if (char === '"') this.#toggle();
    else if (char === "\\") this.#escape();
    else if (char === "`") this.#tick();
    else if (this.#isQuoted) this.#add(char);
    else this.#plain(char);
    return true;
  }

  #plain(char: string): void {
    if (char === "'") this.#literal();
    else if (char === "\n" || ";&|".includes(char)) this.#endCommand(1);
    else if (char === "(") this.#open(1);
    else if (char === ")") this.#close();
    else if (char === "<" || char === ">") this.#redirect(char);
    else if (/\s/u.test(char)) this.#blank();
    else if (char === "#" && !this.#isBegun) this.#skipTo("\n");
    else {
      this.#isOpen ||= "*?[{".includes(char);
      this.#add(char);
    }
  }

  #add(text: string, length = text.length): void {
    this.#text += text;
    this.#isBegun = true;
    this.#at += length;
  }

  #blank(): void {
    this.#endWord();
    this.#at++;
  }

  #toggle(): void {
    this.#isQuoted = !this.#isQuoted;
    this.#add("", 1);
  }

  #escape(): void {
    const next = this.#line.charAt(this.#at + 1);
    if (next === "\n") this.#at += 2;
    else if (this.#isQuoted && !'$`"\\'.includes(next)) this.#add("\\");
    else this.#add(next, 2);
  }

  #literal(): void {
    const end = this.#line.indexOf("'", this.#at + 1);
    const close = end === -1 ? this.#line.length : end;
    this.#add(this.#line.slice(this.#at + 1, close), close + 1 - this.#at);
  }

  #dollar(): void {
    const next = this.#line.charAt(this.#at + 1);
    if (next === "(") {
      this.#isOpen = true;
      return this.#open(2);
    }
    const [whole = "$", name = "", otherwise] = this.#match(BRACED) ?? this.#match(NAME) ?? [];
    const value = this.#valueOf(name);
    this.#isOpen ||= value === undefined;
    // `$'…'` and `$"…"` are quotes
    if (!this.#isQuoted && /['"]/u.test(next)) this.#add("", 1);
    else this.#add(value ?? otherwise?.replaceAll(/["']/gu, "") ?? whole, whole.length);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#line) ?? undefined;
  }

  #tick(): void {
    this.#isTicked = !this.#isTicked;
    if (!this.#isTicked) return this.#close();
    this.#isOpen = true;
    this.#open(1);
  }

  #open(length: number): void {
    this.#outer.push({ isQuoted: this.#isQuoted, isFirst: this.#isFirst });
    this.#isQuoted = false;
    this.#endCommand(length);
  }

  /** What follows belongs to the word that the command's output is part of. */
  #close(): void {
    this.#endCommand(1);
    const { isQuoted, isFirst } = this.#outer.pop() ?? { isQuoted: false, isFirst: true };
    this.#isQuoted = isQuoted;
    this.#isFirst = isFirst;
    this.#isOpen = /^\S/u.test(this.#line.charAt(this.#at));
  }

  #redirect(char: string): void {
    // the number of what is redirected
    if (/^\d$/u.test(this.#text)) this.#forget();
    this.#endWord();
    const isTwice = this.#line.charAt(this.#at + 1) === char;
    this.#at += isTwice ? 2 : 1;
    this.#target = char === "<" && !isTwice ? "in" : "out";
  }

  #skipTo(char: string): void {
    const end = this.#line.indexOf(char, this.#at);
    this.#at = end === -1 ? this.#line.length : end;
  }

  #endCommand(length: number): void {
    this.#endWord();
    this.#at += length;
    this.#isFirst = true;
    this.#target = undefined;
  }

  #endWord(): void {
    if (this.#isBegun) {
      this.#done.push({
        text: this.#text,
        isFirst: this.#isFirst && this.#target === undefined,
        isInput: this.#target === "in",
        isOpen: this.#isOpen,
      });
      if (this.#target === undefined) this.#isFirst = false;
      this.#target = undefined;
    }
    this.#forget();
  }

  #forget(): void {
    this.#text = "";
    this.#isBegun = false;
    this.#isOpen = false;
  }
}
