import * as z from "zod";

const TensorHeader = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

export interface Tensor {
  readonly name: string;
  /** Outermost first. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The tensors of a safetensors file: a length, a header in JSON, the numbers. Throws for other numbers than F32. */
export function readSafetensors(file: Buffer): Tensor[] {
  const headerBytes = Number(file.readBigUInt64LE(0));
  const data = file.subarray(8 + headerBytes);
  const header = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(file.toString("utf8", 8, 8 + headerBytes)));
  return Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, described]) => {
      const { dtype, shape, data_offsets } = TensorHeader.parse(described);
      if (name.endsWith("position_ids")) return { name, shape, values: new Float32Array(0) };
      if (dtype !== "F32") throw new Error(`${name} has numbers of type ${dtype}`);
      const bytes = Uint8Array.from(data.subarray(...data_offsets));
      return { name, shape, values: new Float32Array(bytes.buffer) };
    });
}
