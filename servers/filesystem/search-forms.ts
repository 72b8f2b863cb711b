import type { FileHits, SearchResult } from "./search-page.ts";
import type { ShownLine } from "./verified-file.ts";

/** Everything: the lines of each file below its path, `12:` before a match and `13-` before a line beside one. */
export function fullForm(result: SearchResult): string {
  if (result.mode === "lines")
    return [
      headerOf(result),
      ...result.files.map((file) => `\n${file.path}\n${linesOf(file).join("\n")}`),
    ].join("");
  return [
    headerOf(result),
    ...result.files.map((file) => (result.mode === "count" ? countOf(file) : file.path)),
  ].join("\n");
}

/** Paths with the numbers of the lines, then only with their counts, then only the header. */
export const shorterForms = [
  (result: SearchResult): string => shortened(result, "lines left out", placesOf),
  (result: SearchResult): string => shortened(result, "only counts", countOf),
  (result: SearchResult): string => headerOf(result, "no room for paths"),
];

function shortened(result: SearchResult, what: string, form: (file: FileHits) => string): string {
  return [headerOf(result, what), ...result.files.map(form)].join("\n");
}

function headerOf(result: SearchResult, shortened?: string): string {
  const { where, total, cursor, stopped } = result;
  const what = result.mode === "lines" ? "matching lines" : "matching files";
  const partial = cursor !== undefined || stopped || shortened !== undefined;
  const facts = [
    `${partial ? "partial: " : ""}${where}: ${countsOf(result, what)}`,
    ...(shortened === undefined ? [] : [`${shortened} for want of budget`]),
    ...(stopped ? ["stopped for time: narrow path or globs"] : []),
    ...(cursor === undefined ? [] : [`go on with cursor ${cursor}`]),
  ];
  if (total === 0 && !stopped) return `[${where}: no ${what}]`;
  return `[${facts.join("; ")}]`;
}

function countsOf({ files, before, shown, total, more, cursor, mode }: SearchResult, what: string): string {
  const all = cursor === undefined && before === 0;
  const number = more ? `more than ${total}` : String(total);
  const range = all ? number : `${before + 1}-${before + shown} of ${number}`;
  if (!all) return `${what} ${range}`;
  const inFiles = mode === "lines" ? ` in ${files.length} file${files.length === 1 ? "" : "s"}` : "";
  return `${range} ${what}${inFiles}`;
}

function countOf({ path, count }: FileHits): string {
  return `${path}: ${count}`;
}

function placesOf({ path, hits }: FileHits): string {
  return `${path}: ${hits.map(({ line }) => line).join(", ")}`;
}

/** Matches and the lines beside them, each line once, `--` where some are left out between. */
function linesOf({ hits }: FileHits): string[] {
  const byNumber = new Map<number, ShownLine>();
  for (const line of hits.flatMap(({ shown }) => shown)) {
    if (line.match || !byNumber.has(line.line)) byNumber.set(line.line, line);
  }
  const sorted = [...byNumber.values()].sort((one, other) => one.line - other.line);
  const contexts = hits.some(({ shown }) => shown.length > 1);
  return sorted.flatMap(({ line, text, match }, index) => {
    const gap = contexts && index > 0 && sorted[index - 1]?.line !== line - 1;
    return [...(gap ? ["--"] : []), `${line}${match ? ":" : "-"}${text}`];
  });
}
