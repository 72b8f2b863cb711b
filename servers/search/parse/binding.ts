import { fileURLToPath } from "node:url";
import { Parser } from "web-tree-sitter";

/**
 * The parser's own functions on a cursor, which it puts on the object that it is started with. Its TreeCursor copies the
 * cursor in and out of the module's memory at each step, which takes longer than parsing; here it stays inside.
 */
export interface Binding {
  HEAP32: Int32Array;
  readonly _ts_init: () => number;
  readonly _ts_tree_cursor_current_node_type_id_wasm: (tree: number) => number;
  readonly _ts_tree_cursor_current_field_id_wasm: (tree: number) => number;
  readonly _ts_tree_cursor_start_index_wasm: (tree: number) => number;
  readonly _ts_tree_cursor_end_index_wasm: (tree: number) => number;
  readonly _ts_tree_cursor_goto_first_child_wasm: (tree: number) => number;
  readonly _ts_tree_cursor_goto_next_sibling_wasm: (tree: number) => number;
  readonly _ts_tree_cursor_goto_parent_wasm: (tree: number) => number;
}

// the library has one module in a process, and tells its functions only to who starts it first
let started: Promise<Binding> | undefined;

/** Starts the parser, once in a process. `folder` holds its wasm file. */
export function startParser(folder: URL): Promise<Binding> {
  started ??= start(folder).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function start(folder: URL): Promise<Binding> {
  const module = { locateFile: (name: string) => fileURLToPath(new URL(name, folder)) };
  await Parser.init(module);
  if (!isBinding(module)) throw new Error("this version of the parser keeps its functions for itself");
  return module;
}

function isBinding(module: object): module is Binding {
  return "HEAP32" in module && "_ts_init" in module && "_ts_tree_cursor_goto_parent_wasm" in module;
}
