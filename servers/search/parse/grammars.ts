import { readFile } from "node:fs/promises";
import { Language, Parser } from "web-tree-sitter";
import { startParser, type Binding } from "./binding.ts";
import { Vocabulary } from "./syntax.ts";

/** A grammar that is ready to parse with. */
export interface Grammar {
  readonly parser: Parser;
  readonly vocabulary: Vocabulary;
  readonly binding: Binding;
}

/** Where the build put the grammars. Sources under test use them too. */
export function grammarFolder(): URL {
  const fromSource = import.meta.url.endsWith(".ts");
  return new URL(fromSource ? "../../../dist/grammars/" : "./grammars/", import.meta.url);
}

// they lie in the memory that all parsers of a process share, and are never given back
const loaded = new Map<string, Promise<Grammar>>();

/** The grammars' wasm files, each loaded when its first file comes. */
export class Grammars {
  readonly #folder: URL;

  constructor(folder: URL = grammarFolder()) {
    this.#folder = folder;
  }

  /** Undefined when it cannot be loaded. */
  async load(name: string): Promise<Grammar | undefined> {
    const file = new URL(`${name}.wasm`, this.#folder);
    const loading = loaded.get(file.href) ?? open(file, this.#folder);
    loaded.set(file.href, loading);
    try {
      return await loading;
    } catch {
      return undefined;
    }
  }
}

async function open(file: URL, folder: URL): Promise<Grammar> {
  const binding = await startParser(folder);
  const language = await Language.load(await readFile(file));
  return { parser: new Parser().setLanguage(language), vocabulary: new Vocabulary(language), binding };
}
