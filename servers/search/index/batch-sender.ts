import { Deaths } from "./deaths.ts";
import type { Batch, FileToWrite } from "./messages.ts";
import { WorkerDied, type WorkerHandle } from "./worker-handle.ts";

/** Deaths that no file explains, for one file. */
const MOST_DEATHS = 3;

/** Has batches written, and finds out over which file the worker dies. */
export class BatchSender {
  readonly #worker: Pick<WorkerHandle, "do">;
  readonly #deaths = new Deaths();
  /** What is written with care: one file after the other, while nobody else writes. */
  #careful: Promise<unknown> = Promise.resolve();

  constructor(worker: Pick<WorkerHandle, "do">) {
    this.#worker = worker;
  }

  /**
   * Resolves with what a person should know. When the worker dies all of the batch is written again, each file alone: only
   * so it is known whose death it is. A file that kills it is cut by lines, and left out when it kills it even so. Throws as
   * `WorkerHandle.do`.
   */
  async send(batch: Batch): Promise<readonly string[]> {
    try {
      for (let awaited; awaited !== this.#careful;) await (awaited = this.#careful);
      return await this.#write(batch, false);
    } catch (error) {
      if (!(error instanceof WorkerDied)) throw error;
    }
    const written = this.#careful.then(() => this.#oneByOne(batch));
    this.#careful = written.catch(() => undefined);
    return await written;
  }

  async #oneByOne({ files, ...rest }: Batch): Promise<string[]> {
    const nothing: Batch = { files: [], skips: [], gone: [], touched: [], meta: [] };
    const notes = [...(await this.#alone({ ...rest, files: [] }))];
    for (const file of files) notes.push(...(await this.#alone({ ...nothing, files: [file] }, file)));
    return notes;
  }

  async #alone(batch: Batch, file?: FileToWrite): Promise<readonly string[]> {
    for (let unexplained = 0; ;) {
      try {
        return await this.#write(batch, true);
      } catch (error) {
        if (!(error instanceof WorkerDied)) throw error;
        if (file !== undefined && error.at === file.path) this.#deaths.count(file, error);
        else if ((unexplained += 1) >= MOST_DEATHS) throw error;
      }
    }
  }

  async #write(batch: Batch, careful: boolean): Promise<readonly string[]> {
    const given = this.#deaths.heeded(batch);
    return (await this.#worker.do<"write">({ kind: "write", batch: given, careful })).notes;
  }
}
