import type { LanguageTable } from "./language.ts";
import { bash } from "./languages/bash.ts";
import { c, cpp } from "./languages/c.ts";
import { csharp } from "./languages/csharp.ts";
import { go } from "./languages/go.ts";
import { java } from "./languages/java.ts";
import { javascript, tsx, typescript } from "./languages/javascript.ts";
import { kotlin } from "./languages/kotlin.ts";
import { php } from "./languages/php.ts";
import { python } from "./languages/python.ts";
import { ruby } from "./languages/ruby.ts";
import { rust } from "./languages/rust.ts";
import { scala } from "./languages/scala.ts";
import { swift } from "./languages/swift.ts";

/** The languages that are cut by their syntax, by the names that `languageOf` gives. */
export const languages: Readonly<Record<string, LanguageTable>> = {
  typescript,
  tsx,
  javascript,
  python,
  go,
  rust,
  java,
  c,
  cpp,
  csharp,
  ruby,
  php,
  bash,
  scala,
  kotlin,
  swift,
};
