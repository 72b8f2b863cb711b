import type { Found } from "../system.ts";

const TITLE = /^(?<path>.+?):(?<from>\d+)(?:-(?<to>\d+))?(?:, in \d+-\d+)?(?: .*)?$/u;
const UNFINISHED =
  /: building;|: updating;|being built|being read|looking for changes|being counted|parts so far|model is being loaded/u;
const MISSING = /the table of word vectors is missing|ranked without the model[^;\]]*/u;

/** Whether an answer's first line says that all of the index is there and as new as the files. */
export function isComplete(answer: string): boolean {
  return !UNFINISHED.test(answer.split("\n", 1)[0] ?? "");
}

/** What an answer's first line says of vectors that it does without. */
export function missingIn(answer: string): string | undefined {
  return MISSING.exec(answer.split("\n", 1)[0] ?? "")?.[0];
}

/**
 * The results of an answer of search_code: a line in brackets, then for each result an empty line, its place and its
 * lines, which may be left out. The first line is part of the first result: it has to be read too.
 */
export function readAnswer(answer: string): Found[] {
  const lines = answer.split("\n");
  const found: Found[] = [];
  let before = lines[0] ?? "";
  let at = 1;
  while (at < lines.length) {
    const title = lines[at] ?? "";
    const place = TITLE.exec(title)?.groups;
    at += 1;
    if (place === undefined) continue;
    const startLine = Number(place["from"]);
    const endLine = Number(place["to"] ?? place["from"]);
    const isBare = (lines[at] ?? "") === "" && endLine > startLine;
    const shown = isBare ? [] : lines.slice(at, at + endLine - startLine + 1);
    at += shown.length;
    const text = [before, title, ...shown].join("\n");
    found.push({ path: place["path"] ?? "", startLine, endLine, text });
    before = "";
  }
  return found;
}
