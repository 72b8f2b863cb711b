import * as z from "zod";
import { readSafetensors, type Tensor } from "./safetensors.ts";
import { quantize, writeGguf, type StoredTensor, type Value } from "./write-gguf.ts";

/** The files of a sentence model. */
export interface BertFiles {
  readonly config: string;
  readonly vocabulary: string;
  readonly weights: Buffer;
}

const Config = z.object({
  model_type: z.literal("bert"),
  hidden_act: z.literal("gelu"),
  hidden_size: z.int(),
  intermediate_size: z.int(),
  layer_norm_eps: z.number(),
  max_position_embeddings: z.int(),
  num_attention_heads: z.int(),
  num_hidden_layers: z.int(),
  type_vocab_size: z.int(),
  vocab_size: z.int(),
});

const EMBEDDINGS: Readonly<Record<string, string>> = {
  "embeddings.word_embeddings": "token_embd",
  "embeddings.position_embeddings": "position_embd",
  "embeddings.token_type_embeddings": "token_types",
  "embeddings.LayerNorm": "token_embd_norm",
};
const LAYER: Readonly<Record<string, string>> = {
  "attention.self.query": "attn_q",
  "attention.self.key": "attn_k",
  "attention.self.value": "attn_v",
  "attention.output.dense": "attn_output",
  "attention.output.LayerNorm": "attn_output_norm",
  "intermediate.dense": "ffn_up",
  "output.dense": "ffn_down",
  "output.LayerNorm": "layer_output_norm",
};
/** Not used when vectors are means of tokens. */
const UNUSED = /^(?:pooler\.|embeddings\.position_ids)/u;
/** Added to rows of whole floats, so stored as such. */
const WHOLE = /^(?:position_embd|token_types)\./u;

const NORMAL_TOKEN = 1;
const CONTROL_TOKEN = 3;
const MEAN_POOLING = 1;
const MOSTLY_Q8_0 = 7;

/**
 * A sentence model of the BERT kind (lower-casing, mean of tokens) as a GGUF file with q8_0 weights. The same files give
 * the same bytes. Throws for what is no such model.
 */
export function bertToGguf({ config, vocabulary, weights }: BertFiles, name: string): Buffer {
  const shape = Config.parse(JSON.parse(config));
  const tokens = vocabulary.trimEnd().split("\n");
  if (tokens.length !== shape.vocab_size) {
    throw new Error(`${tokens.length} tokens, and the configuration says ${shape.vocab_size}`);
  }
  const tensors = readSafetensors(weights)
    .map((tensor) => ({ ...tensor, name: tensor.name.replace(/^bert\./u, "") }))
    .filter((tensor) => !UNUSED.test(tensor.name))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(stored);
  return writeGguf({ ...aboutModel(shape, name), ...aboutTokens(tokens) }, tensors);
}

function stored({ name, shape, values }: Tensor): StoredTensor {
  const stored = nameOf(name);
  if (shape.length === 1 || WHOLE.test(stored)) {
    return { name: stored, shape, type: "f32", bytes: Buffer.from(values.buffer) };
  }
  return { name: stored, shape, type: "q8_0", bytes: quantize(values) };
}

function nameOf(name: string): string {
  const { base = "", suffix = "" } = /^(?<base>.+)\.(?<suffix>\w+)$/u.exec(name)?.groups ?? {};
  const { layer = "", rest = "" } = /^encoder\.layer\.(?<layer>\d+)\.(?<rest>.+)$/u.exec(base)?.groups ?? {};
  const part = EMBEDDINGS[base] ?? (LAYER[rest] === undefined ? undefined : `blk.${layer}.${LAYER[rest]}`);
  if (part === undefined) throw new Error(`no such tensor is known: ${name}`);
  return `${part}.${suffix}`;
}

function aboutModel(shape: z.infer<typeof Config>, name: string): Record<string, Value> {
  return {
    "general.architecture": string("bert"),
    "general.name": string(name),
    "general.file_type": u32(MOSTLY_Q8_0),
    "general.quantization_version": u32(2),
    "bert.context_length": u32(shape.max_position_embeddings),
    "bert.embedding_length": u32(shape.hidden_size),
    "bert.feed_forward_length": u32(shape.intermediate_size),
    "bert.block_count": u32(shape.num_hidden_layers),
    "bert.attention.head_count": u32(shape.num_attention_heads),
    "bert.attention.layer_norm_epsilon": { kind: "f32", value: shape.layer_norm_eps },
    "bert.attention.causal": { kind: "bool", value: false },
    "bert.pooling_type": u32(MEAN_POOLING),
    "tokenizer.ggml.token_type_count": u32(shape.type_vocab_size),
  };
}

function aboutTokens(tokens: readonly string[]): Record<string, Value> {
  const idOf = (token: string): Value => {
    const id = tokens.indexOf(token);
    if (id < 0) throw new Error(`the vocabulary lacks ${token}`);
    return u32(id);
  };
  return {
    "tokenizer.ggml.model": string("bert"),
    "tokenizer.ggml.pre": string("default"),
    "tokenizer.ggml.tokens": { kind: "strings", value: tokens.map(tokenOf) },
    "tokenizer.ggml.token_type": {
      kind: "i32s",
      value: tokens.map((token) => (SPECIAL.includes(token) ? CONTROL_TOKEN : NORMAL_TOKEN)),
    },
    "tokenizer.ggml.bos_token_id": idOf("[CLS]"),
    "tokenizer.ggml.cls_token_id": idOf("[CLS]"),
    // spelt so in the format
    "tokenizer.ggml.seperator_token_id": idOf("[SEP]"),
    "tokenizer.ggml.unknown_token_id": idOf("[UNK]"),
    "tokenizer.ggml.padding_token_id": idOf("[PAD]"),
    "tokenizer.ggml.mask_token_id": idOf("[MASK]"),
    "tokenizer.ggml.add_bos_token": { kind: "bool", value: true },
  };
}

const SPECIAL: readonly string[] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/** The format marks where a word begins; the vocabulary marks where it goes on. */
function tokenOf(token: string): string {
  if (token.startsWith("[") && token.endsWith("]")) return token;
  return token.startsWith("##") ? token.slice(2) : `\u2581${token}`;
}

function string(value: string): Value {
  return { kind: "string", value };
}

function u32(value: number): Value {
  return { kind: "u32", value };
}
