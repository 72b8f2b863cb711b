import * as z from "zod";

// Every client pays for each word of a schema at each start, so bounds that nobody meets are checked but not told.

/** A switch that is off. */
export function flag(description: string) {
  return z.boolean().default(false).meta({ description, default: undefined });
}

/** A whole number, from `least` on. */
export function count(description: string, least = 1) {
  return z.int().min(least).max(1e12).meta({ description, minimum: undefined, maximum: undefined });
}

/** A number from 1 to `most` with a standard. */
export function limit(description: string, { standard, most }: { standard: number; most: number }) {
  return z
    .int()
    .min(1)
    .max(most)
    .default(standard)
    .meta({ description, minimum: undefined, maximum: undefined });
}

/** `least` to fifty strings. */
export function strings(description: string, least = 0) {
  return z
    .array(z.string())
    .min(least)
    .max(50)
    .meta({ description, minItems: undefined, maxItems: undefined });
}

/** The hash of a file as answers show it; a longer part of its SHA-256 does as well. */
export const hashField = z
  .string()
  .regex(/^[0-9a-f]{16,64}$/i, "expected the 16 hexadecimal digits that read_file or stat_path show")
  .transform((hash) => hash.toLowerCase())
  .meta({ description: "Refuse if the file's hash differs.", pattern: undefined })
  .optional();
