import type { Hunk } from "./patch.ts";
import { type Block, firstFits, linesAlike, type Search } from "./place-block.ts";
import { type Encoding, shownText } from "./units.ts";

const MAX_SHOWN = 200;

interface Misfit {
  readonly hunk: Hunk;
  readonly old: Block;
  readonly encoding: Encoding;
  /** The line, from 0, where it was expected; `undefined` when the patch does not say. */
  readonly near: number | undefined;
}

/**
 * What differs, with the contents of both sides, at the place that the patch says; and at the one where more of the
 * hunk is alike, from its first line on. At most a few hundred characters.
 */
export function explainMisfit(search: Search, misfit: Misfit): string {
  const { old, near } = misfit;
  const alike = near === undefined ? 0 : linesAlike(search, old, near);
  const best = mostAlike(search, old);
  const told = near === undefined ? [] : [differenceAt(search, misfit, { at: near, alike })];
  if (best.alike > alike || near === undefined) {
    const most = `most alike at line ${best.at + 1}, in the first ${best.alike} of ${old.lines.length} lines`;
    told.push(`${most}\n${differenceAt(search, misfit, best)}`);
  }
  return told.join("\n");
}

interface Likeness {
  readonly at: number;
  /** How many lines from the first. */
  readonly alike: number;
}

function differenceAt({ file }: Search, { hunk, old, encoding }: Misfit, { at, alike }: Likeness): string {
  const expected = hunk.lines.filter(({ kind }) => kind !== "add")[alike];
  const line = at + alike;
  if (expected === undefined)
    return `all lines are alike at line ${at + 1}, but ${old.last ? "the file does not end there as the patch says" : "the hunk before has it"}`;
  const there = line >= 0 && line < file.count;
  const found = there
    ? quote(shownText(file.text(line), encoding))
    : `nothing, the file has ${file.count} lines`;
  return `line ${line + 1}\nexpected: ${quote(expected.text)}\nfound: ${found}`;
}

function mostAlike(search: Search, old: Block): Likeness {
  let best = { at: 0, alike: 0 };
  for (let at = 0; at < search.file.count; at += 1) {
    const alike = linesAlike(search, old, at);
    if (alike > best.alike) best = { at, alike };
  }
  return best;
}

/** Whether the result of a hunk stands in the file, as after the patch was applied before. */
export function isApplied(search: Search, hunk: Hunk, result: Block): boolean {
  // Lines of context prove only something where those between them are gone
  const framed = hunk.lines.at(0)?.kind === "context" && hunk.lines.at(-1)?.kind === "context";
  if (!framed && hunk.lines.every(({ kind }) => kind !== "add")) return false;
  return firstFits(search, { ...result, last: false, open: false }, { from: 0, most: 1 }).length > 0;
}

function quote(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text);
}
