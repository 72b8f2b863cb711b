import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WalkDirectory } from "../../../shared/workspace/walk-directory.ts";
import { walkTree } from "../../../shared/workspace/walk-tree.ts";
import { temporary, type Ground } from "../../support/workspace.ts";

const NAMES = [
  "a",
  "b",
  "ab",
  "abc",
  "a.c",
  "é",
  "a b",
  "a ",
  "[a]",
  "*",
  "!a",
  "#a",
  "a\\b",
  "-",
  "A",
  "aé",
];
const TREE = [
  ...NAMES,
  ...["d", "a-d", "abd"].flatMap((top) => [
    ...NAMES.map((name) => `${top}/${name}`),
    ...["a", "b"].map((name) => `${top}/d/${name}`),
    `${top}/d/d/a`,
    `${top}/abx/b`,
  ]),
];
const GIT_ENV = { PATH: process.env["PATH"], GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };

let ground: Ground;
beforeAll(async () => {
  ground = await temporary(Object.fromEntries(TREE.map((path) => [path, ""])));
  execFileSync("git", ["init", "-q"], { cwd: ground.root, env: GIT_ENV });
});
afterAll(() => ground[Symbol.asyncDispose]());

const directories = TREE.flatMap((path) => {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, depth) => parts.slice(0, depth + 1).join("/"));
});
const EVERYTHING = [...new Set([...TREE, ...directories])];

/** What git says is not ignored, of the paths of the tree. */
function keptByGit(): string[] {
  // it exits with 1 when nothing is ignored
  const { stdout: output } = spawnSync("git", ["check-ignore", "--no-index", "-v", "-n", "-z", "--stdin"], {
    cwd: ground.root,
    env: GIT_ENV,
    input: EVERYTHING.map((path) => `${path}\0`).join(""),
    encoding: "utf8",
  });
  const fields = output.split("\0");
  return EVERYTHING.filter((_, at) => {
    const pattern = fields[at * 4 + 2] ?? "";
    return pattern === "" || pattern.startsWith("!");
  }).sort();
}

function keptByUs(): string[] {
  const base = WalkDirectory.open(ground.root, "handles");
  const { entries } = walkTree({ root: base, base, parts: [] }, { limit: 10_000 });
  base.close();
  return entries
    .map(({ path }) => path)
    .filter((path) => path !== ".git" && !path.endsWith(".gitignore"))
    .sort();
}

function writeRules(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    if (path.startsWith(".git/")) mkdirSync(join(ground.root, ".git/info"), { recursive: true });
    if (text === "") rmSync(join(ground.root, path), { force: true });
    else writeFileSync(join(ground.root, path), Buffer.from(text, "utf8"));
  }
}

const PIECES = [
  "a b c d e é . - ! # * ** *** / ? [ ] \\ x A",
  "[ab] [!a] [^b] [a-c] []a] [!]a] [a-] [\\]a] [a/] [[:alpha:]] [[:x:]] [[:punct:]a] [[:alpha] [a-\\c] [--0]",
  "[a-c-e] [[a] [c-a] \\* \\! \\# a/ d/ /**/ **/ /** /* */ \\/ \t \0",
];
const piece = fc.constantFrom(" ", "\\ ", ...PIECES.flatMap((pieces) => pieces.split(" ")));
const line = fc.oneof(
  { weight: 4, arbitrary: fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join("")) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...TREE, ...directories, "*", "d/*", "!*/", "/*", "**", "d", "d/", "!d/"),
  },
);
const file = fc
  .array(fc.tuple(fc.constantFrom("", "", "!"), line), { maxLength: 5 })
  .chain((lines) =>
    fc
      .tuple(fc.constantFrom("\n", "\r\n"), fc.constantFrom("", "\n", "\r"), fc.constantFrom("", "\ufeff"))
      .map(([between, end, mark]) =>
        lines.length === 0 ? "" : mark + lines.map(([negation, text]) => negation + text).join(between) + end,
      ),
  );

test("the same paths are ignored as git ignores, whatever the ignore files say", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(file, file, file, file, (top, inner, deeper, excludes) => {
      writeRules({
        ".gitignore": top,
        "d/.gitignore": inner,
        "d/d/.gitignore": deeper,
        ".git/info/exclude": excludes,
      });
      expect(keptByUs()).toEqual(keptByGit());
    }),
    { numRuns: Number(process.env["PLUMB_RUNS"] ?? 300) },
  );
});
