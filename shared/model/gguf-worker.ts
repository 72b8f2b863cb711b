import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { availableParallelism } from "node:os";
import type { LlamaEmbeddingContext, LlamaModel } from "node-llama-cpp";
import { answerQuestions } from "../process/answer-questions.ts";
import type { GgufAnswer, GgufQuestion } from "./gguf-shapes.ts";
import { toUnitVector } from "./unit-vector.ts";

/** What the models at hand were trained on; more text costs time and says little more. */
const MAX_TOKENS = 256;
/** Characters that are tokenized at all: the tokenizer throws on words without an end. */
const MAX_CHARACTERS = 4_000;
const MAX_WORD = 200;

interface Loaded {
  readonly file: string;
  readonly checksum: string;
  readonly model: LlamaModel;
  readonly context: LlamaEmbeddingContext;
}

let loaded: Loaded | undefined;

answerQuestions(async ({ file, texts }: GgufQuestion): Promise<GgufAnswer> => {
  try {
    loaded = loaded?.file === file ? loaded : await load(file);
    const { checksum, model, context } = loaded;
    const vectors: string[] = [];
    for (const text of texts) vectors.push(await embed(text, model, context));
    return { checksum, dimensions: model.embeddingVectorSize, vectors };
  } catch (error) {
    return explain(error);
  }
});

async function load(file: string): Promise<Loaded> {
  const checksum = await checksumOf(file);
  const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
  // never compiles anything, and has no use for a graphics card that the person's other programs need
  const llama = await getLlama({
    build: "never",
    gpu: false,
    logLevel: LlamaLogLevel.error,
    logger: () => {},
  });
  const model = await llama.loadModel({ modelPath: file });
  const contextSize = Math.min(model.trainContextSize, MAX_TOKENS + 8);
  const threads = Math.max(1, Math.floor(availableParallelism() / 2));
  // a whole input must fit one batch
  const context = await model.createEmbeddingContext({ contextSize, batchSize: contextSize, threads });
  return { file, checksum, model, context };
}

async function checksumOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}

async function embed(text: string, model: LlamaModel, context: LlamaEmbeddingContext): Promise<string> {
  const short = text.slice(0, MAX_CHARACTERS).replaceAll(/\S{201,}/gu, (word) => word.slice(0, MAX_WORD));
  const tokens = model.tokenize(short).slice(0, Math.min(MAX_TOKENS, model.trainContextSize - 8));
  if (tokens.length === 0) return "";
  const { vector } = await context.getEmbeddingFor(tokens);
  const unit = toUnitVector(vector);
  return unit === undefined ? "" : Buffer.from(unit.buffer).toString("base64");
}

function explain(error: unknown): GgufAnswer {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_MODULE_NOT_FOUND")
    return {
      failed: "node-llama-cpp is not installed",
      hint: "npm install node-llama-cpp@3.21.1 beside plumbline",
    };
  if (code === "ENOENT") return { failed: "there is no such file" };
  return { failed: error instanceof Error ? error.message.slice(0, 300) : "it could not be loaded" };
}
