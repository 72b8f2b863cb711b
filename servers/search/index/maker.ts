import type { StaticTable } from "../../../shared/model/static-table.ts";
import { languageOf } from "../parse/language-of.ts";
import { FileParser, type FileToParse } from "../parse/parse-file.ts";
import type { ParsedFile } from "../parse/shapes.ts";
import { packFile } from "../store/pack-file.ts";
import type { PackedFile } from "../store/packed-file.ts";
import { makeFile } from "./make-file.ts";
import type { FileToWrite } from "./messages.ts";
import { HEAD_CHARS } from "./roles.ts";

/** A language without a grammar: cut by lines. */
const PLAIN = "text";

export interface Made {
  readonly file: PackedFile;
  /** What a person should know of it. */
  readonly note?: string;
}

/** Makes of a file's text what the index holds of it. One file after the other. */
export class Maker {
  readonly #parser = new FileParser();
  readonly #table: StaticTable | undefined;

  /** Without a table there are no vectors. */
  constructor(table: StaticTable | undefined) {
    this.#table = table;
  }

  /** Throws an error of which `isBrokenParser` is true when nothing can be parsed in this thread any more. */
  async make({ path, text, stamp, role, plain }: FileToWrite): Promise<Made> {
    const language = languageOf(path, text.slice(0, HEAD_CHARS));
    const { parsed, note } = await this.#parse({ language: plain ? PLAIN : language, text }, path);
    const file = makeFile({ path, text, stamp, role }, { ...parsed, language }, this.#table);
    return { file: packFile(file), ...(note === undefined ? {} : { note }) };
  }

  async #parse(file: FileToParse, path: string): Promise<{ parsed: ParsedFile; note?: string }> {
    try {
      return { parsed: await this.#parser.parse(file) };
    } catch (error) {
      if (file.language === PLAIN || isBrokenParser(error)) throw error;
      const parsed = await this.#parser.parse({ ...file, language: PLAIN });
      return { parsed, note: `the parser failed on ${path}: ${String(error)}` };
    }
  }
}

/** True when the parsers' own code broke off: they share one memory, which nobody can trust any more. */
export function isBrokenParser(error: unknown): boolean {
  return error instanceof Error && error.name === "RuntimeError";
}
