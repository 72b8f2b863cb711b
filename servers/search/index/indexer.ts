import { openStaticTable } from "../../../shared/model/open-static-table.ts";
import { openWriter } from "../store/open-writer.ts";
import type { OpenIndexWriter } from "../store/writer.ts";
import { Comparison } from "./compare-files.ts";
import { makeupOf } from "./makeup.ts";
import { MakingFiles } from "./making-files.ts";
import type { Batch, Listed, Results, Task, TaskKind } from "./messages.ts";

export interface IndexerParts {
  /** Told that files are made, at least each second, and with `careful` each file before it is begun. */
  readonly at: (path?: string) => void;
  /** A thread broke off: this process cannot go on. */
  readonly failed: () => void;
}

/** The worker's side of an index: parses files and is the only one that writes. One task after the other. */
export class Indexer {
  readonly #making: MakingFiles;
  #writer: OpenIndexWriter | undefined;
  #comparison: Comparison | undefined;

  constructor(parts: IndexerParts) {
    this.#making = new MakingFiles(parts);
  }

  /** The index broke and has to be opened again. */
  get isLost(): boolean {
    return this.#writer?.lost !== undefined;
  }

  /** A task that will be given to `do` when those before it are done. */
  foresee(task: Task): void {
    if (task.kind === "write" && task.careful !== true) this.#making.foresee(task.batch.files);
  }

  /** Throws what the store throws. */
  async do(task: Task): Promise<Results[TaskKind]> {
    switch (task.kind) {
      case "open":
        return await this.#open(task);
      case "compare":
        return { suspects: this.#compare(task.files) };
      case "forget":
        return { removed: this.#forget() };
      case "write":
        return await this.#write(task.batch, task.careful === true);
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
    this.#making.begin(opened?.kind === "table" ? opened.table : undefined);
    this.#writer = await openWriter(folder, makeupOf(opened));
    const { isFresh, problems } = this.#writer;
    const isEmpty = isFresh && this.#writer.files().length === 0;
    if (isEmpty) this.#making.expectMuch();
    return { isFresh, isEmpty, problems };
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

  async #write({ files, skips, gone, touched, meta }: Batch, isCareful: boolean): Promise<Results["write"]> {
    const writer = this.#opened;
    const made = isCareful ? await this.#making.oneByOne(files) : await this.#making.make(files);
    if (made.length > 0) writer.put(made.map(({ file }) => file));
    if (skips.length > 0) writer.skip(skips);
    if (gone.length > 0) writer.remove(gone);
    if (touched.length > 0) writer.touch(touched);
    for (const [key, value] of meta) writer.setMeta(key, value);
    return { notes: made.flatMap(({ note }) => note ?? []) };
  }
}
