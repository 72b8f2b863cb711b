import fc from "fast-check";
import { expect, test } from "vitest";
import { type AppliedHunk, applyHunks } from "../../shared/edit/apply-hunks.ts";
import type { Hunk, HunkLine } from "../../shared/edit/patch.ts";
import { bytesOf, type Encoding, unitsOf } from "../../shared/edit/units.ts";
import { ToolError } from "../../shared/errors.ts";

const RUNS = Number(process.env["PATCH_RUNS"] ?? 15);

const text = fc.constantFrom("a", "b", "c", "", "é", " a");
const end = fc.constantFrom("\n", "\r\n", "\r\r\n");
const file = fc.record({
  lines: fc.array(fc.tuple(text, end), { maxLength: 12 }),
  open: fc.boolean(),
  encoding: fc.constantFrom<Encoding>("utf-8", "utf-16le", "utf-16be", "latin-1"),
});
const kind = fc.constantFrom<HunkLine["kind"]>("context", "add", "remove");
const recipe = fc.record({
  from: fc.nat(12),
  stated: fc.integer({ min: 0, max: 15 }),
  kinds: fc.array(fc.tuple(kind, text), { minLength: 1, maxLength: 6 }),
  noise: fc.boolean(),
});

type Recipe = typeof recipe extends fc.Arbitrary<infer R> ? R : never;

/** Old lines of a hunk are those of the file from some line on, but for the noisy ones. */
function hunkOf(lines: readonly string[], { from, stated, kinds, noise }: Recipe): Hunk {
  let at = from;
  const made = kinds.map(([kind, text]): HunkLine => {
    if (kind === "add") return { kind, text };
    const line = { kind, text: noise ? text : (lines[at] ?? text) };
    at += 1;
    return line;
  });
  return { line: 1, oldStart: stated, newStart: 0, lines: made };
}

/** The lines after hunks that stand at known places. */
function rewritten(
  before: readonly string[],
  hunks: readonly Hunk[],
  applied: readonly AppliedHunk[],
): string[] {
  const inserted = Array.from({ length: before.length + 1 }, (): string[] => []);
  const removed = new Set<number>();
  for (const [index, hunk] of hunks.entries()) {
    let line = (applied[index]?.line ?? 0) - 1;
    for (const { kind, text } of hunk.lines) {
      if (kind === "add") inserted[line]?.push(text);
      else expect(before[line]).toBe(text);
      if (kind === "remove") removed.add(line);
      if (kind !== "add") line += 1;
    }
  }
  return inserted.flatMap((added, line) => {
    const old = before[line];
    return old === undefined || removed.has(line) ? added : [...added, old];
  });
}

test("does exactly what the patch says at the places that it names, or refuses", () => {
  let applied = 0;
  fc.assert(
    fc.property(
      file,
      fc.array(recipe, { minLength: 1, maxLength: 3 }),
      ({ lines, open, encoding }, recipes) => {
        const old = lines
          .map(([text, end], index) => (open && index === lines.length - 1 ? text : text + end))
          .join("");
        const bytes = bytesOf(encoding === "utf-8" ? Buffer.from(old).toString("latin1") : old, encoding);
        const before = old.split(/\r*\n/u);
        if (before.at(-1) === "") before.pop();
        const hunks = recipes.map((recipe) => hunkOf(before, recipe));
        const result = attempt(() =>
          applyHunks(unitsOf(bytes, encoding), hunks, { encoding, bom: 0, shown: "t" }),
        );
        if (result === undefined) return;
        applied += 1;

        const parts: Buffer[] = [];
        let at = 0;
        for (const { start, end, insert } of result.splices) {
          expect(start).toBeGreaterThanOrEqual(at);
          parts.push(bytes.subarray(at, start), insert);
          at = end;
        }
        const units = unitsOf(Buffer.concat([...parts, bytes.subarray(at)]), encoding);
        const after = (encoding === "utf-8" ? Buffer.from(units, "latin1").toString() : units).split(
          /\r*\n/u,
        );
        if (after.at(-1) === "") after.pop();

        const expected = rewritten(before, hunks, result.applied);
        // An empty last line without an end cannot be seen
        if (expected.at(-1) === "" && after.length < expected.length) expected.pop();
        expect(after).toEqual(expected);
      },
    ),
    { numRuns: RUNS * 200 },
  );
  // about one in nine: a third of that would mean that the recipes fit no file any more
  expect(applied).toBeGreaterThan(RUNS * 8);
});

function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}
