import { ToolError } from "../errors.ts";
import { KillableWorker } from "../process/killable-worker.ts";
import type { Scope } from "../scope.ts";
import type { Embedder } from "./embedder.ts";
import type { GgufAnswer, GgufQuestion } from "./gguf-shapes.ts";

/** Milliseconds for one text, on a machine that is busy; the first one loads the model too. */
const ANSWER_MS = 120_000;
/** Between two questions of one piece of work: a model takes up to seconds to load. */
const IDLE_MS = 10 * 60_000;
/** Of the worker's own heap; the model lies beside it. */
const MEGABYTES = 512;

/**
 * Vectors of an embedding model in a GGUF file, computed by llama.cpp in a process of its own, since what it does on a
 * broken file ends the process. Throws `unavailable` when the file or node-llama-cpp cannot be used.
 */
export async function openGguf(file: string, scope: Scope, signal: AbortSignal): Promise<Embedder> {
  const worker = new KillableWorker<GgufQuestion, GgufAnswer>("gguf-worker", {
    answerMs: ANSWER_MS,
    megabytes: MEGABYTES,
    idleMs: IDLE_MS,
  });
  scope.defer(() => worker.close());
  const { checksum, dimensions } = checked(file, await worker.ask({ file, texts: [] }, signal));
  return {
    id: `gguf:${checksum}`,
    dimensions,
    async embed(texts, stop) {
      const vectors: Int8Array[] = [];
      // one at a time: a question waits for no more than one text of those that are filled in the background
      for (const { text } of texts) {
        const answer = checked(file, await worker.ask({ file, texts: [text] }, stop));
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
