import { isLibraryCode } from "./is-library-code.ts";
import { languageOf } from "./language-of.ts";
import type { Keep } from "../../packages/write-entries.ts";
import type { CorpusPackage } from "./read-manifest.ts";

/** Of one package at most this much code is taken. */
const MOST_BYTES = 60_000_000;
const TERMS =
  /^(?:licen[cs]e|copying|notice|unlicense|package\.json|cargo\.toml|pom\.xml|copyright|metadata)/iu;
const MOST_TERMS_DEEP = 5;

/** Chooses the files of one package: its library code in its languages, up to 60 MB, and what states its licence. */
export function keepCorpus({ languages, folders }: Pick<CorpusPackage, "languages" | "folders">): Keep {
  // A header is filed under C, and is C++ just as well.
  const wanted = new Set<string>(languages.includes("C++") ? [...languages, "C"] : languages);
  let taken = 0;
  return (path, bytes) => {
    const segments = path.split("/");
    if (segments.length <= MOST_TERMS_DEEP && TERMS.test(segments.at(-1) ?? "")) return bytes < 1_000_000;
    const language = languageOf(path);
    if (language === undefined || !wanted.has(language) || !isLibraryCode(path, bytes)) return false;
    if (folders !== undefined && !folders.some((folder) => path.startsWith(`${folder}/`))) return false;
    if (taken + bytes > MOST_BYTES) return false;
    taken += bytes;
    return true;
  };
}
