/** Deeper nesting of substitutions is not followed. */
const MAX_DEPTH = 16;

const PLAIN = /[\w./:=,@%+~^-]+/uy;

/** A word as it stands, and without its quotes. */
export interface ShellWord {
  readonly raw: string;
  readonly plain: string;
}

/** A command line of a shell, as far as it can be read without running it. */
export interface ShellLine {
  /** Every simple command, also those in subshells and substitutions; redirections and their files are left out. */
  readonly commands: readonly { readonly words: readonly ShellWord[]; readonly text: string }[];
  /** True when something in it is only known when it runs: `$x`, `$(…)`, backticks, braces. */
  readonly isDynamic: boolean;
  /** True when it may run what is not among the commands. */
  readonly isUnclear: boolean;
}

/** Splits a command line at operators outside quotes, in the way of bash. Takes time in proportion to its length. */
export function readShellLine(line: string): ShellLine {
  const reader = new Reader(line, 0);
  reader.readAll();
  return reader;
}

class Reader implements ShellLine {
  readonly commands: { words: readonly ShellWord[]; text: string }[] = [];
  isDynamic = false;
  isUnclear = false;
  readonly #line: string;
  readonly #depth: number;
  #at = 0;
  #words: ShellWord[] = [];
  /** Where the command began, and the word. */
  #start = 0;
  #word: { start: number; plain: string } | undefined;
  /** The next word is the file of a redirection. */
  #isTarget = false;

  constructor(line: string, depth: number) {
    this.#line = line;
    this.#depth = depth;
    this.isUnclear = depth > MAX_DEPTH;
  }

  readAll(): void {
    while (this.#at < this.#line.length && !this.isUnclear) this.#list("");
    this.#endCommand();
  }

  /** Up to the character that ends this list, or the end of the line. */
  #list(end: string): void {
    while (this.#at < this.#line.length && !this.isUnclear) {
      const char = this.#line.charAt(this.#at);
      if (char === ")") {
        this.#endCommand();
        this.isUnclear ||= end !== ")";
        this.#at++;
        this.#start = this.#at;
        return;
      }
      this.#step(char);
    }
    this.isUnclear ||= end !== "";
  }

  #step(char: string): void {
    if (/[ \t\r]/u.test(char)) this.#blank();
    else if (/[\n;&|]/u.test(char)) this.#operator(char);
    else if (char === "(") this.#subshell();
    else if (/[<>]/u.test(char)) this.#redirection();
    else if (char === "#" && this.#word === undefined) this.#skipTo(this.#line.indexOf("\n", this.#at));
    else this.#partOfWord(char);
  }

  #partOfWord(char: string): void {
    // a line that goes on in the next
    if (char === "\\" && this.#line.charAt(this.#at + 1) === "\n") {
      this.#at += 2;
      return;
    }
    this.#word ??= { start: this.#at, plain: "" };
    if (char === "'") this.#literal();
    else if (char === '"') this.#quoted();
    else if (char === "\\") this.#escaped();
    else if (char === "$") this.#dollar();
    else if (char === "`") this.#backticks();
    else this.#ordinary(char);
  }

  #ordinary(char: string): void {
    // `{}` and a lone brace are themselves, `{a,b}` is several words
    if (char === "{" && !/[\s}]/u.test(this.#line.charAt(this.#at + 1))) this.isDynamic = true;
    PLAIN.lastIndex = this.#at;
    this.#take(PLAIN.exec(this.#line)?.[0] ?? char);
  }

  #take(text: string): void {
    if (this.#word !== undefined) this.#word.plain += text;
    this.#at += text.length;
  }

  #blank(): void {
    this.#endWord();
    this.#at++;
  }

  #operator(char: string): void {
    if (char === "&" && this.#line.charAt(this.#at + 1) === ">") return this.#redirection();
    this.#endCommand();
    this.#start = ++this.#at;
  }

  #subshell(): void {
    // `name()` and `a=(…)`
    if (this.#word !== undefined || this.#words.length > 0) this.isUnclear = true;
    this.#nested();
  }

  /** A list in parentheses at this place, whose commands are like any other. */
  #nested(): void {
    const [words, word, start, isTarget] = [this.#words, this.#word, this.#start, this.#isTarget];
    const inner = new Reader(this.#line, this.#depth + 1);
    inner.#at = this.#at + 1;
    inner.#start = inner.#at;
    inner.#list(")");
    this.#adopt(inner);
    this.#at = inner.#at;
    [this.#words, this.#word, this.#start, this.#isTarget] = [words, word, start, isTarget];
  }

  #adopt({ commands, isDynamic, isUnclear }: ShellLine): void {
    for (const command of commands) this.commands.push(command);
    this.isDynamic ||= isDynamic;
    this.isUnclear ||= isUnclear;
  }

  #redirection(): void {
    const [operator = ""] =
      /^(?:&>>?|[<>](?:[<>&|]|<<)?)/u.exec(this.#line.slice(this.#at, this.#at + 3)) ?? [];
    if (/^[<>]$/u.test(operator) && this.#line.charAt(this.#at + 1) === "(") {
      this.isDynamic = true;
      this.#isTarget = false;
      this.#at++;
      return this.#nested();
    }
    // the text of a here-document comes later, and may hold anything
    if (operator === "<<" && this.#line.charAt(this.#at + 2) !== "<") this.isUnclear = true;
    if (this.#word !== undefined && /^\d+$/u.test(this.#word.plain)) this.#word = undefined;
    this.#endWord();
    this.#at += Math.max(operator.length, 1);
    this.#isTarget = true;
  }

  #literal(): void {
    const close = this.#line.indexOf("'", this.#at + 1);
    if (close === -1) this.isUnclear = true;
    else {
      if (this.#word !== undefined) this.#word.plain += this.#line.slice(this.#at + 1, close);
      this.#at = close + 1;
    }
  }

  #quoted(): void {
    this.#at++;
    while (this.#at < this.#line.length && !this.isUnclear) {
      const char = this.#line.charAt(this.#at);
      if (char === '"') {
        this.#at++;
        return;
      }
      if (char === "\\") this.#escaped();
      else if (char === "$") this.#dollar();
      else if (char === "`") this.#backticks();
      else this.#take(char);
    }
    this.isUnclear = true;
  }

  #escaped(): void {
    const next = this.#line.charAt(this.#at + 1);
    if (next !== "\n" && this.#word !== undefined) this.#word.plain += next;
    this.#at += 2;
  }

  #dollar(): void {
    const next = this.#line.charAt(this.#at + 1);
    if (next === "(") {
      this.isDynamic = true;
      this.#at++;
      return this.#nested();
    }
    if (next === "{") return this.#parameter();
    // $'…' spells characters in ways of its own
    if (next === "'") this.isUnclear = true;
    if (/[\w@*#?$!-]/u.test(next)) this.isDynamic = true;
    this.#take("$");
  }

  #parameter(): void {
    this.isDynamic = true;
    const close = this.#line.indexOf("}", this.#at);
    const text = close === -1 ? "" : this.#line.slice(this.#at, close + 1);
    // what stands for an absent value may itself run commands
    if (text === "" || /["'`\\]|.\$/su.test(text)) this.isUnclear = true;
    this.#take(text === "" ? "$" : text);
  }

  #backticks(): void {
    this.isDynamic = true;
    let close = this.#at + 1;
    while (close < this.#line.length && this.#line.charAt(close) !== "`")
      close += this.#line.charAt(close) === "\\" ? 2 : 1;
    if (close >= this.#line.length) {
      this.isUnclear = true;
      return;
    }
    const text = this.#line.slice(this.#at, close + 1);
    const inner = new Reader(text.slice(1, -1).replaceAll(/\\([`\\$])/gu, "$1"), this.#depth + 1);
    inner.readAll();
    this.#adopt(inner);
    this.#take(text);
  }

  #skipTo(place: number): void {
    this.#at = place === -1 ? this.#line.length : place;
  }

  #endWord(): void {
    const word = this.#word;
    this.#word = undefined;
    if (word === undefined) return;
    if (!this.#isTarget) this.#words.push({ raw: this.#line.slice(word.start, this.#at), plain: word.plain });
    this.#isTarget = false;
  }

  #endCommand(): void {
    this.#endWord();
    this.#isTarget = false;
    const text = this.#line.slice(this.#start, this.#at).trim();
    if (this.#words.length > 0) this.commands.push({ words: this.#words, text });
    this.#words = [];
  }
}
