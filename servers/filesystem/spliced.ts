import { applySplices } from "../../shared/edit/apply-splices.ts";
import type { ByteSource, Splice } from "../../shared/edit/splice.ts";
import type { Content } from "../../shared/workspace/change/stage-file.ts";

const CHUNK_BYTES = 1024 * 1024;

/** A file's content after replacements: in one piece when it is held, else piece by piece as it is written. */
export function spliced(source: ByteSource, held: Buffer | undefined, splices: readonly Splice[]): Content {
  return held === undefined ? pieces(source, splices) : applySplices(held, splices);
}

async function* pieces(source: ByteSource, splices: readonly Splice[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const { start, end, insert } of splices) {
    yield* range(source, from, start);
    yield insert;
    from = end;
  }
  yield* range(source, from, source.size);
}

async function* range(source: ByteSource, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const piece = await source.read(at, Math.min(CHUNK_BYTES, to - at));
    // a file that shrinks under us is refused later, when it is compared
    if (piece.length === 0) return;
    yield piece;
    at += piece.length;
  }
}
