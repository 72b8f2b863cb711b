import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fitResults } from "../../../../servers/search/answer/fit-results.ts";
import { titleOf } from "../../../../servers/search/answer/render-code.ts";
import type { Ranked } from "../../../../servers/search/rank/order.ts";
import { score, type Score } from "../score.ts";
import type { Asked } from "../queries.ts";

/** Characters of the answer's first line. */
const HEADER = 120;

/** Scores the first ten of a ranking as they would be shown in so many characters; whole units without `room`. */
export function judge(
  asked: Asked,
  ranked: readonly Ranked[],
  { project, room }: { readonly project: string; readonly room: number },
): Score {
  const units = ranked.slice(0, 10).map(({ scored }) => {
    const { path } = scored.candidate;
    return { scored, path, lines: linesOf(join(project, path)), moved: 0 };
  });
  const hits = fitResults(units, room - HEADER).map((result) => ({
    path: result.path,
    startLine: result.startLine,
    endLine: result.text === undefined ? result.startLine - 1 : result.endLine,
    characters: titleOf(result).length + (result.text?.length ?? result.signature.length) + 2,
  }));
  return score(asked, hits);
}

const texts = new Map<string, readonly string[]>();

function linesOf(file: string): readonly string[] {
  const known = texts.get(file);
  if (known !== undefined) return known;
  const lines = readFileSync(file, "utf8").split(/\r?\n/u);
  texts.set(file, lines);
  return lines;
}
