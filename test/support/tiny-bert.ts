/** Numbers of the model; small, so that it is written and loaded in a moment. */
const SIZE = { dimensions: 32, inner: 64, layers: 2, heads: 2, positions: 512 } as const;
const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const ALIGNMENT = 32;

// Types of values in a GGUF file.
const U32 = 4;
const I32 = 5;
const F32 = 6;
const BOOL = 7;
const STRING = 8;
const ARRAY = 9;

/**
 * The bytes of a GGUF file (version 3) with a BERT that llama.cpp loads and runs: random weights, a vocabulary of single
 * letters and a few words. What it computes is noise, but the same noise for the same text.
 */
export function tinyBert(seed = 1): Buffer {
  const random = numbers(seed);
  const tensors = tensorsOf(vocabulary().length).map(({ name, shape }) => ({
    name,
    shape,
    data: weights(name, shape, random),
  }));
  const facts = factsOf();
  const head = Buffer.concat([Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(facts.length), ...facts]);
  let offset = 0;
  const described = tensors.map(({ name, shape, data }) => {
    const at = offset;
    offset += padded(data.length);
    return Buffer.concat([string(name), u32(shape.length), ...shape.map(u64), u32(0), u64(at)]);
  });
  const start = Buffer.concat([head, ...described]);
  return Buffer.concat([pad(start), ...tensors.map(({ data }) => pad(data))]);
}

function vocabulary(): string[] {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789.,:;(){}[]_-+*/='".split("");
  const words = ["the", "file", "read", "write", "parse", "index", "search", "error", "return", "function"];
  // a word begins with a mark, what goes on inside of one has none
  return [...SPECIAL, ...[...letters, ...words].map((word) => `\u2581${word}`), ...letters];
}

function factsOf(): Buffer[] {
  const tokens = vocabulary();
  const kinds = tokens.map((token) => (SPECIAL.includes(token) ? 3 : 1));
  const numbered = (name: string, value: number): Buffer => fact(name, U32, u32(value));
  return [
    fact("general.architecture", STRING, string("bert")),
    fact("general.name", STRING, string("random")),
    numbered("bert.context_length", SIZE.positions),
    numbered("bert.embedding_length", SIZE.dimensions),
    numbered("bert.feed_forward_length", SIZE.inner),
    numbered("bert.block_count", SIZE.layers),
    numbered("bert.attention.head_count", SIZE.heads),
    fact("bert.attention.layer_norm_epsilon", F32, f32(1e-12)),
    fact("bert.attention.causal", BOOL, Buffer.from([0])),
    // the mean of all tokens
    numbered("bert.pooling_type", 1),
    fact("tokenizer.ggml.model", STRING, string("bert")),
    fact("tokenizer.ggml.pre", STRING, string("default")),
    numbered("tokenizer.ggml.token_type_count", 2),
    list("tokenizer.ggml.tokens", STRING, tokens.map(string)),
    list("tokenizer.ggml.token_type", I32, kinds.map(u32)),
    numbered("tokenizer.ggml.padding_token_id", 0),
    numbered("tokenizer.ggml.unknown_token_id", 1),
    numbered("tokenizer.ggml.bos_token_id", 2),
    numbered("tokenizer.ggml.cls_token_id", 2),
    // spelled so in the format
    numbered("tokenizer.ggml.seperator_token_id", 3),
    numbered("tokenizer.ggml.mask_token_id", 4),
    fact("tokenizer.ggml.add_bos_token", BOOL, Buffer.from([1])),
  ];
}

interface Tensor {
  readonly name: string;
  /** The innermost dimension first. */
  readonly shape: readonly number[];
}

function tensorsOf(words: number): Tensor[] {
  const { dimensions: d, inner, layers, positions } = SIZE;
  const both = (name: string, from: number, to: number): Tensor[] => [
    { name: `${name}.weight`, shape: [from, to] },
    { name: `${name}.bias`, shape: [to] },
  ];
  const norm = (name: string): Tensor[] => [
    { name: `${name}.weight`, shape: [d] },
    { name: `${name}.bias`, shape: [d] },
  ];
  const blocks = Array.from({ length: layers }, (_, layer) => [
    ...["attn_q", "attn_k", "attn_v", "attn_output"].flatMap((name) => both(`blk.${layer}.${name}`, d, d)),
    ...norm(`blk.${layer}.attn_output_norm`),
    ...both(`blk.${layer}.ffn_up`, d, inner),
    ...both(`blk.${layer}.ffn_down`, inner, d),
    ...norm(`blk.${layer}.layer_output_norm`),
  ]);
  return [
    { name: "token_embd.weight", shape: [d, words] },
    { name: "position_embd.weight", shape: [d, positions] },
    { name: "token_types.weight", shape: [d, 2] },
    ...norm("token_embd_norm"),
    ...blocks.flat(),
  ];
}

function weights(name: string, shape: readonly number[], random: () => number): Buffer {
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
  const isScale = name.endsWith("norm.weight");
  for (let index = 0; index < values.length; index++) values[index] = isScale ? 1 : (random() - 0.5) * 0.5;
  return Buffer.from(values.buffer);
}

/** A generator of numbers from 0 to 1, the same for the same seed (xorshift). */
function numbers(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

function fact(name: string, type: number, value: Buffer): Buffer {
  return Buffer.concat([string(name), u32(type), value]);
}

function list(name: string, type: number, values: readonly Buffer[]): Buffer {
  return Buffer.concat([string(name), u32(ARRAY), u32(type), u64(values.length), ...values]);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function padded(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(padded(bytes.length) - bytes.length)]);
}
