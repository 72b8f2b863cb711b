import type { Definition } from "../../../servers/search/parse/shapes.ts";
import { partsOf } from "../../../shared/words/words-of.ts";
import { cleanDoc } from "./clean-doc.ts";
import { inlineComments } from "./inline-comments.ts";
import type { Pair } from "./pair.ts";

const MOST_LINES = 44;
const MOST_CHARACTERS = 2_500;
const LEAST_BODY = 12;
const LEAST_TEXT = 3;
const LEAST_COMMENT = 5;
const LEAST_NAME = 3;
const DOCSTRING = /^(\s*)[rRuU]?("""|''')[\s\S]*?\2[^\S\n]*$/mu;

export interface SourceFile {
  /** Within its package. */
  readonly path: string;
  readonly language: string;
  readonly lines: readonly string[];
  readonly definitions: readonly Definition[];
}

/** All pairs of one file. `group` gives a number that no other definition of the package has. */
export function findPairs(file: SourceFile, group: () => number): Pair[] {
  return file.definitions.flatMap((definition, index) => {
    const own = new DefinitionPairs(file, definition, group());
    if (definition.kind === "function" || definition.kind === "method") return own.ofFunction();
    if (definition.kind === "class" || definition.kind === "interface") {
      return own.ofClass(file.definitions.filter(({ parent }) => parent === index));
    }
    return [];
  });
}

class DefinitionPairs {
  readonly #file: SourceFile;
  readonly #definition: Definition;
  readonly #group: number;
  readonly #path: string;

  constructor(file: SourceFile, definition: Definition, group: number) {
    this.#file = file;
    this.#definition = definition;
    this.#group = group;
    this.#path = file.path.replace(/\.[^./]+$/u, "");
  }

  ofFunction(): Pair[] {
    const { doc, name, scope } = this.#definition;
    const lines = this.#lines();
    const body = cut(withoutDocstring(lines.join("\n"), doc));
    const clean = doc === "" ? undefined : cleanDoc(withoutOpening(doc, name));
    const described = clean === undefined || !isLong(clean.first, LEAST_TEXT) ? [] : [clean];
    // a constructor is called like its class, which would give it away
    const named = new Set(partsOf(name)).size >= LEAST_NAME && !scope.endsWith(name);
    return [
      ...described.map(({ first, rest }) =>
        this.#pair("doc", { text: first, body, doc: rest, symbol: `${scope} ${name}` }),
      ),
      ...(named
        ? [
            this.#pair("name", {
              text: name,
              body: without(body, name),
              doc: without(doc, name),
              symbol: scope,
            }),
          ]
        : []),
    ]
      .filter((pair) => isLong(pair.body, LEAST_BODY))
      .concat(
        inlineComments(lines.slice(1), this.#file.language)
          .filter(({ text, code }) => isLong(text, LEAST_COMMENT) && isLong(code, LEAST_COMMENT))
          .map(({ text, code }) =>
            this.#pair("comment", { text, body: cut(code), doc: "", symbol: `${scope} ${name}` }),
          ),
      );
  }

  ofClass(members: readonly Definition[]): Pair[] {
    const { doc, name, scope } = this.#definition;
    const clean = doc === "" ? undefined : cleanDoc(withoutOpening(doc, name));
    if (clean === undefined || !isLong(clean.first, LEAST_TEXT)) return [];
    const signatures = members.map(({ signature, name: member }) => signature || member);
    const body = cut([this.#definition.signature, ...signatures].join("\n"));
    if (members.length < 2 || !isLong(body, LEAST_BODY)) return [];
    return [this.#pair("class", { text: clean.first, body, doc: clean.rest, symbol: `${scope} ${name}` })];
  }

  #lines(): readonly string[] {
    return this.#file.lines.slice(this.#definition.startLine - 1, this.#definition.endLine);
  }

  #pair(kind: Pair["kind"], pieces: Pick<Pair, "text" | "body" | "doc" | "symbol">): Pair {
    return { kind, ...pieces, language: this.#file.language, group: this.#group, path: this.#path };
  }
}

function isLong(text: string, words: number): boolean {
  return partsOf(text).length >= words;
}

function cut(code: string): string {
  return code.split("\n").slice(0, MOST_LINES).join("\n").slice(0, MOST_CHARACTERS);
}

/** The code without its own doc, where that stands inside. */
function withoutDocstring(code: string, doc: string): string {
  return doc === "" ? code : code.replace(DOCSTRING, "$1");
}

/** Go's comments begin with the name of what they describe. */
function withoutOpening(doc: string, name: string): string {
  return doc.startsWith(`${name} `) ? doc.slice(name.length + 1) : doc;
}

function without(text: string, name: string): string {
  return text.split(name).join(" ");
}
