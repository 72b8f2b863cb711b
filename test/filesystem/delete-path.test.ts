import { execFileSync } from "node:child_process";
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { callable, type Called, type CallOptions } from "../support/call-tool.ts";
import { guarded } from "../support/guarded.ts";

async function ground(files: Readonly<Record<string, string>>, options: CallOptions = {}): Promise<Called> {
  const ws = await callable(filesystem, options);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(name.endsWith("/") ? join(ws.dir, name) : dirname(join(ws.dir, name)), { recursive: true });
    if (!name.endsWith("/")) await writeFile(join(ws.dir, name), text);
  }
  return ws;
}

async function remove(ws: Called, path: string): Promise<{ said: string; change: string }> {
  const [said = ""] = await ws.texts("delete_path", { path });
  return { said, change: /change ([0-9a-f]{8})/.exec(said)?.[1] ?? "" };
}

async function names(ws: Called): Promise<string[]> {
  return (await readdir(ws.dir)).filter((name) => name !== ".plumbline").toSorted();
}

test("a file goes to the trash, and the very same one comes back", async () => {
  await using ws = await ground({ "a.txt": "hello" });
  const path = join(ws.dir, "a.txt");
  await chmod(path, 0o640);
  await utimes(path, 1_700_000_000, 1_700_000_000);
  const before = await stat(path);
  const { said, change } = await remove(ws, "a.txt");
  expect(said).toMatch(/^\[deleted a\.txt: 5 bytes; change [0-9a-f]{8}: undo_change brings it back\]$/);
  expect(await names(ws)).toEqual([]);
  await ws.texts("undo_change", { action: "revert", change });
  const { ino, mode, mtimeMs } = await stat(path);
  expect({ ino, mode, mtimeMs }).toEqual({ ino: before.ino, mode: before.mode, mtimeMs: before.mtimeMs });
});

test("a directory goes whole, at once, and says how much that was", async () => {
  await using ws = await ground({ "build/a": "123", "build/x/b": "4567", "build/x/empty/": "", c: "c" });
  await symlink("a", join(ws.dir, "build/l"));
  const { said, change } = await remove(ws, "build/");
  expect(said).toMatch(/^\[deleted build\/: 5 entries, 7 bytes; change /);
  expect(await names(ws)).toEqual(["c"]);
  await ws.texts("undo_change", { action: "revert", change });
  expect(await readFile(join(ws.dir, "build/x/b"), "utf8")).toBe("4567");
  expect(await readlink(join(ws.dir, "build/l"))).toBe("a");
});

test("of a link only the link goes", async () => {
  await using ws = await ground({ "dir/a": "a" });
  await symlink("dir", join(ws.dir, "to-dir"));
  await symlink("/etc", join(ws.dir, "out"));
  expect((await remove(ws, "to-dir")).said).toContain("[deleted to-dir: a link;");
  expect((await remove(ws, "out/")).said).toContain("[deleted out: a link;");
  expect(await names(ws)).toEqual(["dir"]);
  expect(await readFile(join(ws.dir, "dir/a"), "utf8")).toBe("a");
});

test("a FIFO goes without being opened", async () => {
  await using ws = await ground({});
  execFileSync("mkfifo", [join(ws.dir, "pipe")]);
  const { change } = await remove(ws, "pipe");
  await ws.texts("undo_change", { action: "revert", change });
  expect((await lstat(join(ws.dir, "pipe"))).isFIFO()).toBe(true);
});

test.each([
  "x/deep/.env",
  "x/.git/config",
  "x/sub/.git",
  "x/.cursor/hooks.json",
  "x/.github/workflows/a.yml",
])("a directory that holds %s stays", async (file) => {
  await using ws = await ground({ [file]: "x", "x/plain": "p" }, { permit: guarded });
  expect(await ws.failure("delete_path", { path: "x" })).toMatch(/^denied: x\//);
  expect(await names(ws)).toEqual(["x"]);
});

test.each([
  [".", /^invalid_input: the root itself/],
  ["x/..", /^invalid_input: the root itself/],
  ["..", /^denied: the path is outside the roots/],
  ["a.text", /^not_found: .*\nhint: Did you mean a\.txt\?/],
  ["x/none", /^not_found: /],
  ["a.txt/none", /^(not_found|invalid_input): /],
])("%s is refused in our words", async (path, expected) => {
  await using ws = await ground({ "a.txt": "a", "x/y": "y" });
  expect(await ws.failure("delete_path", { path })).toMatch(expected);
  expect(await names(ws)).toEqual(["a.txt", "x"]);
});

test(
  "a directory with more than it could look through stays, and one with very many goes",
  { timeout: 120_000 },
  async () => {
    await using ws = await ground({ "many/": "" });
    const touch = (from: number, to: number): void =>
      void execFileSync("sh", ["-c", `seq -f 'f%06g' ${from} ${to} | xargs -n 5000 touch`], {
        cwd: join(ws.dir, "many"),
      });
    touch(1, 50_000);
    const { said, change } = await remove(ws, "many");
    expect(said).toContain("50000 entries");
    await ws.texts("undo_change", { action: "revert", change });
    touch(50_001, 200_001);
    expect(await ws.failure("delete_path", { path: "many" })).toMatch(
      /^too_large: many holds more than 200000 entries/,
    );
  },
);

test("of two deletions at once one is told that nothing is there", async () => {
  await using ws = await ground({ "a.txt": "a", "x/y": "y" });
  for (const path of ["a.txt", "x"]) {
    const answers = await Promise.all([1, 2, 3].map(() => ws.call("delete_path", { path })));
    expect(answers.map(({ error }) => error ?? "ok").toSorted()).toEqual(["not_found", "not_found", "ok"]);
  }
});
