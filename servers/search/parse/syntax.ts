import type { Language, Tree, TreeCursor } from "web-tree-sitter";
import type { Binding } from "./binding.ts";

const ERROR_TYPE = 0xffff;
const CURSOR_WORDS = 4;

/** What a grammar calls its node types and fields, by number. */
export class Vocabulary {
  readonly types: readonly string[];
  readonly named: Uint8Array;
  readonly #fields: ReadonlyMap<string, number>;
  readonly #fieldNames: readonly string[];

  constructor(language: Language) {
    const count = language.nodeTypeCount;
    this.types = Array.from({ length: count }, (_, id) => language.nodeTypeForId(id) ?? "");
    this.named = Uint8Array.from({ length: count }, (_, id) => (language.nodeTypeIsNamed(id) ? 1 : 0));
    const fields = Array.from(
      { length: language.fieldCount + 1 },
      (_, id) => language.fieldNameForId(id) ?? "",
    );
    this.#fieldNames = fields;
    this.#fields = new Map(fields.map((name, id) => [name, id]));
  }

  field(name: string): number {
    return name === "" ? -1 : (this.#fields.get(name) ?? -1);
  }

  fieldName(id: number): string {
    return this.#fieldNames[id] ?? "";
  }
}

/**
 * A syntax tree in flat arrays, its nodes numbered as they stand in the text. Only named nodes are in it. The same
 * arrays hold one file after the other, so that nothing is made per node.
 */
export class Syntax {
  text = "";
  vocabulary: Vocabulary | undefined;
  count = 0;
  /** Parts that the parser could not read. */
  errors = 0;
  type = new Uint16Array(1 << 12);
  fields = new Uint16Array(1 << 12);
  start = new Int32Array(1 << 12);
  end = new Int32Array(1 << 12);
  parent = new Int32Array(1 << 12);
  /** The first node that is not within this one. */
  after = new Int32Array(1 << 12);

  /** Copies a tree of this text into the arrays. */
  fill(text: string, { tree, vocabulary, binding }: Filling): void {
    this.text = text;
    this.vocabulary = vocabulary;
    this.count = 0;
    this.errors = 0;
    const cursor = tree.walk();
    const at = binding._ts_init() >> 2;
    for (let word = 0; word < CURSOR_WORDS; word += 1) binding.HEAP32[at + word] = wordOf(cursor, word);
    this.#walk(wordOf(tree, 0), binding);
    for (let word = 0; word < CURSOR_WORDS; word += 1) Reflect.set(cursor, word, binding.HEAP32[at + word]);
    cursor.delete();
    if (this.errors === 0 && tree.rootNode.hasError) this.errors = 1;
  }

  #walk(tree: number, binding: Binding): void {
    const firstChild = binding._ts_tree_cursor_goto_first_child_wasm;
    const nextSibling = binding._ts_tree_cursor_goto_next_sibling_wasm;
    const toParent = binding._ts_tree_cursor_goto_parent_wasm;
    let above = -1;
    for (;;) {
      const node = this.#add(tree, above, binding);
      if (node >= 0 && firstChild(tree) !== 0) {
        above = node;
        continue;
      }
      if (node >= 0) this.after[node] = this.count;
      while (nextSibling(tree) === 0) {
        if (toParent(tree) === 0) return this.#close(above);
        this.after[above] = this.count;
        above = this.parent[above] ?? -1;
      }
    }
  }

  /** Tokens without a name have nothing within that matters: they are left out. */
  #add(tree: number, above: number, binding: Binding): number {
    const type = binding._ts_tree_cursor_current_node_type_id_wasm(tree);
    if (type === ERROR_TYPE) this.errors += 1;
    else if (this.vocabulary?.named[type] !== 1) return -1;
    if (this.count === this.type.length) this.#grow();
    const node = this.count;
    this.count += 1;
    this.type[node] = type;
    this.fields[node] = binding._ts_tree_cursor_current_field_id_wasm(tree);
    this.start[node] = binding._ts_tree_cursor_start_index_wasm(tree);
    this.end[node] = binding._ts_tree_cursor_end_index_wasm(tree);
    this.parent[node] = above;
    return node;
  }

  #close(above: number): void {
    for (let node = above; node >= 0; node = this.parent[node] ?? -1) this.after[node] = this.count;
  }

  #grow(): void {
    const grown = <T extends Uint16Array | Int32Array>(array: T, bigger: T): T => {
      bigger.set(array);
      return bigger;
    };
    const size = this.type.length * 2;
    this.type = grown(this.type, new Uint16Array(size));
    this.fields = grown(this.fields, new Uint16Array(size));
    this.start = grown(this.start, new Int32Array(size));
    this.end = grown(this.end, new Int32Array(size));
    this.parent = grown(this.parent, new Int32Array(size));
    this.after = grown(this.after, new Int32Array(size));
  }

  typeOf(node: number): string {
    return this.vocabulary?.types[this.type[node] ?? 0] ?? "";
  }

  textOf(node: number): string {
    return this.text.slice(this.startOf(node), this.endOf(node));
  }

  startOf(node: number): number {
    return this.start[node] ?? 0;
  }

  endOf(node: number): number {
    return this.end[node] ?? 0;
  }

  parentOf(node: number): number {
    return this.parent[node] ?? -1;
  }

  afterOf(node: number): number {
    return this.after[node] ?? this.count;
  }

  isLeaf(node: number): boolean {
    return this.afterOf(node) === node + 1;
  }

  /** The first child in this field; -1 when there is none. */
  child(node: number, field: string): number {
    const id = this.vocabulary?.field(field) ?? -1;
    for (const each of this.children(node)) if (this.fields[each] === id) return each;
    return -1;
  }

  /** The first child of one of these types; -1 when there is none. */
  childOf(node: number, ...types: readonly string[]): number {
    for (const each of this.children(node)) if (types.includes(this.typeOf(each))) return each;
    return -1;
  }

  children(node: number): number[] {
    const found = [];
    const end = node < 0 ? 0 : this.afterOf(node);
    for (let each = node + 1; each < end; each = this.afterOf(each)) found.push(each);
    return found;
  }
}

/** The library keeps addresses and cursors as numbers in its objects. */
function wordOf(owner: Tree | TreeCursor, word: number): number {
  return Number(Reflect.get(owner, word));
}

interface Filling {
  readonly tree: Tree;
  readonly vocabulary: Vocabulary;
  readonly binding: Binding;
}
