import { createHash } from "node:crypto";
import type { Embedder } from "../../../shared/model/embedder.ts";
import type { Ground } from "../index/ground.ts";
import { readSource } from "../index/read-source.ts";
import type { Lines, ModelVectors, NewVector } from "../store/model-vectors.ts";
import type { IndexReader, UnitPlace } from "../store/shapes.ts";

/** Texts that are embedded before they are written: what is lost when the process ends. */
const BATCH = 16;

export interface Filling {
  readonly ground: Ground;
  readonly reader: IndexReader;
  readonly vectors: ModelVectors;
  readonly embedder: Embedder;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Told at the beginning and after each batch that was written. */
  readonly written: (filled: Filled) => void;
}

/** Units, and how many of them have a vector. */
export interface Filled {
  readonly known: number;
  readonly total: number;
}

interface Chunk extends Lines {
  readonly text: string;
  readonly chunk: Buffer;
}

/** Gives each unit of the index a vector of the model, file by file; those that have one cost nothing. */
export async function fillVectors(filling: Filling): Promise<void> {
  const { reader, vectors, embedder, signal, written } = filling;
  const has = new Set<string>();
  for (const lines of vectors.all(embedder.id)) has.add(placeKey(lines));
  const missing = new Map<string, UnitPlace[]>();
  const hashes = new Set<string>();
  const units = reader.units();
  let known = 0;
  for (const unit of units) {
    hashes.add(unit.hash);
    if (has.has(placeKey(unit))) known += 1;
    else missing.set(unit.path, [...(missing.get(unit.path) ?? []), unit]);
  }
  const embedSome = async (chunks: readonly Chunk[]): Promise<void> => {
    await embedAll(chunks, filling);
    known += chunks.length;
    written({ known, total: units.length });
  };
  await embedSome([]);
  let waiting: Chunk[] = [];
  for (const [path, units] of missing) {
    signal.throwIfAborted();
    waiting.push(...(await chunksOf(path, units, filling)));
    for (; waiting.length >= BATCH; waiting = waiting.slice(BATCH)) await embedSome(waiting.slice(0, BATCH));
  }
  await embedSome(waiting);
  vectors.keep(hashes);
}

/** Which lines these are. */
export function placeKey({ hash, startLine, endLine }: Lines): string {
  return `${hash}:${startLine}-${endLine}`;
}

/** Nothing for a file that is another one than the index knows: the index will tell of it again. */
async function chunksOf(path: string, units: readonly UnitPlace[], filling: Filling): Promise<Chunk[]> {
  const source = await readSource(filling.ground, path, filling.maxBytes);
  if (source.kind !== "text" || source.stamp.hash !== units[0]?.hash) return [];
  const lines = source.text.split("\n");
  // where a piece of code stands tells what it is about
  const name = path.split("/").slice(-2).join("/");
  return units.map(({ hash, startLine, endLine }) => {
    const text = `${name}\n${lines.slice(startLine - 1, endLine).join("\n")}`;
    return { hash, startLine, endLine, text, chunk: createHash("sha1").update(text).digest() };
  });
}

async function embedAll(chunks: readonly Chunk[], { vectors, embedder, signal }: Filling): Promise<void> {
  if (chunks.length === 0) return;
  const known = vectors.known(
    embedder.id,
    chunks.map(({ chunk }) => chunk),
  );
  const fresh = chunks.filter(({ chunk }) => !known.has(chunk.toString("hex")));
  const made = await embedder.embed(
    fresh.map(({ text }) => ({ text, role: "code" as const })),
    signal,
  );
  const vectorOf = new Map(fresh.map(({ chunk }, index) => [chunk.toString("hex"), made[index]]));
  const rows = chunks.map(({ hash, startLine, endLine, chunk }): NewVector => {
    const vector = vectorOf.get(chunk.toString("hex"));
    return { hash, startLine, endLine, chunk, ...(vector === undefined ? {} : { vector }) };
  });
  vectors.put(embedder.id, rows);
}
