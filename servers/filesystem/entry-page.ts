import { ToolError } from "../../shared/errors.ts";
import { decodeCursor, encodeCursor } from "../../shared/workspace/walk-cursor.ts";
import type { WalkResult } from "../../shared/workspace/walk-request.ts";

interface PageRequest {
  readonly cursor?: string | undefined;
  readonly budget: number;
  /** Before the counts: what was listed. */
  readonly title: string;
  /** What the entries are called. */
  readonly noun: string;
  /** More facts for the header. */
  readonly notes: readonly string[];
  /** Ways to write the entries, one string each, which begins with what separates it; the shortest way is used. */
  readonly forms: readonly (readonly string[])[];
}

/** As many entries of a walk as fit the budget, below a header that says what is left out and how to go on. */
export function entryPage(result: WalkResult, request: PageRequest): string {
  const lines = shortest(request.forms);
  const { entries } = result;
  const all = lines.join("");
  let size = all.length;
  for (let count = entries.length; ; count--) {
    const header = headerOf(result, count, request);
    if (size + header.length <= request.budget) return header + all.slice(0, size);
    if (count <= 1)
      throw new ToolError("too_large", `budget ${request.budget} has no room for a single entry`, {
        hint: `Ask with budget ${size + header.length} or more.`,
      });
    size -= lines[count - 1]?.length ?? 0;
  }
}

function shortest(forms: readonly (readonly string[])[]): readonly string[] {
  if (forms.length === 1) return forms[0] ?? [];
  const sizes = forms.map(sizeOf);
  return forms[sizes.indexOf(Math.min(...sizes))] ?? [];
}

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}

function headerOf(result: WalkResult, count: number, request: PageRequest): string {
  const { total } = result;
  const before = request.cursor === undefined ? 0 : decodeCursor(request.cursor).before;
  const cursor = cursorAfter(result, count, before + count);
  const all = cursor === undefined && before === 0;
  const range = all || total === 0 ? "" : `${before + 1}-${before + count} of `;
  const known = result.partial === undefined ? "" : "at least ";
  const facts = [
    `${cursor === undefined && result.partial === undefined ? "" : "partial: "}${request.title}: ${request.noun} ${range}${known}${total}`,
    ...request.notes,
    ...(result.unreadable > 0 ? [`${result.unreadable} directories could not be read`] : []),
    ...(result.partial === undefined ? [] : [STOPPED[result.partial]]),
    ...(cursor === undefined ? [] : [`go on with cursor ${cursor}`]),
  ];
  return `[${facts.join("; ")}]`;
}

const STOPPED = {
  time: "stopped for time",
  entries: "stopped after 2,000,000 entries",
  depth: "the deepest directories are left out",
} as const satisfies Record<NonNullable<WalkResult["partial"]>, string>;

/** After what is shown: where the walk itself says to go on, or behind the last entry that had room. */
function cursorAfter(result: WalkResult, count: number, before: number): string | undefined {
  if (count === result.entries.length)
    return result.cursor && encodeCursor({ ...decodeCursor(result.cursor), before });
  const last = result.entries[count - 1];
  if (last === undefined) return undefined;
  const { path: after, mtimeMs } = last;
  return encodeCursor({ after, before, ...(mtimeMs === undefined ? {} : { mtimeMs }) });
}
