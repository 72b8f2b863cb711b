import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ENGINE_TABLE, FORMATS, type Format } from "../../servers/git/engine/table.ts";
import git from "../../servers/git/server.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { repository } from "../support/repository.ts";
import { temporary } from "../support/workspace.ts";

const README = "servers/git/engine/README.md";
const TOOLS = Object.entries(ENGINE_TABLE);

/** What is asked of each tool: something that it can answer in a clean repository of one commit. */
const INPUTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  git_diff: { from: "HEAD", to: "HEAD" },
  // where the last release was is only known to the program
  git_changelog: { from: "HEAD" },
  git_branches: { action: "list" },
  git_blame: { path: "a.txt" },
  git_stage: { paths: ["a.txt"] },
  git_commit: { message: "more", allowEmpty: true },
  git_switch: { create: "other" },
  git_merge: { action: "merge", refs: ["HEAD"] },
  git_restore: { paths: ["a.txt"] },
  git_stash: { action: "push" },
  git_worktree: { action: "add", path: "another", create: "another" },
};

const FOLDERS: Readonly<Record<Format, string>> = {
  "SHA-1": ".",
  "SHA-256": "long",
  "linked worktree": "linked",
  bare: "bare.git",
  submodule: "inner",
};

test("the table knows every tool, and the README shows it", async () => {
  expect(TOOLS.map(([tool]) => tool).toSorted()).toEqual(git.tools.map(({ name }) => name).toSorted());
  const rows = (await readFile(README, "utf8")).split("\n").filter((line) => line.startsWith("| `git_"));
  expect(
    rows.map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ),
  ).toEqual(TOOLS.map(([tool, cells]) => [`\`${tool}\``, ...cells]));
});

test("without git each cell is as the table says", async () => {
  await using ground = await temporary();
  const main = await repository(ground);
  await main.commit("feat: first", { "a.txt": "one\n" });
  const long = await repository(ground, { folder: "long", format: "sha256" });
  await long.commit("feat: first", { "a.txt": "one\n" });
  await main.git("clone", "--quiet", "--bare", ".", "bare.git");
  await main.git("worktree", "add", "--quiet", "linked");
  await main.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "./bare.git", "inner");
  for (const repo of [main, long]) await repo.git("remote", "add", "origin", "https://example.invalid/x.git");
  await main.git("commit", "--quiet", "-m", "feat: second");
  await using called = await callable(git, { roots: [ground.root] });
  const path = process.env["PATH"];
  process.env["PATH"] = ground.outside;
  try {
    for (const [tool, cells] of TOOLS)
      for (const [index, format] of FORMATS.entries()) {
        const folder = FOLDERS[format];
        const answer = await called.call(tool, withFolder(folder, INPUTS[tool] ?? {}));
        expect([tool, format, kindOf(answer)]).toEqual([tool, format, cells[index]]);
      }
  } finally {
    process.env["PATH"] = path;
  }
}, 60_000);

function withFolder(folder: string, input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const below = (path: string): string => join(folder, path);
  // a new working tree lies beside the repositories
  const { path, paths } = input["action"] === "add" ? { ...input, path: undefined } : input;
  return {
    repo: folder,
    ...input,
    ...(typeof path === "string" ? { path: below(path) } : {}),
    ...(Array.isArray(paths) ? { paths: paths.map((each) => below(String(each))) } : {}),
  };
}

function kindOf({ error, parts }: Awaited<ReturnType<Called["call"]>>): string {
  if (error === undefined) return "embedded";
  const text = JSON.stringify(parts);
  if (error === "unavailable" && /needs the git program/u.test(text)) return "git";
  return error === "invalid_input" && /bare/u.test(text) ? "unavailable" : text;
}
