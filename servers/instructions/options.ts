import * as z from "zod";
import { FAMILIES, USUAL_FAMILIES } from "../../instructions/shapes.ts";

/** What a person can choose about instructions, on every way that they are read. */
export const instructionsOptions = z.strictObject({
  families: z
    .array(z.enum(FAMILIES))
    .default([...USUAL_FAMILIES])
    .describe("whose instruction files count"),
  userFamilies: z
    .array(z.enum(["codex"]))
    .default([])
    .describe("other programs whose files in your home folder count"),
});
