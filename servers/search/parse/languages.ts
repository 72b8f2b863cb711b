import type { LanguageTable } from "./language.ts";
import { go } from "./languages/go.ts";
import { java } from "./languages/java.ts";
import { javascript, tsx, typescript } from "./languages/javascript.ts";
import { python } from "./languages/python.ts";
import { rust } from "./languages/rust.ts";

/** The languages that are cut by their syntax, by the names that `languageOf` gives. */
export const languages: Readonly<Record<string, LanguageTable>> = {
  typescript,
  tsx,
  javascript,
  python,
  go,
  rust,
  java,
};
