import * as z from "zod";

// Every client pays for each word of a schema at each start, so bounds that nobody meets are checked but not told.

/** A switch. */
export function flag(description: string, standard = false) {
  return z.boolean().default(standard).meta({ description, default: undefined });
}

/** A whole number, from `least` on. */
export function count(description?: string, least = 1) {
  const field = z.int().min(least).max(1e9).meta({ minimum: undefined, maximum: undefined });
  return (description === undefined ? field : field.describe(description)).optional();
}

/** How many lines or entries at most. */
export function limit(standard: number, most: number) {
  return z.int().min(1).max(most).default(standard).meta({ minimum: undefined, maximum: undefined });
}

/** One to five hundred paths. */
export function paths(description?: string) {
  const field = z.array(z.string()).min(1).max(500);
  return field.meta({
    minItems: undefined,
    maxItems: undefined,
    ...(description === undefined ? {} : { description }),
  });
}

/** A revision or another short text. */
export function text(description?: string) {
  const field = z.string().min(1).max(1_024).meta({ minLength: undefined, maxLength: undefined });
  return description === undefined ? field : field.describe(description);
}
