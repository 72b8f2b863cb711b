import { execFileSync } from "node:child_process";
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { callable, type Called, type CallOptions } from "../support/call-tool.ts";
import { guarded } from "../support/guarded.ts";

async function write(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(name.endsWith("/") ? join(dir, name) : dirname(join(dir, name)), { recursive: true });
    if (!name.endsWith("/")) await writeFile(join(dir, name), text);
  }
}

async function ground(files: Readonly<Record<string, string>>, options: CallOptions = {}): Promise<Called> {
  const ws = await callable(filesystem, options);
  await write(ws.dir, files);
  return ws;
}

function shell(command: string): void {
  execFileSync("sh", ["-c", command]);
}

/** Every path and what is there, without the trash. */
function tree(dir: string): string[] {
  const skip = ["-path", `${dir}/.plumbline`, "-prune"];
  const found = execFileSync("find", [dir, "-mindepth", "1", ...skip, "-o", "-printf", "%P %y%l\n"]);
  return found.toString().split("\n").filter(Boolean).toSorted();
}

async function move(ws: Called, input: Record<string, unknown>): Promise<string> {
  return (await ws.texts("move_path", input))[0] ?? "";
}

async function undo(ws: Called, said: string): Promise<void> {
  const change = /change ([0-9a-f]{8})/.exec(said)?.[1];
  await ws.texts("undo_change", { action: "revert", change });
}

const trash = async (ws: Called): Promise<string[]> =>
  (await readdir(join(ws.dir, ".plumbline/trash")).catch(() => [])).filter((name) => name !== ".gitignore");

test("a file is moved, with the parents that its new path needs, and the very same file comes back", async () => {
  await using ws = await ground({ "src/a.ts": "a" });
  const { ino } = await stat(join(ws.dir, "src/a.ts"));
  const before = tree(ws.dir);
  const said = await move(ws, { from: "src/a.ts", to: "lib/deep/b.ts" });
  expect(said).toMatch(/^\[moved src\/a\.ts to lib\/deep\/b\.ts; change [0-9a-f]{8}\]$/);
  expect((await stat(join(ws.dir, "lib/deep/b.ts"))).ino).toBe(ino);
  expect(tree(ws.dir)).not.toContain("src/a.ts f");
  await undo(ws, said);
  expect(tree(ws.dir)).toEqual(before);
  expect((await stat(join(ws.dir, "src/a.ts"))).ino).toBe(ino);
});

test("a directory is moved whole, and says how much that was", async () => {
  await using ws = await ground({ "src/a.ts": "12345", "src/x/b.ts": "678", "src/x/empty/": "" });
  const said = await move(ws, { from: "src", to: "lib/src" });
  expect(said).toMatch(/^\[moved src\/ to lib\/src\/: 4 entries, 8 bytes; change [0-9a-f]{8}\]$/);
  expect(tree(ws.dir)).toEqual([
    "lib d",
    "lib/src d",
    "lib/src/a.ts f",
    "lib/src/x d",
    "lib/src/x/b.ts f",
    "lib/src/x/empty d",
  ]);
});

test("a link is moved and copied itself, wherever it leads", async () => {
  await using ws = await ground({ "a.txt": "a" });
  for (const target of ["a.txt", "nowhere", "/etc/passwd"])
    await symlink(target, join(ws.dir, `to-${target.length}`));
  for (const { length } of ["a.txt", "nowhere", "/etc/passwd"]) {
    await move(ws, { from: `to-${length}`, to: `moved-${length}` });
    await move(ws, { from: `moved-${length}`, to: `copied-${length}`, copy: true });
  }
  expect(await readlink(join(ws.dir, "moved-11"))).toBe("/etc/passwd");
  expect(await readlink(join(ws.dir, "copied-11"))).toBe("/etc/passwd");
  expect(await readlink(join(ws.dir, "copied-7"))).toBe("nowhere");
  expect(await readFile(join(ws.dir, "copied-5"), "utf8")).toBe("a");
  expect(await readFile(join(ws.dir, "a.txt"), "utf8")).toBe("a");
});

describe("what is there already", () => {
  test("is never replaced unless told, and the error says how to go into a directory", async () => {
    await using ws = await ground({ "a.txt": "a", "b.txt": "b", "dir/c.txt": "c" });
    const before = tree(ws.dir);
    expect(await ws.failure("move_path", { from: "a.txt", to: "b.txt" })).toMatch(
      /^conflict: b\.txt is there already\nhint: overwrite: true replaces it/,
    );
    for (const to of ["dir", "dir/", "./dir"])
      expect(await ws.failure("move_path", { from: "a.txt", to })).toMatch(
        /^conflict: dir\/ is there already\nhint: To put it in there give to: "dir\/a\.txt"/,
      );
    expect(tree(ws.dir)).toEqual(before);
    expect(await readFile(join(ws.dir, "b.txt"), "utf8")).toBe("b");
  });

  test.each([true, false])(
    "goes to the trash when told, and comes back with the rest (copy: %s)",
    async (copy) => {
      await using ws = await ground({ "a.txt": "a", "b.txt": "b", "dir/c.txt": "c" });
      await chmod(join(ws.dir, "a.txt"), 0o600);
      await chmod(join(ws.dir, "b.txt"), 0o755);
      const before = tree(ws.dir);
      for (const to of ["b.txt", "dir"]) {
        const said = await move(ws, { from: "a.txt", to, copy, overwrite: true });
        expect(said).toContain("is in the trash; change");
        expect(await readFile(join(ws.dir, to), "utf8")).toBe("a");
        expect((await stat(join(ws.dir, to))).mode & 0o777).toBe(0o600);
        await undo(ws, said);
        expect(tree(ws.dir)).toEqual(before);
        expect(await readFile(join(ws.dir, "b.txt"), "utf8")).toBe("b");
        expect(await readFile(join(ws.dir, "dir/c.txt"), "utf8")).toBe("c");
      }
    },
  );

  test("is another name of the same file", async () => {
    await using ws = await ground({ "a.txt": "a" });
    await link(join(ws.dir, "a.txt"), join(ws.dir, "b.txt"));
    expect(await ws.failure("move_path", { from: "a.txt", to: "b.txt" })).toMatch(/^conflict/);
    await move(ws, { from: "a.txt", to: "b.txt", overwrite: true });
    expect(tree(ws.dir)).toEqual(["b.txt f"]);
  });
});

test.each([
  [{ from: "dir", to: "dir/in/dir" }, /^invalid_input: dir cannot go into itself/],
  [{ from: "dir", to: "way/in/dir" }, /^invalid_input: dir cannot go into itself/],
  [{ from: "dir", to: "dir" }, /^invalid_input: dir is already there/],
  [{ from: "dir", to: "./way" }, /^conflict: way is there already/],
  [
    { from: "dir/in", to: "dir", overwrite: true },
    /^invalid_input: dir\/in lies in dir, which it would replace/,
  ],
  [{ from: "dir/in", to: "way/..", overwrite: true }, /^invalid_input: the root itself/],
  [{ from: "a.txt", to: "a.txt/b" }, /^invalid_input: a\.txt is no directory/],
  [{ from: "a.txt", to: "a.txt/" }, /^invalid_input: a\.txt is already there/],
  [{ from: ".", to: "x" }, /^invalid_input: the root itself/],
  [{ from: "a.text", to: "x" }, /^not_found: .*\nhint: Did you mean a\.txt\?/],
  [{ from: "a.txt", to: "../x" }, /^denied: the path is outside the roots/],
  [{ from: "../x", to: "a.txt" }, /^denied: the path is outside the roots/],
])("%j is refused in our words", async (input, expected) => {
  await using ws = await ground({ "a.txt": "a", "dir/in/b.txt": "b" });
  await symlink("dir", join(ws.dir, "way"));
  const before = tree(ws.dir);
  for (const copy of [false, true]) {
    if (copy && input.from === ".") continue;
    expect(await ws.failure("move_path", { ...input, copy })).toMatch(expected);
  }
  expect(tree(ws.dir)).toEqual(before);
});

describe("what must not be moved, deep in a directory", () => {
  test.each([
    ["x/hooks.json", { from: "x", to: ".cursor" }, ".cursor/hooks.json"],
    ["x/cursor/hooks.json", { from: "x/cursor", to: "y/.cursor" }, "y/.cursor/hooks.json"],
    ["x/deep/.env", { from: "x", to: "y" }, "x/deep/.env"],
    ["x/.git/config", { from: "x", to: "y" }, "x/.git"],
    ["x/sub/.git", { from: "x", to: "y" }, "x/sub/.git"],
    ["x/ci/a.yml", { from: "x", to: ".husky" }, ".husky"],
  ])("%s stops %j, and is named", async (file, input, name) => {
    await using ws = await ground({ [file]: "x", "x/plain.txt": "p" }, { permit: guarded });
    const before = tree(ws.dir);
    for (const copy of [false, true])
      expect(await ws.failure("move_path", { ...input, copy })).toMatch(/^denied: /);
    expect(await ws.failure("move_path", input)).toContain(name);
    expect(tree(ws.dir)).toEqual(before);
  });

  test("nor what would be replaced", async () => {
    await using ws = await ground({ "a.txt": "a", "x/.env": "SECRET=1" }, { permit: guarded });
    expect(await ws.failure("move_path", { from: "a.txt", to: "x", overwrite: true })).toContain("x/.env");
    expect(tree(ws.dir)).toContain("x/.env f");
  });

  test("a file that is put in just before does not slip through with it", async () => {
    await using ws = await ground({ "x/plain.txt": "p" }, { permit: guarded });
    for (let turn = 0; turn < 20; turn++) {
      await Promise.all([
        ws.call("move_path", { from: "x", to: ".cursor" }),
        ws.call("write_file", { path: "x/hooks.json", content: "{}" }),
        ws.call("write_file", { path: `x/${turn}.txt`, content: "{}" }),
      ]);
      expect(tree(ws.dir)).not.toContain(".cursor/hooks.json f");
      await rm(join(ws.dir, "x"), { recursive: true, force: true });
      await rm(join(ws.dir, ".cursor"), { recursive: true, force: true });
      await write(ws.dir, { "x/plain.txt": "p" });
    }
  });

  test("nor back, by an undo, with what came in since", async () => {
    await using ws = await ground({ "conf/plain.txt": "p" }, { permit: guarded });
    const said = await move(ws, { from: "conf", to: ".cursor" });
    await write(ws.dir, { ".cursor/hooks.json": "{}" });
    const change = /change ([0-9a-f]{8})/.exec(said)?.[1];
    expect(await ws.failure("undo_change", { action: "revert", change })).toContain(".cursor/hooks.json");
    expect(tree(ws.dir)).toContain(".cursor/hooks.json f");
  });
});

describe("a copy of a directory", () => {
  test("holds all of it: modes, empty directories, links, large files; its source stays", async () => {
    await using ws = await ground({
      "src/a.sh": "#!",
      "src/ro/b": "b",
      "src/empty/": "",
      "src/big": "x".repeat(3e6),
    });
    await chmod(join(ws.dir, "src/a.sh"), 0o751);
    await chmod(join(ws.dir, "src/empty"), 0o700);
    await chmod(join(ws.dir, "src/ro/b"), 0o400);
    await chmod(join(ws.dir, "src/ro"), 0o555);
    await symlink("../ro/b", join(ws.dir, "src/empty/up"));
    await symlink("/nowhere", join(ws.dir, "src/out"));
    const said = await move(ws, { from: "src", to: "new/copy", copy: true });
    expect(said).toMatch(/^\[copied src\/ to new\/copy\/: 7 entries, 3000003 bytes; change/);
    const modes = (dir: string): string =>
      execFileSync("find", [".", "-printf", "%P %y %m %l\\n"], { cwd: join(ws.dir, dir) })
        .toString()
        .split("\n")
        .toSorted()
        .join("\n");
    expect(modes("new/copy")).toBe(modes("src"));
    expect(await readFile(join(ws.dir, "new/copy/big"), "utf8")).toBe("x".repeat(3e6));
    expect(await trash(ws)).toEqual([]);
    await undo(ws, said);
    expect(tree(ws.dir).some((line) => line.startsWith("new"))).toBe(false);
  });

  test("is not taken back with work that was done in it since", async () => {
    await using ws = await ground({ "src/a": "a" });
    const said = await move(ws, { from: "src", to: "copy", copy: true });
    await write(ws.dir, { "copy/new": "work" });
    const change = /change ([0-9a-f]{8})/.exec(said)?.[1];
    expect(await ws.failure("undo_change", { action: "revert", change })).toMatch(
      /^conflict: copy changed since/,
    );
    await rm(join(ws.dir, "copy/new"));
    await undo(ws, said);
    expect(tree(ws.dir)).toEqual(["src d", "src/a f"]);
  });

  test("is refused by name when it holds a FIFO, and nothing is left of it", async () => {
    await using ws = await ground({ "src/a": "a", "src/x/": "" });
    execFileSync("mkfifo", [join(ws.dir, "src/x/pipe")]);
    expect(await ws.failure("move_path", { from: "src", to: "copy", copy: true })).toMatch(
      /^invalid_input: src\/x\/pipe is no file, directory or link/,
    );
    expect(await trash(ws)).toEqual([]);
    expect(await move(ws, { from: "src", to: "moved" })).toContain("moved src/");
  });

  test("is refused by the name of a secret in it", async () => {
    await using ws = await ground({ "src/a": "a", "src/deep/id_rsa": "b" }, { permit: guarded });
    expect(await ws.failure("move_path", { from: "src", to: "copy", copy: true })).toContain(
      "src/deep/id_rsa",
    );
    expect(tree(ws.dir)).not.toContain("copy d");
  });

  test("stops when the caller takes the call back, and nothing is left of it", async () => {
    await using ws = await ground({ "src/a": "a" });
    for (let index = 0; index < 400; index++) await writeFile(join(ws.dir, `src/${index}`), "x");
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 10);
    const { error } = await ws.call("move_path", { from: "src", to: "copy", copy: true }, stop.signal);
    if (error === undefined) return;
    expect(error).toBe("cancelled");
    expect(await trash(ws)).toEqual([]);
    expect(tree(ws.dir)).not.toContain("copy d");
  });
});

const canMount = process.getuid?.() === 0 && process.platform === "linux";
if (!canMount) console.warn("skipped: only root on Linux can mount");

describe.skipIf(!canMount)("across mounts", () => {
  async function mounted(
    files: Readonly<Record<string, string>>,
  ): Promise<Called & { end(): Promise<void> }> {
    const dir = await realpath(await mkdtemp(join(tmpdir(), "plumb-mount-")));
    await mkdir(join(dir, "mnt"));
    shell(`mount -t tmpfs -o size=64m tmpfs ${join(dir, "mnt")}`);
    await write(dir, files);
    const ws = await callable(filesystem, { roots: [dir] });
    // the table of mounts is read anew after two seconds
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const end = async (): Promise<void> => {
      await ws[Symbol.asyncDispose]();
      shell(`umount -l ${join(dir, "mnt")}`);
      await rm(dir, { recursive: true });
    };
    return { ...ws, end };
  }

  test("a file, a link and a directory are moved by copy, and come back as the very same", async () => {
    const ws = await mounted({ "a.txt": "a", "src/x/b": "b", "mnt/c": "c" });
    try {
      await symlink("a.txt", join(ws.dir, "l"));
      await chmod(join(ws.dir, "src/x/b"), 0o640);
      const inode = (await stat(join(ws.dir, "src/x/b"))).ino;
      const before = tree(ws.dir);
      const said: string[] = [];
      for (const [from, to] of [
        ["a.txt", "mnt/a.txt"],
        ["l", "mnt/l"],
        ["src", "mnt/new/src"],
        ["mnt/c", "c"],
      ])
        said.push(await move(ws, { from, to }));
      const after = tree(ws.dir).filter((line) => !line.includes(".plumbline"));
      expect(after).toEqual([
        "c f",
        "mnt d",
        "mnt/a.txt f",
        "mnt/l la.txt",
        "mnt/new d",
        "mnt/new/src d",
        "mnt/new/src/x d",
        "mnt/new/src/x/b f",
      ]);
      expect((await stat(join(ws.dir, "mnt/new/src/x/b"))).mode & 0o777).toBe(0o640);
      for (const each of said.toReversed()) await undo(ws, each);
      expect(tree(ws.dir).filter((line) => !line.includes(".plumbline"))).toEqual(before);
      expect((await stat(join(ws.dir, "src/x/b"))).ino).toBe(inode);
    } finally {
      await ws.end();
    }
  });

  test("a directory that holds a mount stays, and so does the mount", async () => {
    const ws = await mounted({ "mnt/outer/in/deep/": "", "mnt/c": "c" });
    try {
      shell(`mount -t tmpfs -o size=1m tmpfs ${join(ws.dir, "mnt/outer/in/deep")}`);
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      for (const [tool, input] of [
        ["move_path", { from: "mnt/outer/in", to: "mnt/out" }],
        ["delete_path", { path: "mnt/outer/in" }],
      ] as const)
        expect(await ws.failure(tool, input)).toMatch(
          /^denied: mnt\/outer\/in holds a mount: mnt\/outer\/in\/deep/,
        );
      expect((await ws.call("delete_path", { path: "mnt" })).error).toBe("denied");
      expect((await ws.call("delete_path", { path: "mnt/outer/in/deep" })).error).toBe("unavailable");
    } finally {
      shell(`umount -l ${join(ws.dir, "mnt/outer/in/deep")}`);
      await ws.end();
    }
  });
});

test("things move between roots, and a root or what holds one stays", async () => {
  const base = await realpath(await mkdtemp(join(tmpdir(), "plumb-roots-")));
  await write(base, { "one/in/nested/a": "a", "two/b": "b" });
  await using ws = await callable(filesystem, {
    roots: [join(base, "one"), join(base, "two"), join(base, "one/in/nested")],
  });
  const said = await move(ws, { from: "in/nested/a", to: join(base, "two/deep/a") });
  expect(said).toContain(`moved in/nested/a to ${base}/two/deep/a`);
  expect(await readFile(join(base, "two/deep/a"), "utf8")).toBe("a");
  await undo(ws, said);
  for (const from of ["in", "in/nested"])
    expect((await ws.call("move_path", { from, to: "elsewhere" })).error).toMatch(/^(denied|invalid_input)$/);
  expect(await ws.failure("delete_path", { path: "in" })).toMatch(/^denied: in is a root or holds one/);
  expect(await ws.failure("move_path", { from: "in", to: "in/nested/x", copy: true })).toContain(
    "into itself",
  );
  expect(await readFile(join(base, "one/in/nested/a"), "utf8")).toBe("a");
  await rm(base, { recursive: true });
});

test(
  "any moves and copies of any tree, undone from the last, leave the tree as it was",
  { timeout: 120_000 },
  async () => {
    const name = fc.constantFrom("a", "b", "c", "a/b", "a/b/c", "b/c", "c/a", "b/a/a");
    const step = fc.record({ from: name, to: name, copy: fc.boolean(), overwrite: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 2 }),
        fc.array(step, { maxLength: 8 }),
        async (files, steps) => {
          await using ws = await callable(filesystem);
          for (const file of files)
            if ((await lstat(join(ws.dir, file)).catch(() => undefined)) === undefined)
              await write(ws.dir, { [file]: file }).catch(() => undefined);
          const before = [tree(ws.dir)];
          const said: string[] = [];
          for (const input of steps) {
            const answer = await ws.call("move_path", input);
            const [part] = answer.parts;
            if (answer.error === undefined && part?.type === "text") {
              said.push(part.text);
              before.push(tree(ws.dir));
            } else {
              expect(answer.error).toMatch(/^(invalid_input|conflict|not_found)$/);
              expect(tree(ws.dir)).toEqual(before.at(-1));
            }
          }
          for (const each of said.toReversed()) {
            before.pop();
            await undo(ws, each);
            expect(tree(ws.dir)).toEqual(before.at(-1));
          }
        },
      ),
      { numRuns: 40 },
    );
  },
);
