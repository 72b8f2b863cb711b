import { setImmediate } from "node:timers/promises";
import { languageOf } from "../parse/language-of.ts";
import type { FileParser } from "../parse/parse-file.ts";
import type { Standing } from "../parse/standing.ts";
import type { Tagged } from "./read-todos.ts";

/** Characters of one file, and of all files of an answer: parsing more would hold up everybody else. */
const MOST_CHARS = 100_000;
const MOST_PARSED = 4_000_000;
/** As many characters of a text tell its language. */
const HEAD_CHARS = 2_000;

/** Tells notes by their syntax where the file's language can be parsed, and by their line elsewhere. */
export class NoteCheck {
  #parser: FileParser | undefined;
  #parsed = 0;
  #unchecked = 0;

  /** Files that were read by their lines alone, since they were too much to parse. */
  get unchecked(): number {
    return this.#unchecked;
  }

  /** Those of a text's tags that are notes. */
  async of(tags: readonly Tagged[], path: string, text: string): Promise<readonly Tagged[]> {
    const byLine = tags.filter(({ inComment }) => inComment);
    if (tags.length === 0) return [];
    if (text.length > MOST_CHARS || this.#parsed + text.length > MOST_PARSED) {
      if (byLine.length > 0) this.#unchecked += 1;
      return byLine;
    }
    this.#parsed += text.length;
    // others get their turn before each
    await setImmediate();
    const stand = await this.#standings(tags, path, text);
    if (stand === undefined) return byLine;
    return tags.filter(
      ({ inComment }, index) => stand[index] === "comment" || (stand[index] === "unknown" && inComment),
    );
  }

  /** Undefined when the parser broke off: then it reads no other file of this answer. */
  async #standings(tags: readonly Tagged[], path: string, text: string): Promise<Standing[] | undefined> {
    const language = languageOf(path, text.slice(0, HEAD_CHARS));
    try {
      const parser = (this.#parser ??= await openParser());
      return await parser.standings(
        { text, language },
        tags.map(({ at }) => at),
      );
    } catch {
      this.#parsed = MOST_PARSED;
      this.#unchecked += 1;
      return undefined;
    }
  }
}

/** Loaded with its first use: most files have no note. */
async function openParser(): Promise<FileParser> {
  const { FileParser } = await import("../parse/parse-file.ts");
  return new FileParser();
}
