import { ToolError } from "../errors.ts";
import { KillableWorker } from "../process/killable-worker.ts";
import type { Scope } from "../scope.ts";
import type { Embedder, EmbedText } from "./embedder.ts";
import type { GgufAnswer, GgufQuestion } from "./gguf-shapes.ts";

/** Milliseconds for one batch; the first one loads the model too. */
const ANSWER_MS = 120_000;
/** Of the worker's own heap; the model lies beside it. */
const MEGABYTES = 512;
const BATCH = 16;

/**
 * Vectors of an embedding model in a GGUF file, computed by llama.cpp in a process of its own, since what it does on a
 * broken file ends the process. Throws `unavailable` when the file or node-llama-cpp cannot be used.
 */
export async function openGguf(file: string, scope: Scope, signal: AbortSignal): Promise<Embedder> {
  const worker = new KillableWorker<GgufQuestion, GgufAnswer>("gguf-worker", {
    answerMs: ANSWER_MS,
    megabytes: MEGABYTES,
  });
  scope.defer(() => worker.close());
  const { checksum, dimensions } = checked(file, await worker.ask({ file, texts: [] }, signal));
  return {
    id: `gguf:${checksum}`,
    dimensions,
    async embed(texts, stop) {
      const vectors: Int8Array[] = [];
      for (let start = 0; start < texts.length; start += BATCH) {
        const batch = texts.slice(start, start + BATCH).map(({ text }: EmbedText) => text);
        const answer = checked(file, await worker.ask({ file, texts: batch }, stop));
        vectors.push(...answer.vectors.map((vector) => fromBase64(vector, dimensions)));
      }
      return vectors;
    },
  };
}

function checked(file: string, answer: GgufAnswer): Exclude<GgufAnswer, { failed: string }> {
  if (!("failed" in answer)) return answer;
  throw new ToolError("unavailable", `the embedding model ${file} cannot be used`, {
    hint: answer.hint ?? "Give a GGUF file of an embedding model in search.ggufFile.",
    details: answer.failed,
  });
}

/** A text without a direction is like nothing. */
function fromBase64(text: string, dimensions: number): Int8Array {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === dimensions ? new Int8Array(bytes) : new Int8Array(dimensions);
}
