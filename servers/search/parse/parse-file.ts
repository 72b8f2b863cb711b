import { Grammars, type Grammar } from "./grammars.ts";
import { readHeadings } from "./headings.ts";
import { standingOf, type Standing } from "./standing.ts";
import type { LanguageTable } from "./language.ts";
import { languages } from "./languages.ts";
import { Lines } from "./lines.ts";
import { readSyntax } from "./read-syntax.ts";
import { Roles } from "./roles.ts";
import type { ParsedFile } from "./shapes.ts";
import { Syntax } from "./syntax.ts";
import { cutUnits } from "./units.ts";

/** Longer texts are data or made by programs, and take the parser seconds. */
const MAX_SYNTAX = 2_000_000;
/**
 * The parser reports after each hundred of its steps. Code takes up to 20 reports for 1,000 characters; what takes more
 * is made to take long, and is cut by lines. Counted and not timed, so that the same text always gives the same.
 */
const STEPS = 2_000;
const STEPS_PER_CHARACTER = 0.08;
/** Bytes that the parser's memory may grow for one file. It never shrinks, and nothing works any more beyond 2 GiB. */
const MAX_GROWTH = 256 * 1024 * 1024;
/** A text that leaves so many brackets open is no code, and makes the parser try everything at its end. */
const MAX_OPEN = 300;
const MAX_NESTED = 1_500;
/** Characters that the parser is given at once. It asks again each time it goes back, and copies all of it. */
const CHUNK = 600;
const HEADED = new Set(["markdown", "restructuredtext", "asciidoc"]);

export interface FileToParse {
  /** As `languageOf` calls it. */
  readonly language: string;
  readonly text: string;
}

/** Cuts files and reads what they define and use. Holds the grammars; files are parsed one after the other. */
export class FileParser {
  readonly #grammars: Grammars;
  readonly #roles = new Map<string, Roles>();
  readonly #syntax = new Syntax();

  /** `folder` holds the grammars; without it, the folder that the build made. */
  constructor(folder?: URL) {
    this.#grammars = new Grammars(folder);
  }

  /**
   * What cannot be parsed is cut by lines. The same text always gives the same. Fails with a `RuntimeError` when the
   * parser ran out of memory: then nothing can be parsed in this process any more.
   */
  async parse({ language, text }: FileToParse): Promise<ParsedFile> {
    const lines = new Lines(text);
    const table = tableFor(language, text);
    if (table !== undefined) {
      const grammar = await this.#grammars.load(table.grammar);
      if (grammar === undefined)
        return { ...nothing(language, lines), cut: "broken", units: cutUnits(lines, []) };
      if (this.#fill(grammar, text, table.hidden)) return this.#bySyntax(language, { lines, grammar });
    }
    if (HEADED.has(language)) {
      const { definitions, blocks } = readHeadings(lines, language);
      return { ...nothing(language, lines), cut: "headings", definitions, units: cutUnits(lines, blocks) };
    }
    return { ...nothing(language, lines), units: cutUnits(lines, []) };
  }

  /** What each of these places in the text is part of. */
  async standings({ language, text }: FileToParse, places: readonly number[]): Promise<Standing[]> {
    const table = tableFor(language, text);
    const grammar = table === undefined ? undefined : await this.#grammars.load(table.grammar);
    const isRead = grammar !== undefined && this.#fill(grammar, text, table?.hidden);
    return places.map((place) =>
      table !== undefined && isRead ? standingOf(this.#syntax, table, place) : "unknown",
    );
  }

  #fill({ parser, vocabulary, binding }: Grammar, text: string, hidden?: RegExp): boolean {
    let steps = STEPS + text.length * STEPS_PER_CHARACTER;
    const most = binding.HEAP32.byteLength + MAX_GROWTH;
    const progressCallback = (): boolean => {
      steps -= 1;
      return steps < 0 || binding.HEAP32.byteLength > most;
    };
    const given = hidden === undefined ? text : text.replaceAll(hidden, (all) => " ".repeat(all.length));
    const read = (index: number): string => given.slice(index, index + CHUNK);
    const tree = parser.parse(read, null, { progressCallback });
    parser.reset();
    if (tree === null) return false;
    this.#syntax.fill(text, { tree, vocabulary, binding });
    tree.delete();
    return true;
  }

  #bySyntax(language: string, { lines, grammar }: { lines: Lines; grammar: Grammar }): ParsedFile {
    const { definitions, references, imports, blocks } = readSyntax(
      this.#syntax,
      lines,
      this.#rolesOf(language, grammar),
    );
    return {
      language,
      cut: "syntax",
      errors: this.#syntax.errors,
      lines: lines.count,
      definitions,
      references,
      imports,
      units: cutUnits(lines, blocks),
    };
  }

  #rolesOf(language: string, { vocabulary }: Grammar): Roles {
    const table = languages[language];
    if (table === undefined) throw new Error(`no table for ${language}`);
    const roles = this.#roles.get(language) ?? new Roles(table, vocabulary);
    this.#roles.set(language, roles);
    return roles;
  }
}

/** Undefined for a language without a grammar, and for what none should be given. */
function tableFor(language: string, text: string): LanguageTable | undefined {
  const table = Object.hasOwn(languages, language) ? languages[language] : undefined;
  return table !== undefined && text.length <= (table.longest ?? MAX_SYNTAX) && mayBeCode(text)
    ? table
    : undefined;
}

/** False for what no person writes, and what some grammars take minutes for. */
function mayBeCode(text: string): boolean {
  if (/\0|\p{Surrogate}/u.test(text)) return false;
  let open = 0;
  let most = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // ( [ {
    if (code === 0x28 || code === 0x5b || code === 0x7b) open += 1;
    // ) ] }
    else if (code === 0x29 || code === 0x5d || code === 0x7d) open -= 1;
    if (open > most) most = open;
  }
  return open <= MAX_OPEN && most <= MAX_NESTED;
}

function nothing(language: string, lines: Lines): ParsedFile {
  return {
    language,
    cut: "lines",
    errors: 0,
    lines: lines.count,
    definitions: [],
    references: [],
    imports: [],
    units: [],
  };
}
