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
