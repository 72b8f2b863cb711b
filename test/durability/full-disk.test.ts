import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesOf, trashOf } from "./files.ts";
import { mount, small, whyNoMounts } from "./mounts.ts";
import { put, serve, tree, type Served, type Tree } from "./served.ts";

const why = whyNoMounts();
if (why !== undefined) console.warn(`skipped: full, read-only and small disks, since ${why}`);

const OLD = "old line\n".repeat(8_000);
const NEW = "new line\n".repeat(8_000);
const FILES = { "a.txt": OLD, "b.txt": OLD, "c.txt": OLD, "small.txt": "one\n" };
const PATCH = ["a.txt", "b.txt", "c.txt"]
  .map((name) => `--- a/${name}\n+++ b/${name}\n@@ -1,2 +1,2 @@\n-old line\n+new line\n old line\n`)
  .join("");

const CALLS: readonly (readonly [string, Record<string, unknown>])[] = [
  ["write_file", { path: "a.txt", content: NEW, overwrite: true }],
  ["write_file", { path: "new/deep/file.txt", content: NEW }],
  ["edit_file", { path: "b.txt", edits: [{ oldText: "old line", newText: "new line", replaceAll: true }] }],
  ["apply_patch", { patch: PATCH }],
  ["move_path", { from: "a.txt", to: "copy.txt", copy: true }],
];

/** Takes all of a disk but so many KiB, until it is disposed of. */
function filled(folder: string, leaveKib: number): Disposable {
  const file = join(folder, "ballast");
  const { bavail, bsize } = statfsSync(folder);
  const bytes = bavail * bsize - leaveKib * 1024;
  if (bytes > 0) writeFileSync(file, Buffer.alloc(bytes));
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

async function expectRefused(server: Served, place: Tree, said: RegExp): Promise<void> {
  const before = filesOf(place.root);
  for (const [name, args] of CALLS) {
    const litter = trashOf(place.root).new;
    const { ok, text } = await server.call(name, args);
    expect(`${name}: ${ok} ${text}`).toMatch(said);
    expect(filesOf(place.root)).toEqual(before);
    expect(trashOf(place.root).new, name).toEqual(litter);
  }
}

async function expectWorks(server: Served, place: Tree): Promise<void> {
  put(place.root, FILES);
  for (const [name, args] of CALLS) {
    if (name === "apply_patch") put(place.root, FILES);
    await server.did(name, args);
  }
  expect(filesOf(place.root)).toMatchObject({ "new/deep/file.txt": NEW });
  rmSync(join(place.root, "new"), { recursive: true });
  rmSync(join(place.root, "copy.txt"));
}

describe.skipIf(why !== undefined)("a disk that is full", { timeout: 120_000 }, () => {
  test.each([0, 4, 12, 40, 68])("keeps every old file and no litter, with %i KiB left", async (kib) => {
    using place = tree();
    using _disk = small(place.root, 2_048);
    put(place.root, FILES);
    await using server = await serve(place);
    {
      using _full = filled(place.root, kib);
      await expectRefused(server, place, /: false unavailable: the disk is full: /);
    }
    await expectWorks(server, place);
    expect(server.stderr()).toBe("");
  });

  test("of inodes says so too", async () => {
    using place = tree();
    using _disk = mount(place.root, ["-t", "tmpfs", "-o", "size=4m,nr_inodes=20", "tmpfs"]);
    put(place.root, FILES);
    await using server = await serve(place);
    let ballast = 0;
    try {
      for (; ; ballast++) writeFileSync(join(place.root, `ballast-${ballast}`), "");
    } catch (error) {
      expect(String(error)).toContain("ENOSPC");
    }
    const { text } = await server.call("write_file", { path: "a.txt", content: NEW, overwrite: true });
    expect(text).toContain("the disk is full");
    for (let index = 0; index < ballast; index++) rmSync(join(place.root, `ballast-${index}`));
    await server.did("write_file", { path: "a.txt", content: NEW, overwrite: true });
    expect(readFileSync(join(place.root, "a.txt"), "utf8")).toBe(NEW);
  });

  test("where the state lies stops changes, and nothing else", async () => {
    using place = tree(FILES);
    using _disk = small(place.state, 256);
    {
      await using server = await serve(place);
      await server.did("write_file", { path: "small.txt", content: "two\n", overwrite: true });
      using _full = filled(place.state, 0);
      // the last page of the log has room for some lines still
      const long = Array.from({ length: 60 }, (_, index) => `long-name-${index}-${"x".repeat(100)}.txt`);
      const patch = long.map((name) => `--- /dev/null\n+++ b/${name}\n@@ -0,0 +1 @@\n+new\n`).join("");
      const before = filesOf(place.root);
      for (let tries = 0; tries < 3; tries++) {
        const { ok, text } = await server.call("apply_patch", { patch });
        expect(`${ok} ${text}`).toMatch(/^false unavailable: the disk is full/);
        expect(filesOf(place.root)).toEqual(before);
      }
      expect(await server.did("read_file", { path: "a.txt", limit: 1 }).catch(String)).not.toContain(
        "internal",
      );
      // another server starts, and reads
      await using other = await serve(place);
      expect(await other.did("read_file", { path: "small.txt" })).toContain("two");
    }
    await using server = await serve(place);
    await expectWorks(server, place);
  });
});

describe.skipIf(why !== undefined)("a disk that becomes read-only", { timeout: 60_000 }, () => {
  test("between two calls stops changes, and says so", async () => {
    using place = tree();
    using _disk = small(place.root, 2_048);
    put(place.root, FILES);
    await using server = await serve(place);
    await server.did("write_file", { path: "small.txt", content: "two\n", overwrite: true });
    execFileSync("mount", ["-o", "remount,ro", place.root]);
    await expectRefused(server, place, /: false unavailable: (the disk is read-only: |.*\.plumbline\/trash)/);
    expect(await server.did("read_file", { path: "small.txt" })).toContain("two");
    execFileSync("mount", ["-o", "remount,rw", place.root]);
    await expectWorks(server, place);
  });

  test("before the first change says so too, as does the state's", async () => {
    using place = tree();
    using _disk = small(place.root, 2_048);
    using _state = small(place.state, 256);
    put(place.root, FILES);
    execFileSync("mount", ["-o", "remount,ro", place.root]);
    await using server = await serve(place);
    expect(trashOf(place.root)).toEqual({ old: [], new: [] });
    await expectRefused(server, place, /: false unavailable: the disk is read-only: /);
    execFileSync("mount", ["-o", "remount,rw", place.root]);
    execFileSync("mount", ["-o", "remount,ro", place.state]);
    await expectRefused(server, place, /: false unavailable: the disk is read-only: /);
    execFileSync("mount", ["-o", "remount,rw", place.state]);
    await expectWorks(server, place);
  });
});

test("a file that would be larger than this process may write is refused, and the old one stays", async () => {
  using place = tree(FILES);
  // 64 KiB: enough for the log, less than the new content
  const wrapper = ["sh", "-c", 'ulimit -f 128; exec "$@"', "sh"];
  if (process.platform === "win32") return;
  await using server = await serve(place, { wrapper });
  const before = filesOf(place.root);
  const { ok, text } = await server.call("write_file", { path: "a.txt", content: NEW, overwrite: true });
  expect(`${ok} ${text}`).toMatch(/^false unavailable: a\.txt would be too large/);
  expect(filesOf(place.root)).toEqual(before);
  expect(trashOf(place.root).new).toEqual([]);
  mkdirSync(join(place.root, "d"));
  await server.did("write_file", { path: "small.txt", content: "two\n", overwrite: true });
});
