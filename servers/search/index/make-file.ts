import type { StaticTable } from "../../../shared/model/static-table.ts";
import { wordHash } from "../../../shared/words/word-hash.ts";
import { wordsOf } from "../../../shared/words/words-of.ts";
import { Lines } from "../parse/lines.ts";
import type { ParsedFile } from "../parse/shapes.ts";
import type { NewFile, NewLeaf, NewUnit } from "../store/shapes.ts";
import type { FileToWrite } from "./messages.ts";
import { wordsOfLeaf } from "./words-of-leaf.ts";

/** A file as the index holds it: its pieces with their words counted, and vectors where there is a table. */
export function makeFile(
  { path, text, stamp, role }: Omit<FileToWrite, "plain">,
  parsed: ParsedFile,
  table: Pick<StaticTable, "codeVector"> | undefined,
): NewFile {
  const lines = new Lines(text);
  const pathWords = table === undefined ? [] : wordsOf(path).map(wordHash);
  const { definitions, units, ...rest } = parsed;
  const madeUnits = units.map(({ startLine, endLine, leaves }): NewUnit => {
    const made = leaves.map((leaf): NewLeaf => {
      const body = { text, from: lines.startOf(leaf.startLine), to: lines.startOf(leaf.endLine + 1) };
      const words = wordsOfLeaf(body, definitions[leaf.definition]);
      if (table === undefined) return { ...leaf, words };
      return { ...leaf, words, vector: table.codeVector([words], pathWords) };
    });
    const unit = { startLine, endLine, leaves: made };
    if (table === undefined) return unit;
    // a unit of one leaf is that leaf
    const [only] = made.length === 1 ? made : [];
    const words = made.map((leaf) => leaf.words);
    return { ...unit, vector: only?.vector ?? table.codeVector(words, pathWords) };
  });
  return { ...rest, path, stamp, role, definitions, units: madeUnits };
}
