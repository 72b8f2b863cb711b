import { setImmediate } from "node:timers/promises";
import { openStaticTable } from "../../../shared/model/open-static-table.ts";
import type { StaticTable } from "../../../shared/model/static-table.ts";
import type { NewFile } from "../store/shapes.ts";
import { openWriter } from "../store/open-writer.ts";
import type { OpenIndexWriter } from "../store/writer.ts";
import { FileParser, type FileToParse } from "../parse/parse-file.ts";
import { languageOf } from "../parse/language-of.ts";
import type { ParsedFile } from "../parse/shapes.ts";
import { HEAD_CHARS } from "./roles.ts";
import { Comparison } from "./compare-files.ts";
import { makeupOf } from "./makeup.ts";
import { makeFile } from "./make-file.ts";
import type { Batch, FileToWrite, Listed, Results, Task, TaskKind } from "./messages.ts";

/** A language without a grammar: cut by lines. */
const PLAIN = "text";

/** The worker's side of an index: parses files and is the only one that writes. One task after the other. */
export class Indexer {
  readonly #parser = new FileParser();
  #table: StaticTable | undefined;
  #writer: OpenIndexWriter | undefined;
  #comparison: Comparison | undefined;

  /** The index broke and has to be opened again. */
  get isLost(): boolean {
    return this.#writer?.lost !== undefined;
  }

  /** `at` is told each file before it is parsed. Throws what the store throws. */
  async do(task: Task, at: (path: string) => void): Promise<Results[TaskKind]> {
    switch (task.kind) {
      case "open":
        return await this.#open(task);
      case "compare":
        return { suspects: this.#compare(task.files) };
      case "forget":
        return { removed: this.#forget() };
      case "write":
        return await this.#write(task.batch, at);
      case "publish":
        this.#opened.publish();
        return {};
      default:
        return task satisfies never;
    }
  }

  get #opened(): OpenIndexWriter {
    if (this.#writer === undefined) throw new Error("the index was not opened");
    return this.#writer;
  }

  async #open({ folder, withTable }: Extract<Task, { kind: "open" }>): Promise<Results["open"]> {
    this.#writer?.close();
    this.#writer = undefined;
    this.#comparison = undefined;
    const opened = withTable ? await openStaticTable() : undefined;
    this.#table = opened?.kind === "table" ? opened.table : undefined;
    this.#writer = await openWriter(folder, makeupOf(opened));
    const { isFresh, problems } = this.#writer;
    return { isFresh, isEmpty: isFresh && this.#writer.files().length === 0, problems };
  }

  #compare(files: readonly Listed[]): Results["compare"]["suspects"] {
    this.#comparison ??= new Comparison(this.#opened.files());
    return this.#comparison.suspects(files);
  }

  #forget(): number {
    const gone = this.#comparison?.forgotten() ?? [];
    this.#comparison = undefined;
    if (gone.length > 0) this.#opened.remove(gone);
    return gone.length;
  }

  async #write(
    { files, skips, gone, touched, meta }: Batch,
    at: (path: string) => void,
  ): Promise<Results["write"]> {
    const made: NewFile[] = [];
    const notes: string[] = [];
    for (const file of files) {
      at(file.path);
      made.push(await this.#make(file, notes));
      // what is told above shall be on its way before the next file
      await setImmediate();
    }
    const writer = this.#opened;
    if (made.length > 0) writer.put(made);
    if (skips.length > 0) writer.skip(skips);
    if (gone.length > 0) writer.remove(gone);
    if (touched.length > 0) writer.touch(touched);
    for (const [key, value] of meta) writer.setMeta(key, value);
    return { notes };
  }

  async #make({ path, text, stamp, role, plain }: FileToWrite, notes: string[]): Promise<NewFile> {
    const language = languageOf(path, text.slice(0, HEAD_CHARS));
    const parsed = await this.#parse({ language: plain ? PLAIN : language, text }, path, notes);
    return makeFile({ path, text, stamp, role }, { ...parsed, language }, this.#table);
  }

  async #parse(file: FileToParse, path: string, notes: string[]): Promise<ParsedFile> {
    try {
      return await this.#parser.parse(file);
    } catch (error) {
      if (file.language === PLAIN || isBrokenParser(error)) throw error;
      notes.push(`the parser failed on ${path}: ${String(error)}`);
      return await this.#parser.parse({ ...file, language: PLAIN });
    }
  }
}

/** True when the parsers' own code broke off: they share one memory, which nobody can trust any more. */
export function isBrokenParser(error: unknown): boolean {
  return error instanceof Error && error.name === "RuntimeError";
}
