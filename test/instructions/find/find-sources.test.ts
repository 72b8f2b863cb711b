import { rm } from "node:fs/promises";
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import type { FindAbout } from "../../../instructions/find/find-sources.ts";
import { FAMILIES } from "../../../instructions/shapes.ts";
import { layout, problemsOf, told, type Files } from "./layout.ts";

interface Row {
  readonly name: string;
  readonly files: Files;
  readonly roots?: readonly string[];
  /** As given; `BASE` stands for the base. */
  readonly target: string;
  readonly options?: Partial<FindAbout>;
  readonly sources: readonly string[];
  /** Where the target is: its path in the project and the project, below the base. */
  readonly is?: string;
  readonly problems?: readonly string[];
}

const T = "text";
const OUT = "left_out .claude/rules/out: it is a link that leads out of the root, so it is not looked into";

const ROWS: readonly Row[] = [
  { name: "nothing at all", files: { "root/a.ts": T }, target: "a.ts", sources: [], is: "a.ts in root" },
  {
    name: "each directory on the way, the nearest last, and none beside it",
    files: {
      "root/AGENTS.md": T,
      "root/a/AGENTS.md": T,
      "root/a/b/AGENTS.md": T,
      "root/a/b/c/AGENTS.md": T,
      "root/x/AGENTS.md": T,
      "root/a/b/t.ts": T,
    },
    target: "a/b/t.ts",
    sources: ["project main AGENTS.md", "directory main a/AGENTS.md", "directory main a/b/AGENTS.md"],
    is: "a/b/t.ts in root",
  },
  {
    name: "the order in one directory, and what other families have is left out",
    files: {
      "root/CLAUDE.local.md": T,
      "root/.cursor/rules/b.mdc": T,
      "root/.cursor/rules/b.md": T,
      "root/.cursorrules": T,
      "root/.claude/rules/a.md": T,
      "root/.claude/rules/a.txt": T,
      "root/.claude/CLAUDE.md": T,
      "root/CLAUDE.md": T,
      "root/AGENTS.md": T,
      "root/AGENTS.override.md": T,
      "root/GEMINI.md": T,
      "root/.github/copilot-instructions.md": T,
    },
    target: ".",
    sources: [
      "project override AGENTS.override.md",
      "project main AGENTS.md",
      "project main CLAUDE.md",
      "project main .claude/CLAUDE.md",
      "rule rule .claude/rules/a.md",
      "project main .cursorrules",
      "rule rule .cursor/rules/b.mdc",
      "project local CLAUDE.local.md",
    ],
    is: "/ in root",
  },
  {
    name: "all families",
    files: {
      "root/AGENTS.md": T,
      "root/CLAUDE.md": T,
      "root/.github/copilot-instructions.md": T,
      "root/.github/instructions/x/ts.instructions.md": T,
      "root/.github/instructions/notes.md": T,
      "root/GEMINI.md": T,
      "root/.windsurfrules": T,
      "root/.windsurf/rules/w.md": T,
      "root/.windsurf/rules/deep/w.md": T,
      "root/.rules": T,
      "root/CLAUDE.local.md": T,
    },
    target: "x.ts",
    options: { families: FAMILIES },
    sources: [
      "project main AGENTS.md",
      "project main CLAUDE.md",
      "project main .github/copilot-instructions.md",
      "rule rule .github/instructions/x/ts.instructions.md",
      "project main GEMINI.md",
      "project main .windsurfrules",
      "rule rule .windsurf/rules/w.md",
      "project main .rules",
      "project local CLAUDE.local.md",
    ],
  },
  {
    name: "one family",
    files: { "root/AGENTS.md": T, "root/CLAUDE.md": T, "root/GEMINI.md": T, "home/.claude/CLAUDE.md": T },
    target: ".",
    options: { families: ["gemini"] },
    sources: ["project main GEMINI.md"],
  },
  {
    name: "a blank override, which means nothing",
    files: { "root/AGENTS.override.md": " \n\t\n", "root/AGENTS.md": T },
    target: ".",
    sources: ["project main AGENTS.md"],
  },
  {
    name: "an override in one directory only",
    files: { "root/AGENTS.md": T, "root/a/AGENTS.override.md": T, "root/a/AGENTS.md": T },
    target: "a/x",
    sources: [
      "project main AGENTS.md",
      "directory override a/AGENTS.override.md",
      "directory main a/AGENTS.md",
    ],
  },
  {
    name: "a repository inside the root, and nothing above it",
    files: { "root/AGENTS.md": T, "root/pkg/.git/HEAD": T, "root/pkg/AGENTS.md": T, "root/pkg/src/x": T },
    target: "pkg/src/x",
    sources: ["project main AGENTS.md"],
    is: "src/x in root/pkg",
  },
  {
    name: "a worktree or submodule, whose .git is a file",
    files: {
      "root/.git/HEAD": T,
      "root/AGENTS.md": T,
      "root/sub/.git": "gitdir: x",
      "root/sub/AGENTS.md": T,
    },
    target: "sub",
    sources: ["project main AGENTS.md"],
    is: "/ in root/sub",
  },
  {
    name: "a monorepo of several levels",
    files: {
      "root/.git/HEAD": T,
      "root/AGENTS.md": T,
      "root/packages/AGENTS.md": T,
      "root/packages/ui/CLAUDE.md": T,
      "root/packages/ui/.cursor/rules/ui.mdc": T,
      "root/packages/ui/src/AGENTS.override.md": T,
      "root/packages/ui/src/AGENTS.md": T,
      "root/packages/api/AGENTS.md": T,
    },
    target: "packages/ui/src/button.tsx",
    sources: [
      "project main AGENTS.md",
      "directory main packages/AGENTS.md",
      "directory main packages/ui/CLAUDE.md",
      "rule rule packages/ui/.cursor/rules/ui.mdc",
      "directory override packages/ui/src/AGENTS.override.md",
      "directory main packages/ui/src/AGENTS.md",
    ],
  },
  {
    name: "a project above the root, which is never looked at",
    files: { ".git/HEAD": T, "AGENTS.md": T, "root/AGENTS.md": T },
    target: ".",
    sources: ["project main AGENTS.md"],
    is: "/ in root",
  },
  {
    name: "a project root that was given",
    files: { "root/.git/HEAD": T, "root/AGENTS.md": T, "root/a/AGENTS.md": T, "root/a/b/AGENTS.md": T },
    target: "a/b/x",
    options: { projectRoot: "a" },
    sources: ["project main AGENTS.md", "directory main b/AGENTS.md"],
    is: "b/x in root/a",
  },
  {
    name: "an absolute target in a second root",
    files: { "root/AGENTS.md": T, "two/AGENTS.md": T, "two/a/CLAUDE.md": T },
    roots: ["root", "two"],
    target: "BASE/two/a/x",
    sources: ["project main AGENTS.md", "directory main a/CLAUDE.md"],
    is: "a/x in two",
  },
  {
    name: "nested roots: the inner one is the end, whichever root the path was given in",
    files: { "root/AGENTS.md": T, "root/in/AGENTS.md": T, "root/in/a/AGENTS.md": T },
    roots: ["root", "root/in"],
    target: "in/a/x",
    sources: ["project main AGENTS.md", "directory main a/AGENTS.md"],
    is: "a/x in root/in",
  },
  {
    name: "a target that does not exist, in directories that do not",
    files: { "root/AGENTS.md": T, "root/a/AGENTS.md": T },
    target: "a/new/deep/x.ts",
    sources: ["project main AGENTS.md", "directory main a/AGENTS.md"],
    is: "a/new/deep/x.ts in root",
  },
  {
    name: "a directory that does not exist",
    files: { "root/AGENTS.md": T },
    target: "new/",
    sources: ["project main AGENTS.md"],
    is: "new/ in root",
  },
  {
    name: "a directory, which counts its own files",
    files: { "root/AGENTS.md": T, "root/a/AGENTS.md": T },
    target: "a",
    sources: ["project main AGENTS.md", "directory main a/AGENTS.md"],
    is: "a/ in root",
  },
  {
    name: "a file where the target needs a directory",
    files: { "root/AGENTS.md": T, "root/f": T },
    target: "f/x",
    sources: ["project main AGENTS.md"],
    is: "f/x in root",
  },
  {
    name: "one of the files itself",
    files: { "root/.claude/CLAUDE.md": T, "root/.claude/rules/a.md": T },
    target: ".claude/rules/a.md",
    sources: ["project main .claude/CLAUDE.md", "rule rule .claude/rules/a.md"],
  },
  {
    name: "a link to another instruction file",
    files: { "root/AGENTS.md": T, "root/CLAUDE.md": "-> AGENTS.md" },
    target: ".",
    sources: ["project main AGENTS.md", "project main CLAUDE.md"],
  },
  {
    name: "a target behind links, which is what it really is",
    files: {
      "root/AGENTS.md": T,
      "root/real/AGENTS.md": T,
      "root/real/deep/x": T,
      "root/by/AGENTS.md": T,
      "root/by/link": "-> ../real/deep",
    },
    target: "by/link/x",
    sources: ["project main AGENTS.md", "directory main real/AGENTS.md"],
    is: "real/deep/x in root",
  },
  {
    name: "rules that are links, and folders of rules that are links, inside the root",
    files: {
      "root/shared/one.md": T,
      "root/shared/more/two.md": T,
      "root/.claude/rules/file.md": "-> ../../shared/one.md",
      "root/.claude/rules/folder": "-> ../../shared/more",
      "root/.claude/rules/ring": "-> ..",
      "root/a/.claude": "-> ../shared/claude",
      "root/shared/claude/rules/three.md": T,
    },
    target: "a/",
    sources: [
      "rule rule .claude/rules/file.md",
      "rule rule .claude/rules/folder/two.md",
      "rule rule a/.claude/rules/three.md",
    ],
  },
  {
    name: "rules that are links out of the root: files are told of when they are read, folders at once",
    files: {
      "out/secret.md": T,
      "out/x/secret.md": T,
      "root/.claude/rules/a.md": T,
      "root/.claude/rules/file.md": "-> ../../../out/secret.md",
      "root/.claude/rules/out": "-> BASE/out/x",
    },
    target: ".",
    sources: ["rule rule .claude/rules/a.md", "rule rule .claude/rules/file.md"],
    problems: [OUT],
  },
  {
    name: "a rules folder that is a link out of the root",
    files: { "out/rules/secret.md": T, "root/.claude": "-> ../out", "root/AGENTS.md": T },
    target: ".",
    sources: ["project main AGENTS.md"],
    problems: ["left_out .claude: it is a link that leads out of the root, so it is not looked into"],
  },
  {
    name: "names in the wrong case, which are told of",
    files: { "root/agents.md": T, "root/Claude.MD": T, "root/a/AGENTS.MD": T, "root/gemini.md": T },
    target: "a/x",
    sources: [],
    problems: [
      "wrong_case Claude.MD: it is not read: only CLAUDE.md, spelt exactly so, is a file of instructions",
      "wrong_case agents.md: it is not read: only AGENTS.md, spelt exactly so, is a file of instructions",
      "wrong_case a/AGENTS.MD: it is not read: only AGENTS.md, spelt exactly so, is a file of instructions",
    ],
  },
  {
    name: "a FIFO and a directory of that name, which say what they are when they are read",
    files: { "root/AGENTS.md": "FIFO", "root/CLAUDE.md/x": T, "root/.claude": T },
    target: ".",
    sources: ["project main AGENTS.md", "project main CLAUDE.md"],
    problems: ["left_out .claude: it is no folder"],
  },
  {
    name: "rules in nested folders, by code unit of the whole path",
    files: Object.fromEntries(
      [
        "a.md",
        "a/z.md",
        "a-b.md",
        "B.md",
        "a/b/c.md",
        "z/y.md",
        "node_modules/n.md",
        ".git/g.md",
        "é.md",
      ].map((name) => [`root/.claude/rules/${name}`, T]),
    ),
    target: ".",
    sources: ["B.md", "a-b.md", "a.md", "a/b/c.md", "a/z.md", "z/y.md", "é.md"].map(
      (name) => `rule rule .claude/rules/${name}`,
    ),
  },
  {
    name: "somebody else's code, whose files are marked and are nobody's own",
    files: {
      "root/AGENTS.md": T,
      "root/vendor/AGENTS.md": T,
      "root/vendor/lib/.claude/rules/r.md": T,
      "root/vendor/lib/CLAUDE.local.md": T,
    },
    target: "vendor/lib/x.go",
    sources: [
      "project main AGENTS.md",
      "vendored main vendor/AGENTS.md",
      "vendored rule vendor/lib/.claude/rules/r.md",
      "vendored main vendor/lib/CLAUDE.local.md",
    ],
  },
  {
    name: "a repository in somebody else's code, which does not become ours by that",
    files: { "root/node_modules/x/.git": T, "root/node_modules/x/AGENTS.md": T },
    target: "node_modules/x/i.js",
    sources: ["vendored main AGENTS.md"],
    is: "i.js in root/node_modules/x",
  },
  {
    name: "the administrator's files, then the person's, then the project's",
    files: {
      "etc/claude-code/CLAUDE.md": T,
      "etc/plumbline/AGENTS.md": T,
      "config/AGENTS.md": T,
      "home/.claude/CLAUDE.md": T,
      "home/.claude/rules/b/x.md": T,
      "home/.claude/rules/a.md": T,
      "home/.codex/AGENTS.md": T,
      "root/AGENTS.md": T,
    },
    target: ".",
    sources: [
      "managed main (managed)/CLAUDE.md",
      "managed main (managed)/AGENTS.md",
      "user main (config)/AGENTS.md",
      "user main ~/.claude/CLAUDE.md",
      "user rule ~/.claude/rules/a.md",
      "user rule ~/.claude/rules/b/x.md",
      "project main AGENTS.md",
    ],
  },
  {
    name: "the person's files of Codex, by setting: the override instead of the other",
    files: { "home/.codex/AGENTS.override.md": T, "home/.codex/AGENTS.md": T },
    target: ".",
    options: { userFamilies: ["codex"] },
    sources: ["user main ~/.codex/AGENTS.override.md"],
  },
  {
    name: "the home folder as root: the person's files once, as the person's",
    files: { "home/.claude/CLAUDE.md": "-> ../dot/c.md", "home/dot/c.md": T, "home/CLAUDE.md": T },
    roots: ["home"],
    target: ".claude/x",
    sources: ["user main ~/.claude/CLAUDE.md", "project main CLAUDE.md"],
  },
  {
    name: "odd characters in names, which are spelt out",
    files: { "root/.claude/rules/a\u202Eb\n.md": T },
    target: ".",
    sources: ["rule rule .claude/rules/a\\u{202e}b\\u{a}.md"],
  },
];

describe.each(["handles", "compare"] as const)("sources contained by %s", (containment) => {
  test.each(ROWS)("are found for $name", async ({ files, roots, target, options, ...expected }) => {
    await using made = await layout(files, { containment, ...(roots === undefined ? {} : { roots }) });
    const given = target.replace("BASE", made.base);
    const chain = await made.find(given, options);
    expect(told(chain)).toEqual(expected.sources);
    expect(problemsOf(chain)).toEqual(expected.problems ?? []);
    const { path, isDirectory } = chain.target;
    const is = `${path}${isDirectory ? "/" : ""} in ${relative(made.base, chain.projectRoot)}`;
    if (expected.is !== undefined) expect(is).toBe(expected.is);
    // a warm look sees the same
    expect(await made.find(given, options)).toEqual(chain);
  });

  test("say what they are about, and to what their globs are relative", async () => {
    await using made = await layout(
      {
        "home/.claude/rules/u.md": T,
        "root/a/.claude/CLAUDE.md": T,
        "root/a/.cursor/rules/deep/r.mdc": T,
        "root/a/.github/instructions/i.instructions.md": T,
      },
      { containment },
    );
    const { sources } = await made.find("a/x", { families: FAMILIES });
    expect(sources).toEqual([
      {
        path: made.at("home/.claude/rules/u.md"),
        shown: "~/.claude/rules/u.md",
        scope: "user",
        family: "claude",
        dir: "",
        base: made.at("root"),
        role: "rule",
      },
      ...[
        ["a/.claude/CLAUDE.md", "directory", "claude", "main"],
        ["a/.cursor/rules/deep/r.mdc", "rule", "cursor", "rule"],
        ["a/.github/instructions/i.instructions.md", "rule", "copilot", "rule"],
      ].map(([shown, scope, family, role]) => ({
        path: made.at(`root/${shown}`),
        shown,
        scope,
        family,
        dir: "a",
        base: made.at("root/a"),
        role,
      })),
    ]);
  });

  test("are not found outside the roots, by whatever way", async () => {
    await using made = await layout(
      { "out/AGENTS.md": T, "root/link": "-> ../out", "root/a/b/x": T },
      { containment },
    );
    for (const target of ["../out/x", made.at("out/x"), "link/x", "link", "a/../../out"])
      await expect(made.find(target)).rejects.toMatchObject({ name: "ToolError", code: "denied" });
    await expect(made.find("a", { projectRoot: "a/b" })).rejects.toMatchObject({ code: "invalid_input" });
    await expect(made.find("a", { projectRoot: "../out" })).rejects.toMatchObject({ code: "denied" });
    await expect(made.find("")).rejects.toMatchObject({ code: "invalid_input" });
  });

  test("beyond 2,000 rules are left out, and that is told", async () => {
    const names = Array.from({ length: 2_005 }, (_, index) => `r${String(index).padStart(4, "0")}.md`);
    const files = Object.fromEntries(names.map((name) => [`root/.claude/rules/${name}`, T]));
    await using made = await layout({ ...files, "root/.cursor/rules/c.mdc": T }, { containment });
    const chain = await made.find(".");
    expect(chain.sources).toHaveLength(2_001);
    expect(chain.sources[1_999]?.shown).toBe(".claude/rules/r1999.md");
    expect(problemsOf(chain)).toEqual([
      "left_out .claude/rules/r2000.md: there are too many files, so it and perhaps others are left out",
    ]);
  });

  test("are found in a folder of very many names, too", async () => {
    const many = Array.from({ length: 20_001 }, (_, index) => [`root/f${index}`, ""]);
    await using made = await layout(
      { ...Object.fromEntries(many), "root/AGENTS.md": T, "root/.claude/rules/a.md": T },
      { containment },
    );
    expect(told(await made.find("x"))).toEqual(["project main AGENTS.md", "rule rule .claude/rules/a.md"]);
  });

  test("of a target too deep are those of the first hundred directories, and that is told", async () => {
    const deep = Array.from({ length: 120 }, () => "d");
    const [near, far] = [deep.slice(0, 99).join("/"), deep.slice(0, 100).join("/")];
    await using made = await layout(
      { [`root/${near}/AGENTS.md`]: T, [`root/${far}/AGENTS.md`]: T, [`root/${deep.join("/")}/x`]: T },
      { containment },
    );
    const chain = await made.find(deep.join("/"));
    expect(told(chain)).toEqual([`directory main ${near}/AGENTS.md`]);
    expect(problemsOf(chain)).toEqual([
      "too_deep .: it lies so deep that not all directories on the way are looked into",
    ]);
    expect(chain.target).toEqual({ path: deep.join("/"), isDirectory: true });
  });

  test("come and go with the files, at once", async () => {
    await using made = await layout({ "root/a/x": T }, { containment });
    expect(told(await made.find("a/x"))).toEqual([]);
    await made.write({ "root/a/AGENTS.md": T });
    expect(told(await made.find("a/x"))).toEqual(["directory main a/AGENTS.md"]);
    await made.write({ "root/a/.claude/rules/deep/r.md": T });
    expect(told(await made.find("a/x"))).toHaveLength(2);
    await made.write({ "root/a/.claude/rules/deep/q.md": T, "root/a/.git": T });
    expect(told(await made.find("a/x"))).toEqual([
      "project main AGENTS.md",
      "rule rule .claude/rules/deep/q.md",
      "rule rule .claude/rules/deep/r.md",
    ]);
    await rm(made.at("root/a/.claude"), { recursive: true });
    await rm(made.at("root/a/AGENTS.md"));
    expect(told(await made.find("a/x"))).toEqual([]);
  });
});
