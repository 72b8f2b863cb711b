import type { Sqlite } from "../../../shared/sqlite/sqlite.ts";
import type { FileSums } from "./packed-file.ts";
import { FIELDS, type Totals } from "./shapes.ts";

const LENGTHS = FIELDS.map((field) => `length_${field}` as const);
const NAMES = ["change", "next_unit", "next_definition", "files", "units", "leaves", ...LENGTHS] as const;
type CounterName = (typeof NAMES)[number];

/** Sums over the whole index and the next free ids, during one transaction. */
export class Counters {
  readonly #values: Map<CounterName, number>;

  constructor(db: Sqlite) {
    const rows = db.all<{ name: CounterName; value: number }>("SELECT name, value FROM counters");
    this.#values = new Map(rows.map(({ name, value }) => [name, value]));
  }

  get(name: CounterName): number {
    return this.#values.get(name) ?? 0;
  }

  /** The first of so many new ids; 0 is none. */
  take(name: "change" | "next_unit" | "next_definition", count: number): number {
    const first = this.get(name) + 1;
    this.#add(name, count);
    return first;
  }

  /** With `sign` -1 the file goes. */
  addFile({ units, leaves, lengths }: FileSums, sign: 1 | -1): void {
    this.#add("files", sign);
    this.#add("units", sign * units);
    this.#add("leaves", sign * leaves);
    for (const [index, name] of LENGTHS.entries()) this.#add(name, sign * (lengths[index] ?? 0));
  }

  totals(): Totals {
    const units = this.get("units");
    const leaves = this.get("leaves");
    const lengths = LENGTHS.map((name) => this.get(name));
    return {
      files: this.get("files"),
      units,
      leaves,
      unitLengths: lengths.map((length) => (units === 0 ? 0 : length / units)),
      leafLengths: lengths.map((length) => (leaves === 0 ? 0 : length / leaves)),
    };
  }

  save(db: Sqlite): void {
    for (const [name, value] of this.#values)
      db.run("INSERT OR REPLACE INTO counters (name, value) VALUES (?, ?)", name, value);
  }

  #add(name: CounterName, by: number): void {
    this.#values.set(name, this.get(name) + by);
  }
}
