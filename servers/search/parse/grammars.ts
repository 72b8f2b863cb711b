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

/** The grammars' wasm files, each loaded when its first file comes. */
export class Grammars {
  readonly #folder: URL;
  readonly #loading = new Map<string, Promise<Grammar | undefined>>();
  readonly #broken = new Map<string, string>();

  constructor(folder: URL = grammarFolder()) {
    this.#folder = folder;
  }

  /** Undefined when it cannot be loaded, which `broken` then tells. */
  load(name: string): Promise<Grammar | undefined> {
    const loading = this.#loading.get(name) ?? this.#load(name);
    this.#loading.set(name, loading);
    return loading;
  }

  /** The grammars that did not load, with the reason. */
  broken(): ReadonlyMap<string, string> {
    return this.#broken;
  }

  async #load(name: string): Promise<Grammar | undefined> {
    try {
      const binding = await startParser(this.#folder);
      const language = await Language.load(await readFile(new URL(`${name}.wasm`, this.#folder)));
      return { parser: new Parser().setLanguage(language), vocabulary: new Vocabulary(language), binding };
    } catch (error) {
      this.#broken.set(name, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}
