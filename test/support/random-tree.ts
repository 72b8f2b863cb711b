import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import type { Repository } from "./repository.ts";

/** Some are also in random histories, some are below folders that no history has. */
const PATHS = [
  "a.txt",
  "b.txt",
  "dir/a.txt",
  "dir/deep/c.txt",
  "é ü.txt",
  "new/deep/n.txt",
  "new/m.log",
  "dir/o.log",
  "build/x.o",
  "build/sub/y.o",
  "dir/build/z.txt",
  "-dash",
] as const;
export const treePath = fc.constantFrom(...PATHS);
const RULES = [
  "*.log",
  "build/",
  "/build",
  "!build/x.o",
  "dir/*",
  "!dir/o.log",
  "**/deep",
  "x",
  "new/**",
  "*.txt",
];
const IGNORE_FILES = [".gitignore", "dir/.gitignore", "new/.gitignore", ".git/info/exclude"];

const lines = fc.array(fc.constantFrom("one", "two", "three", "grün", "x y"), { maxLength: 5 });
const rules = fc.array(fc.constantFrom(...RULES), { maxLength: 3 });
const written = fc.record({
  kind: fc.constant("write"),
  path: treePath,
  lines,
  end: fc.constantFrom("\n", "\n", "\n", "\r\n"),
});
const ignoring = fc.record({
  kind: fc.constant("write"),
  path: fc.constantFrom(...IGNORE_FILES),
  lines: rules,
  end: fc.constant("\n"),
});
const byGit = (
  ...args: readonly string[]
): fc.Arbitrary<{ readonly kind: "git"; readonly args: readonly string[] }> =>
  treePath.map((path) => ({ kind: "git", args: [...args, "--", path] }));

/** One change of a working tree or of the index. */
export const treeStep = fc.oneof(
  { weight: 5, arbitrary: written },
  { weight: 2, arbitrary: ignoring },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete"), path: treePath }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("link"),
      path: treePath,
      to: fc.constantFrom("a.txt", "nowhere", "../x", "dir"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("chmod"), path: treePath, mode: fc.constantFrom(0o755, 0o644) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("folder"), path: treePath }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("inner"),
      path: fc.constantFrom("inner", "new/inner", "build/inner"),
    }),
  },
  { weight: 4, arbitrary: byGit("add", "--all", "--force") },
  { weight: 1, arbitrary: byGit("add", "--intent-to-add", "--force") },
  { weight: 1, arbitrary: byGit("rm", "--cached", "--quiet", "--force") },
  { weight: 1, arbitrary: byGit("update-index", "--assume-unchanged") },
  { weight: 1, arbitrary: byGit("update-index", "--skip-worktree") },
);

export type TreeStep = typeof treeStep extends fc.Arbitrary<infer R> ? R : never;

/** A working tree to begin with: files that are committed, though they may be ignored, and files that are not. */
export const treeStart = fc.record({
  tracked: fc.subarray([...PATHS]),
  others: fc.subarray([...PATHS]),
  ignoring: fc.array(ignoring, { maxLength: 3, size: "large" }),
});

export async function startTree(
  repo: Repository,
  { tracked, others, ignoring: rules }: typeof treeStart extends fc.Arbitrary<infer R> ? R : never,
): Promise<void> {
  for (const path of tracked) await changeTree(repo, { kind: "write", path, lines: ["tracked"], end: "\n" });
  await repo.git("add", "--all", "--force");
  await repo.git("commit", "--quiet", "--allow-empty", "-m", "start");
  for (const path of others)
    if (!tracked.includes(path)) await changeTree(repo, { kind: "write", path, lines: ["other"], end: "\n" });
  for (const step of rules) await changeTree(repo, step);
}

/** A step that cannot be made, such as a file below a file, changes nothing. */
export async function changeTree(repo: Repository, step: TreeStep): Promise<void> {
  try {
    await make(repo, step);
  } catch {
    // it could not be made
  }
}

async function make(repo: Repository, step: TreeStep): Promise<void> {
  if (step.kind === "git") return void (await repo.git(...step.args));
  const path = join(repo.root, step.path);
  switch (step.kind) {
    case "write":
      await empty(path);
      return await writeFile(path, step.lines.map((line) => line + step.end).join(""));
    case "delete":
      return await rm(path, { recursive: true });
    case "link":
      await empty(path);
      return await symlink(step.to, path);
    case "chmod":
      return await chmod(path, step.mode);
    case "folder":
      await empty(path);
      return await mkdir(path);
    case "inner":
      return void (await repo.git("init", "--quiet", "--template=", step.path));
  }
}

async function empty(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
}
