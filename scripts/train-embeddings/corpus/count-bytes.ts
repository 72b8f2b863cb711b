import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { LANGUAGES, languageOf, type Language } from "./language-of.ts";

/** How much code of each language lies in a folder, in bytes. `.h` counts as C. */
export function countBytes(folder: string): Map<Language, number> {
  const bytes = new Map<Language, number>();
  for (const found of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const language = found.isFile() ? languageOf(found.name) : undefined;
    if (language === undefined) continue;
    const size = statSync(join(found.parentPath, found.name)).size;
    bytes.set(language, (bytes.get(language) ?? 0) + size);
  }
  return bytes;
}

/** Adds `more` to `sum`. */
export function addBytes(sum: Map<Language, number>, more: ReadonlyMap<Language, number>): void {
  for (const [language, bytes] of more) sum.set(language, (sum.get(language) ?? 0) + bytes);
}

/** `Go 211 MB, Rust 134 MB`, the largest first. */
export function describeBytes(bytes: ReadonlyMap<Language, number>): string {
  return LANGUAGES.filter((language) => bytes.has(language))
    .toSorted((one, other) => (bytes.get(other) ?? 0) - (bytes.get(one) ?? 0))
    .map((language) => `${language} ${((bytes.get(language) ?? 0) / 1e6).toFixed(1)} MB`)
    .join(", ");
}
