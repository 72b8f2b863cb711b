import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyHunks } from "../../shared/edit/apply-hunks.ts";
import { parsePatch } from "../../shared/edit/parse-patch.ts";
import type { PatchFile } from "../../shared/edit/patch.ts";
import type { Splice } from "../../shared/edit/splice.ts";
import { unitsOf } from "../../shared/edit/units.ts";

const RUNS = Number(process.env["PATCH_RUNS"] ?? 15);
const FILES = 40;
const NO_CONFIG = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-patch-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function spliced(bytes: Buffer, splices: readonly Splice[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, insert } of splices) {
    expect(start).toBeGreaterThanOrEqual(at);
    expect(end).toBeGreaterThanOrEqual(start);
    parts.push(bytes.subarray(at, start), insert);
    at = end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}

function patched(bytes: Buffer, file: PatchFile): Buffer {
  const bom = bytes.subarray(0, 3).toString("latin1") === "\u00ef\u00bb\u00bf" ? 3 : 0;
  const { splices } = applyHunks(unitsOf(bytes, "utf-8"), file.hunks, { encoding: "utf-8", bom, shown: "f" });
  return spliced(bytes, splices);
}

const line = fc.constantFrom(
  "a",
  "b",
  "",
  "- x",
  "-- x",
  "++ y",
  "@@",
  " ",
  "\ttab",
  "ä€😀",
  "\\ x",
  "diff --git a b",
  "+",
  "-",
);
const oldText = fc.record({
  bom: fc.boolean().map((bom) => (bom ? "\ufeff" : "")),
  lines: fc.array(line, { maxLength: 14 }),
  end: fc.constantFrom("\n", "\r\n"),
  final: fc.boolean(),
  edits: fc.array(fc.record({ at: fc.nat(14), remove: fc.nat(3), add: fc.array(line, { maxLength: 3 }) }), {
    maxLength: 4,
  }),
  newFinal: fc.boolean(),
});

interface Pair {
  readonly old: string;
  readonly fresh: string;
}

/** Old and new text with one kind of line end, as patches keep line ends. */
const pair: fc.Arbitrary<Pair> = oldText.map(({ bom, lines, end, final, edits, newFinal }) => {
  const after = [...lines];
  for (const { at, remove, add } of edits) after.splice(at, remove, ...add);
  const text = (all: string[], closed: boolean): string => {
    const joined = all.join(end) + (closed && all.length > 0 ? end : "");
    // A mark alone is a line for git, and nothing here
    return joined === "" ? "" : bom + joined;
  };
  return { old: text(lines, final), fresh: text(after, newFinal) };
});

/** The patches of many pairs from one call of git. */
function gitDiff(pairs: readonly Pair[], context: number): { patch: string; files: Map<string, PatchFile> } {
  rmSync(join(dir, "old"), { recursive: true, force: true });
  rmSync(join(dir, "new"), { recursive: true, force: true });
  mkdirSync(join(dir, "old"));
  mkdirSync(join(dir, "new"));
  for (const [index, { old, fresh }] of pairs.entries()) {
    writeFileSync(join(dir, "old", `f ${index}`), old);
    writeFileSync(join(dir, "new", `f ${index}`), fresh);
  }
  const args = ["diff", "--no-index", "--text", `-U${context}`, "--no-prefix", "old", "new"];
  const patch = spawnSync("git", args, { cwd: dir, env: NO_CONFIG, encoding: "utf8" }).stdout.replaceAll(
    /^(diff --git |--- |\+\+\+ )(?:old\/(.*) new\/.*|(?:old|new)\/.*)$/gmu,
    (all: string, word: string, name?: string) =>
      word === "diff --git "
        ? `${word}a/${name ?? ""} b/${name ?? ""}`
        : all.replace(/old\//u, "a/").replace(/new\//u, "b/"),
  );
  const files = new Map<string, PatchFile>();
  if (patch !== "") for (const file of parsePatch(patch)) files.set(file.to ?? "", file);
  return { patch, files };
}

test.each([0, 1, 3])("applies what git wrote with %i lines of context", (context) => {
  fc.assert(
    fc.property(fc.array(pair, { minLength: FILES, maxLength: FILES }), (pairs) => {
      const { files } = gitDiff(pairs, context);
      for (const [index, { old, fresh }] of pairs.entries()) {
        const file = files.get(`f ${index}`);
        const result = file === undefined ? Buffer.from(old) : patched(Buffer.from(old), file);
        // A file without a line end gets "\n": patches do not tell line ends
        const expected = old.includes("\r\n") ? fresh : fresh.replaceAll("\r\n", "\n");
        expect(result.toString(), JSON.stringify({ old, fresh })).toBe(expected);
      }
    }),
    { numRuns: RUNS, endOnFailure: process.env["PATCH_RUNS"] === undefined },
  );
});
