import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** Whether every hunk's old side stands at one place of a text only. */
function isCertain(text: string, file: PatchFile): boolean {
  const lines = text.split(/\r*\n/u);
  return file.hunks.every((hunk) => {
    const old = hunk.lines.filter(({ kind }) => kind !== "add");
    const fits = lines.filter((_, at) => old.every(({ text }, offset) => lines[at + offset] === text));
    return old.length > 0 && fits.length === 1;
  });
}

test.each([1, 3])(
  "agrees with git about files that grew at their start, with %i lines of context",
  (context) => {
    let both = 0;
    const grown = fc.array(line, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(pair, grown), { minLength: FILES, maxLength: FILES }), (cases) => {
        const { patch, files } = gitDiff(
          cases.map(([texts]) => texts),
          context,
        );
        const shifted = cases.map(([{ old }, lines], index) => {
          const text = lines.map((line) => line + (old.includes("\r\n") ? "\r\n" : "\n")).join("") + old;
          const file = files.get(`f ${index}`);
          return file !== undefined && old !== "" && !old.includes("\ufeff") && isCertain(text, file)
            ? { text, file, index }
            : undefined;
        });
        const theirs = gitApply(
          patch,
          shifted.map((entry) => entry?.text ?? ""),
        );
        for (const { text, file, index } of shifted.filter((entry) => entry !== undefined)) {
          const ours = patched(Buffer.from(text), file).toString();
          const [{ old, fresh }] = cases[index] ?? [{ old: "", fresh: "" }];
          const expected = old.includes("\r\n") ? fresh : fresh.replaceAll("\r\n", "\n");
          expect(ours, JSON.stringify(cases[index])).toBe(text.slice(0, text.length - old.length) + expected);
          const git = theirs[index];
          if (git === undefined || expected !== fresh) continue;
          expect(ours, JSON.stringify(cases[index])).toBe(git);
          both += 1;
        }
      }),
      { numRuns: RUNS, endOnFailure: process.env["PATCH_RUNS"] === undefined },
    );
    expect(both).toBeGreaterThan(RUNS);
  },
);

/** What git makes of each text; `undefined` where it refuses a hunk. */
function gitApply(patch: string, texts: readonly string[]): (string | undefined)[] {
  const at = join(dir, "apply");
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at);
  for (const [index, text] of texts.entries()) writeFileSync(join(at, `f ${index}`), text);
  spawnSync("git", ["apply", "--reject", "--whitespace=nowarn", "-"], {
    cwd: at,
    env: NO_CONFIG,
    input: patch,
  });
  const refused = new Set(readdirSync(at).filter((name) => name.endsWith(".rej")));
  return texts.map((_, index) =>
    refused.has(`f ${index}.rej`) ? undefined : readFileSync(join(at, `f ${index}`), "utf8"),
  );
}

test("reads what git wrote in the same way when its counts are wrong", () => {
  const count = fc.nat(9);
  fc.assert(
    fc.property(
      fc.array(pair, { minLength: FILES, maxLength: FILES }),
      count,
      count,
      (pairs, before, after) => {
        const { patch } = gitDiff(pairs, 3);
        for (const part of patch.split(/^(?=diff --git a\/f )/mu)) {
          if (part === "" || /^\+\+\+ .*\n@@/mu.test(part.replace(/^.*?^@@/msu, "@@"))) continue;
          const wrong = part.replaceAll(
            /^@@ -([1-9]\d*)(?:,[1-9]\d*)? \+(\d+)(?:,\d+)? @@$/gmu,
            (_all, old: string, fresh: string) => `@@ -${old},${before} +${fresh},${after} @@`,
          );
          expect(parsePatch(wrong), wrong).toEqual(parsePatch(part));
          expect(parsePatch(part.replaceAll(/^ $/gmu, "")), part).toEqual(parsePatch(part));
        }
      },
    ),
    { numRuns: RUNS, endOnFailure: process.env["PATCH_RUNS"] === undefined },
  );
});

test.each<[string, string[]]>([
  ["as it does by default", []],
  ["without prefixes", ["--no-prefix"]],
  ["with letters in quotes", ["-c", "core.quotepath=false"]],
  ["with other prefixes", ["-c", "diff.mnemonicPrefix=true"]],
  ["in reverse", ["-R"]],
  ["in reverse with other prefixes", ["-R", "-c", "diff.mnemonicPrefix=true"]],
])("reads every kind of change that git writes %s", (_what, options) => {
  const at = join(dir, "repository");
  rmSync(at, { recursive: true, force: true });
  mkdirSync(join(at, "b"), { recursive: true });
  const git = (...args: string[]): string => {
    const settings = args.flatMap((arg, index) => (arg === "-c" ? [arg, args[index + 1] ?? ""] : []));
    const rest = args.filter((arg, index) => arg !== "-c" && args[index - 1] !== "-c");
    return spawnSync("git", [...settings, ...rest], { cwd: at, env: NO_CONFIG, encoding: "utf8" }).stdout;
  };
  const many = (word: string): string =>
    Array.from({ length: 20 }, (_, line) => `${word} ${line}\n`).join("");
  const put = (name: string, text: string, mode = 0o644): void =>
    writeFileSync(join(at, name), text, { mode });
  git("init", "-q");
  for (const name of ["b/old name", "source", "t\u00e4\tb", "mode", "gone"]) put(name, many(name));
  git("add", ".");
  git("-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "x");
  git("mv", "b/old name", "b/new name");
  put("b/new name", `${many("b/old name")}more\n`);
  put("copy", many("source"));
  put("t\u00e4\tb", many("t\u00e4\tb").replace(" 3\n", " three\n"));
  chmodSync(join(at, "mode"), 0o755);
  rmSync(join(at, "gone"));
  put("b/script", "run", 0o755);
  put("empty", "");
  git("add", "-A");
  const files = parsePatch(git("diff", "-M", "-C", "--find-copies-harder", "HEAD", ...options));
  const facts = files.map(({ kind, from, to, executable, hunks }) => [
    kind,
    from,
    to,
    executable,
    hunks.length,
  ]);
  const reversed = options.includes("-R");
  expect(new Set(facts)).toEqual(
    new Set(
      reversed
        ? [
            ["rename", "b/new name", "b/old name", undefined, 1],
            ["delete", "copy", undefined, undefined, 1],
            ["change", "t\u00e4\tb", "t\u00e4\tb", undefined, 1],
            ["change", "mode", "mode", false, 0],
            ["create", undefined, "gone", undefined, 1],
            ["delete", "b/script", undefined, undefined, 1],
            ["delete", "empty", undefined, undefined, 0],
          ]
        : [
            ["rename", "b/old name", "b/new name", undefined, 1],
            ["copy", "source", "copy", undefined, 0],
            ["change", "t\u00e4\tb", "t\u00e4\tb", undefined, 1],
            ["change", "mode", "mode", true, 0],
            ["delete", "gone", undefined, undefined, 1],
            ["create", undefined, "b/script", true, 1],
            ["create", undefined, "empty", undefined, 0],
          ],
    ),
  );
});
