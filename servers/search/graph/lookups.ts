import type { DefinitionRow, FileRow, IndexReader, ReferenceRow } from "../store/shapes.ts";
import { familyOf, type Family } from "./family.ts";
import { bindingsOf } from "./modules/bindings-of.ts";
import type { Binding } from "./modules/target.ts";

/** Definitions of one name that are looked at; of more it is only said that there are more. */
const MOST_LOOKED = 400;
/** In these a file imports every name that it has from others. */
const IMPORTING: ReadonlySet<Family> = new Set(["script", "python", "rust"]);

/** What one answer asks the index again and again: kept as long as the index is not refreshed. */
export class Lookups {
  readonly reader: IndexReader;
  readonly #named = new Map<string, Kept<readonly DefinitionRow[]>>();
  readonly #definitions = new Map<number, Kept<DefinitionRow | undefined>>();
  readonly #inFile = new Map<number, Kept<readonly DefinitionRow[]>>();
  readonly #references = new Map<number, Kept<readonly ReferenceRow[]>>();
  readonly #bindings = new Map<number, Kept<readonly Binding[]>>();
  readonly #mentions = new Map<number, Kept<ReadonlySet<string>>>();
  readonly #files = new Map<string, Kept<FileRow | undefined>>();
  readonly #families = new Map<string, Kept<readonly DefinitionRow[]>>();
  readonly #heirs = new Map<number, Kept<ReadonlyMap<number, readonly ReferenceRow[]>>>();
  readonly #known = new Map<string, Kept<unknown>>();

  constructor(reader: IndexReader) {
    this.reader = reader;
  }

  /** Definitions of exactly this name, at most 400. */
  named(name: string): readonly DefinitionRow[] {
    return kept(this.#named, name, () =>
      this.reader.definitionsNamed(name, { limit: MOST_LOOKED }).filter((each) => each.name === name),
    );
  }

  /** Those of them in files that a file's language can name. */
  namedFor(path: string, name: string): readonly DefinitionRow[] {
    const family = familyOf(path);
    return kept(this.#families, `${family} ${name}`, () =>
      this.named(name).filter((each) => familyOf(each.path) === family),
    );
  }

  /** What is said to extend or implement something, by the definition that does. */
  heirsIn(file: number): ReadonlyMap<number, readonly ReferenceRow[]> {
    return kept(this.#heirs, file, () => {
      const found = new Map<number, ReferenceRow[]>();
      for (const each of this.referencesIn(file)) {
        if (each.kind !== "inherit" || each.within === undefined) continue;
        found.set(each.within, [...(found.get(each.within) ?? []), each]);
      }
      return found;
    });
  }

  /** Anything that follows from the index alone, worked out once for its key. */
  once<Value>(key: string, make: () => Value): Value {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a key belongs to one maker
    return kept(this.#known, key, make) as Value;
  }

  definition(id: number | undefined): DefinitionRow | undefined {
    return id === undefined ? undefined : kept(this.#definitions, id, () => this.reader.definition(id));
  }

  definitionsIn(file: number): readonly DefinitionRow[] {
    return kept(this.#inFile, file, () => this.reader.definitionsIn(file));
  }

  referencesIn(file: number): readonly ReferenceRow[] {
    return kept(this.#references, file, () => this.reader.referencesIn(file));
  }

  /** What a definition and all that it lies in are called, itself first. */
  around(id: number | undefined): DefinitionRow[] {
    const chain: DefinitionRow[] = [];
    let each = this.definition(id);
    while (each !== undefined && chain.length < 50) {
      chain.push(each);
      each = this.definition(each.parent);
    }
    return chain;
  }

  /** The names that a file's imports give it. */
  bindings(file: number): readonly Binding[] {
    return kept(this.#bindings, file, () =>
      this.reader.importsIn(file).flatMap((each) => bindingsOf(each, each.path)),
    );
  }

  /** Whether a file speaks of a type: where a name has to be imported its imports tell, else its text does. */
  speaksOf(file: number, path: string, name: string): boolean {
    const bindings = this.bindings(file);
    if (bindings.some(({ local, item }) => local === name || item === name)) return true;
    const needsImport = IMPORTING.has(familyOf(path)) && !bindings.some(({ local }) => local === "*");
    return !needsImport && this.mentions(file).has(name);
  }

  /** Every name that a file speaks of, by itself or before a dot. */
  mentions(file: number): ReadonlySet<string> {
    return kept(this.#mentions, file, () => {
      const names = this.referencesIn(file).flatMap(({ name, receiver }) => [name, receiver ?? name]);
      return new Set([...names, ...this.bindings(file).map(({ local, item }) => item ?? local)]);
    });
  }

  file(path: string): FileRow | undefined {
    return kept(this.#files, path, () => this.reader.file(path));
  }
}

interface Kept<Value> {
  readonly value: Value;
}

function kept<Key, Value>(known: Map<Key, Kept<Value>>, key: Key, make: () => Value): Value {
  const entry = known.get(key) ?? { value: make() };
  known.set(key, entry);
  return entry.value;
}
