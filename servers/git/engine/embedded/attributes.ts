import { join } from "node:path";
import type { GitFiles } from "../../../../shared/git/git-files.ts";
import type { IndexEntry } from "./index.ts";
import type { EmbeddedRunIn } from "./run.ts";

/** What attribute files say that changes how the contents of a file are compared. */
export interface Conversions {
  /** Line ends: `text`, `eol`, `crlf`; plain `text=auto` alone is `auto`. */
  readonly lines: "none" | "auto" | "named";
  /** `ident`, `working-tree-encoding`, and in a trusted repository `filter`. */
  readonly contents: boolean;
}

/** Reads the attribute files above paths, each once. What they say of other files counts too: that is only careful. */
export class Attributes {
  readonly #at: EmbeddedRunIn;
  readonly #entries: ReadonlyMap<string, IndexEntry>;
  readonly #known = new Map<string, Promise<Conversions>>();

  constructor(at: EmbeddedRunIn, entries: ReadonlyMap<string, IndexEntry>) {
    this.#at = at;
    this.#entries = entries;
  }

  /** For the files of a folder of the repository, `""` for its top. */
  of(folder: string): Promise<Conversions> {
    const known = this.#known.get(folder) ?? this.#read(folder);
    this.#known.set(folder, known);
    return known;
  }

  async #read(folder: string): Promise<Conversions> {
    const { files, repository } = this.#at;
    const own = conversionsIn(await this.#text(folder), repository.trusted);
    if (folder === "") {
      const path = join(repository.commonDir, "info/attributes");
      return joined(own, conversionsIn((await plainText(files, path)) ?? "", repository.trusted));
    }
    return joined(own, await this.of(folder.slice(0, Math.max(0, folder.lastIndexOf("/")))));
  }

  /** Where the working tree has none, git takes the one of the index. */
  async #text(folder: string): Promise<string> {
    const { files, objects, repository } = this.#at;
    const name = folder === "" ? ".gitattributes" : `${folder}/.gitattributes`;
    const text = await plainText(files, join(repository.workTree ?? "", name));
    const entry = this.#entries.get(name);
    if (text !== undefined || entry === undefined || entry.intentToAdd) return text ?? "";
    return (await objects.read(entry.hash)).bytes.toString("utf8");
  }
}

/** Git does not follow links here. */
async function plainText(files: GitFiles, path: string): Promise<string | undefined> {
  return (await files.kindOf(path)) === "file" ? await files.text(path, MAX_BYTES) : undefined;
}

const MAX_BYTES = 8 * 1024 * 1024;

function conversionsIn(text: string, trusted: boolean): Conversions {
  const words = text
    .split(/\r?\n/u)
    .filter((line) => !line.trimStart().startsWith("#"))
    .flatMap((line) => line.split(/\s+/u))
    .map((word) => word.replace(/^[-!]/u, ""));
  const named = words.some((word) => /^(?:text|eol|crlf)(?:=|$)/u.test(word) && word !== "text=auto");
  const contents = words.some(
    (word) => /^(?:ident$|working-tree-encoding=)/u.test(word) || (trusted && word.startsWith("filter=")),
  );
  return { lines: named ? "named" : words.includes("text=auto") ? "auto" : "none", contents };
}

function joined(one: Conversions, other: Conversions): Conversions {
  const lines = [one.lines, other.lines];
  return {
    lines: lines.includes("named") ? "named" : lines.includes("auto") ? "auto" : "none",
    contents: one.contents || other.contents,
  };
}
