import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { languageOf } from "../../../servers/search/parse/language-of.ts";
import { FileParser } from "../../../servers/search/parse/parse-file.ts";
import type { Parse } from "./extract-package.ts";

/** The parser of the code search, with the grammars that the build made. */
export function openParse(): Parse {
  const parser = new FileParser(pathToFileURL(`${join(import.meta.dirname, "../../dist/grammars")}/`));
  return (path, text) => parser.parse({ language: languageOf(path, text.slice(0, 8_000)), text });
}
