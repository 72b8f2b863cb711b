import * as z from "zod";
import { stampSchema } from "./stamp.ts";

/** A name below a root: both absolute and resolved, so that any process can find it again. */
const placeSchema = z.strictObject({ root: z.string(), relative: z.string() });

/** A name in the trash of a root, or of the mount below it that lies at `mount`. */
const keptSchema = z.strictObject({ root: z.string(), mount: z.array(z.string()), name: z.string() });
export type Kept = z.output<typeof keptSchema>;

const stepSchema = z.strictObject({
  /**
   * `put`: a thing from the trash came to stand at the place, instead of what was kept, if anything. `remove`: what
   * stood there is kept. `move`: it came from `from`. `make` and `unmake`: an empty folder.
   */
  what: z.enum(["put", "remove", "move", "make", "unmake"]),
  place: placeSchema,
  from: placeSchema.optional(),
  /** What stood there, and under which name it is kept. */
  before: stampSchema.optional(),
  kept: keptSchema.optional(),
  /** What stands there since, and the name in the trash that it came from. */
  after: stampSchema.optional(),
  staged: keptSchema.optional(),
});
export type Step = z.output<typeof stepSchema>;

/** One call's changes of the disk, all of them or none. */
export const changeSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{8}$/),
  /** ISO 8601. */
  at: z.string(),
  /** `<server>.<tool>`. */
  tool: z.string(),
  /** Of the call, as the audit knows it. */
  call: z.string(),
  /** The change that this one took back. */
  undoes: z.string().optional(),
  /** What is kept for it, in bytes. */
  bytes: z.number(),
  steps: z.array(stepSchema),
});
export type Change = z.output<typeof changeSchema>;

/** Which call a change belongs to. */
export type By = Pick<Change, "tool" | "call">;
