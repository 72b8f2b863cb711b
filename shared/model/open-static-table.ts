import { open } from "node:fs/promises";
import { isErrno } from "../errors.ts";
import { StaticTable } from "./static-table.ts";
import { sharedMemory, type WasmMemory } from "../wasm/engine.ts";
import { SUM_BYTES } from "./row-sums.ts";
import { decodeTable } from "./table-file.ts";

/** The table, or why there is none; a search then goes by words alone. */
export type OpenedTable =
  | { readonly kind: "table"; readonly table: StaticTable }
  | { readonly kind: "none"; readonly problem: string };

/** Where the build put the table. Sources under test use the one that it copies. */
function tableFile(): URL {
  const fromSource = import.meta.url.endsWith(".ts");
  return new URL(fromSource ? "./table/code-words.bin" : "./code-words.bin", import.meta.url);
}

/** Reads the table that comes with the package. A file that is missing or broken is told, never thrown. */
export async function openStaticTable(file: URL | string = tableFile()): Promise<OpenedTable> {
  try {
    const { bytes, memory } = await readShared(file);
    const decoded = decodeTable(bytes);
    if (decoded.kind === "table") {
      return { kind: "table", table: new StaticTable({ ...decoded.data, memory }, decoded.checksum) };
    }
    return { kind: "none", problem: `the table of word vectors is broken: ${decoded.problem}` };
  } catch (error) {
    const why = isErrno(error, "ENOENT") ? "is missing" : "cannot be read";
    return { kind: "none", problem: `the table of word vectors ${why}` };
  }
}

/** Into memory that all threads of a process can share, and add up rows in. */
async function readShared(file: URL | string): Promise<{ bytes: Buffer; memory: Memory | undefined }> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const memory = sharedMemory(size + SUM_BYTES);
    const bytes = Buffer.from(memory?.buffer ?? new SharedArrayBuffer(size), 0, size);
    const { bytesRead } = await handle.read(bytes, 0, size, 0);
    return { bytes: bytes.subarray(0, bytesRead), memory };
  } finally {
    await handle.close();
  }
}

type Memory = WasmMemory<SharedArrayBuffer>;
