import * as z from "zod";

const amount = z.coerce.number().nonnegative();
const count = z.coerce.number().int().positive();

/** What decides a training run, beside its pairs. Read from a command line too, where all is text. */
export const Settings = z.strictObject({
  dimensions: count.multipleOf(16).default(256),
  epochs: count.default(3),
  /** Pairs of a batch: each is told apart from all others in it. */
  batch: count.multipleOf(16).default(256),
  /** Neighbouring pairs of a batch that come from one package, which makes them hard to tell apart. */
  block: count.default(64),
  /** Cosines are multiplied by this before the softmax. */
  sharpness: amount.default(20),
  rate: amount.default(0.3),
  weightRate: amount.default(0.05),
  /** The last batch's rate, as a share of the first one's. */
  lastRate: amount.default(0.05),
  /** Where the code side's word rarity is from: all packages (as at inference) or the pair's own. */
  codeRarity: z.enum(["global", "package"]).default("global"),
  /** Whether query and code side learn weights of their own for each word. */
  ownWeights: z.union([z.boolean(), z.stringbool()]).default(false),
  /** How often a word that both sides share is left out of the code side. */
  dropShared: amount.max(1).default(0),
  /** How often the doc comment and the name are left out of the code side. */
  dropDoc: amount.max(1).default(0.5),
  dropSymbol: amount.max(1).default(0.5),
  /** At most this many words get a row: those that are in most packages, seen five times at least. */
  vocabulary: count.default(29_000),
  seed: count.default(8),
});

export type Settings = z.infer<typeof Settings>;
