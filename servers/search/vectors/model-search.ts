import { ToolError } from "../../../shared/errors.ts";
import type { Log } from "../../../shared/context.ts";
import type { Embedder } from "../../../shared/model/embedder.ts";
import type { Ground } from "../index/ground.ts";
import { bestPlaces } from "../store/best-places.ts";
import type { Lease } from "../store/lease.ts";
import type { ModelVectors } from "../store/model-vectors.ts";
import { createProducts, type Products } from "../store/products.ts";
import type { IndexReader } from "../store/shapes.ts";
import { fillVectors, placeKey, type Filled } from "./fill-vectors.ts";

/** With fewer of its units known to the model an index is ranked without it. */
const ENOUGH = 0.95;
/** Units that a query gets a nearness of. */
const NEAREST = 1_000;
/** After a failure the model is left alone for so long, in milliseconds. */
const PAUSE_MS = 60_000;
/** A query waits for the model so long, in milliseconds: it is ranked without it then. */
const QUERY_MS = 5_000;
/** While vectors come in, they are read anew only so often, in milliseconds. */
const RELOAD_MS = 3_000;
/** 127 stands for 1 in each of two factors. */
const ONE = 127 * 127;

export interface ModelSearchParts {
  readonly ground: Ground;
  readonly reader: IndexReader;
  readonly maxBytes: number;
  readonly log: Log;
  /** Loads the model; called once it is needed. */
  readonly open: (signal: AbortSignal) => Promise<Embedder>;
  readonly vectors: () => Promise<ModelVectors>;
  /** The right to fill: one process is enough. */
  readonly lease: () => Promise<Lease | undefined>;
}

interface Loaded {
  readonly edition: string;
  readonly at: number;
  readonly units: readonly number[];
  readonly products: Products;
  readonly total: number;
}

/** Nearness by a model of the person's own, beside the index of one root: filled in the background, used when it is there. */
export class ModelSearch {
  readonly #parts: ModelSearchParts;
  readonly #closing = new AbortController();
  #opened: Promise<{ embedder: Embedder; vectors: ModelVectors }> | undefined;
  #filling: Promise<void> | undefined;
  #filledEdition: string | undefined;
  #filled: Filled | undefined;
  #loaded: Loaded | undefined;
  #written = 0;
  #problem: string | undefined;
  #pausedUntil = 0;

  constructor(parts: ModelSearchParts) {
    this.#parts = parts;
  }

  /** What is missing, in our words. */
  get problems(): readonly string[] {
    if (this.#problem !== undefined) return [this.#problem];
    const isFilling = this.#filling !== undefined;
    if (this.#filled === undefined) return isFilling ? ["the model is being loaded"] : [];
    const { known, total } = this.#filled;
    if (known >= (isFilling ? total : total * ENOUGH)) return [];
    return [`the model knows ${known} of ${total} parts so far`];
  }

  /** Begins to give new units their vectors; returns at once. */
  fill(): void {
    const { reader } = this.#parts;
    if (this.#filling !== undefined || this.#filledEdition === reader.edition() || this.#isPaused()) return;
    this.#filling = this.#fill(reader.edition())
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#filling = undefined;
      });
  }

  /** How near units are to a query, the nearest 1,000; undefined while the model knows too few, and when it fails. */
  async near(query: string, signal: AbortSignal): Promise<ReadonlyMap<number, number> | undefined> {
    if (this.#isPaused()) return undefined;
    const late = AbortSignal.timeout(QUERY_MS);
    try {
      const { embedder, vectors } = await unlessLate(this.#open(), late);
      const { units, total, products } = this.#load(embedder, vectors);
      if (units.length === 0 || units.length < total * ENOUGH) return undefined;
      const asked = embedder.embed([{ text: query, role: "query" }], AbortSignal.any([signal, late]));
      const [vector] = await unlessLate(asked, late);
      if (vector === undefined) return undefined;
      this.#problem = undefined;
      const all = products.of(vector, units.length);
      const best = bestPlaces(all, { limit: NEAREST, floor: -Infinity, fits: () => true });
      return new Map(best.map((place) => [units[place] ?? 0, (all[place] ?? 0) / ONE]));
    } catch (error) {
      signal.throwIfAborted();
      this.#fail(error);
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#filling;
    const opened = await this.#opened?.catch(() => undefined);
    opened?.vectors.close();
  }

  async #fill(edition: string): Promise<void> {
    const lease = await this.#parts.lease();
    if (lease === undefined) return;
    try {
      const opened = await this.#open();
      await fillVectors({
        ...this.#parts,
        ...opened,
        signal: this.#closing.signal,
        written: (filled) => {
          this.#filled = filled;
          this.#written += 1;
        },
      });
      this.#filledEdition = edition;
      this.#problem = undefined;
    } finally {
      lease.release();
    }
  }

  #open(): Promise<{ embedder: Embedder; vectors: ModelVectors }> {
    this.#opened ??= this.#openBoth().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #openBoth(): Promise<{ embedder: Embedder; vectors: ModelVectors }> {
    const embedder = await this.#parts.open(this.#closing.signal);
    return { embedder, vectors: await this.#parts.vectors() };
  }

  /** Reads all vectors when the index or their number is another one than the last time. */
  #load(embedder: Embedder, vectors: ModelVectors): Loaded {
    const edition = `${this.#parts.reader.edition()} ${this.#written}`;
    const loaded = this.#loaded;
    const isRecent =
      loaded !== undefined && this.#filling !== undefined && performance.now() - loaded.at < RELOAD_MS;
    if (loaded?.edition === edition || (isRecent && loaded.units.length < loaded.total * ENOUGH))
      return loaded;
    const places = new Map<string, number[]>();
    let total = 0;
    for (const unit of this.#parts.reader.units()) {
      total += 1;
      const key = placeKey(unit);
      places.set(key, [...(places.get(key) ?? []), unit.unit]);
    }
    const products = createProducts(embedder.dimensions);
    const units: number[] = [];
    for (const placed of vectors.all(embedder.id))
      // the same file may be there twice
      for (const unit of places.get(placeKey(placed)) ?? []) {
        products.set(units.length, placed.vector);
        units.push(unit);
      }
    this.#filled = { known: units.length, total };
    return (this.#loaded = { edition, at: performance.now(), units, products, total });
  }

  #isPaused(): boolean {
    return this.#closing.signal.aborted || performance.now() < this.#pausedUntil;
  }

  #fail(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#pausedUntil = performance.now() + PAUSE_MS;
    const why = error instanceof ToolError ? error.message : "it failed";
    this.#problem = `ranked without the model: ${why}`;
    const details = error instanceof ToolError ? (error.details ?? error.hint ?? "") : String(error);
    this.#parts.log(
      "warn",
      `search: ${why} ${typeof details === "string" ? details : JSON.stringify(details)}`,
    );
  }
}

/** What takes longer goes on without the query. */
function unlessLate<T>(work: Promise<T>, late: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void =>
      reject(new ToolError("timeout", `it did not answer within ${QUERY_MS / 1_000} s`));
    late.addEventListener("abort", stop, { once: true });
    work.then(resolve, (error: unknown) => (late.aborted ? stop() : reject(error)));
  });
}
