import { Grammars, type Grammar } from "./grammars.ts";
import { readHeadings } from "./headings.ts";
import { languages } from "./languages.ts";
import { Lines } from "./lines.ts";
import { readSyntax } from "./read-syntax.ts";
import { Roles } from "./roles.ts";
import type { ParsedFile } from "./shapes.ts";
import { Syntax } from "./syntax.ts";
import { cutUnits } from "./units.ts";

/** Longer texts are data or made by programs, and take the parser seconds. */
const MAX_SYNTAX = 2_000_000;
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

  /** Never fails: what cannot be parsed is cut by lines. The same text always gives the same. */
  async parse({ language, text }: FileToParse): Promise<ParsedFile> {
    const table = Object.hasOwn(languages, language) ? languages[language] : undefined;
    const lines = new Lines(text);
    const grammar =
      table === undefined || text.length > MAX_SYNTAX ? undefined : await this.#grammars.load(table.grammar);
    if (grammar !== undefined && this.#fill(grammar, text))
      return this.#bySyntax(language, { lines, grammar });
    if (HEADED.has(language)) {
      const { definitions, blocks } = readHeadings(lines, language);
      return { ...nothing(language, lines), cut: "headings", definitions, units: cutUnits(lines, blocks) };
    }
    return { ...nothing(language, lines), units: cutUnits(lines, []) };
  }

  /** One sentence for each grammar that did not load; its files are cut by lines. */
  brokenGrammars(): string[] {
    return [...this.#grammars.broken()].map(
      ([name, reason]) => `the ${name} grammar does not load, so its files are cut by lines: ${reason}`,
    );
  }

  #fill({ parser, vocabulary, binding }: Grammar, text: string): boolean {
    parser.reset();
    const tree = parser.parse(text);
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
