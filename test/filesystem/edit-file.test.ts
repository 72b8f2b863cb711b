import { readFile, writeFile, chmod, stat, symlink, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { callable, type Called } from "../support/call-tool.ts";

async function put(place: Called, name: string, content: string | Buffer): Promise<void> {
  await writeFile(join(place.dir, name), content);
}

function bytes(place: Called, name: string): Promise<Buffer> {
  return readFile(join(place.dir, name));
}

describe("edit_file", () => {
  test("replaces what stands there once, and shows the diff", async () => {
    await using place = await callable(filesystem);
    await put(place, "a.ts", "one\ntwo\nthree\n");
    const [text] = await place.texts("edit_file", {
      path: "a.ts",
      edits: [{ oldText: "two", newText: "2" }],
    });
    expect(text).toMatch(
      /^\[edited a\.ts: 1 place, \+1 -1 lines, hash [0-9a-f]{16}; change [0-9a-f]{8}\]\n--- a\/a\.ts\n\+\+\+ b\/a\.ts\n@@ -1,3 \+1,3 @@\n one\n-two\n\+2\n three\n$/,
    );
    expect((await bytes(place, "a.ts")).toString()).toBe("one\n2\nthree\n");
  });

  test("writes nothing on a dry run", async () => {
    await using place = await callable(filesystem);
    await put(place, "a.ts", "one\n");
    const [text] = await place.texts("edit_file", {
      path: "a.ts",
      edits: [{ oldText: "one", newText: "1" }],
      dryRun: true,
    });
    expect(text).toMatch(/^\[dry run, nothing written; a\.ts: 1 place, \+1 -1 lines\]\n/);
    expect((await bytes(place, "a.ts")).toString()).toBe("one\n");
    expect(await readdir(place.dir)).toEqual(["a.ts"]);
  });

  test("follows a link inside the root and keeps the link", async () => {
    await using place = await callable(filesystem);
    await put(place, "a.ts", "one\n");
    await chmod(join(place.dir, "a.ts"), 0o750);
    await symlink("a.ts", join(place.dir, "link"));
    await place.texts("edit_file", { path: "link", edits: [{ oldText: "one", newText: "1" }] });
    expect((await bytes(place, "a.ts")).toString()).toBe("1\n");
    expect((await stat(join(place.dir, "a.ts"))).mode & 0o777).toBe(0o750);
  });

  test("refuses a file of another hash", async () => {
    await using place = await callable(filesystem);
    await put(place, "a.ts", "one\n");
    const edits = [{ oldText: "one", newText: "1" }];
    const failure = await place.failure("edit_file", { path: "a.ts", edits, expectedHash: "0".repeat(16) });
    expect(failure).toMatch(/^conflict: a\.ts changed: its hash is [0-9a-f]{16}, not 0{16}\n/);
  });

  test("keeps all of sixteen edits of one file at once", async () => {
    await using place = await callable(filesystem);
    const lines = Array.from({ length: 16 }, (_, index) => `line ${index}.`);
    await put(place, "a.ts", `${lines.join("\n")}\n`);
    await Promise.all(
      lines.map((line, index) =>
        place.texts("edit_file", { path: "a.ts", edits: [{ oldText: line, newText: `edited ${index}.` }] }),
      ),
    );
    expect((await bytes(place, "a.ts")).toString()).toBe(
      `${lines.map((_, index) => `edited ${index}.`).join("\n")}\n`,
    );
  });
});

describe("write_file", () => {
  test("creates a file with its directories", async () => {
    await using place = await callable(filesystem);
    const [text] = await place.texts("write_file", { path: "a/b/c.txt", content: "hello\n" });
    expect(text).toMatch(/^\[created a\/b\/c\.txt: 6 bytes, hash [0-9a-f]{16}; change [0-9a-f]{8}\]$/);
    expect((await bytes(place, "a/b/c.txt")).toString()).toBe("hello\n");
  });

  test("keeps encoding, mark and line ends of what it replaces", async () => {
    await using place = await callable(filesystem);
    await put(place, "a.txt", Buffer.from("\ufeffone\r\ntwo\r\n", "utf16le"));
    const [text] = await place.texts("write_file", { path: "a.txt", content: "drei\nvier\n", overwrite: true });
    expect(text).toContain("still UTF-16LE, still with CRLF");
    expect((await bytes(place, "a.txt")).toString("utf16le")).toBe("\ufeffdrei\r\nvier\r\n");
  });

  test("does not replace what it was not told to", async () => {
    await using place = await callable(filesystem);
    await put(place, "a.txt", "one");
    expect(await place.failure("write_file", { path: "a.txt", content: "two" })).toMatch(
      /^conflict: a\.txt is there already, 3 bytes\nhint: Read it/,
    );
  });
});

describe("apply_patch", () => {
  const patch = `--- a/a.txt
+++ b/a.txt
@@ -1,2 +1,2 @@
-one
+1
 two
--- /dev/null
+++ b/new/b.txt
@@ -0,0 +1 @@
+new
--- a/c.txt
+++ /dev/null
@@ -1 +0,0 @@
-gone
`;

  test("changes, creates and deletes at once", async () => {
    await using place = await callable(filesystem);
    await put(place, "a.txt", "one\r\ntwo\r\n");
    await put(place, "c.txt", "gone\n");
    const [text] = await place.texts("apply_patch", { patch });
    expect(text).toMatch(/^\[patched 3 files; change [0-9a-f]{8}\]\nchanged a\.txt: \+1 -1 lines\ncreated/);
    expect((await bytes(place, "a.txt")).toString()).toBe("1\r\ntwo\r\n");
    expect((await bytes(place, "new/b.txt")).toString()).toBe("new\n");
    expect((await readdir(place.dir)).toSorted()).toEqual([".plumbline", "a.txt", "new"]);
  });

  test("changes nothing when one file does not take it", async () => {
    await using place = await callable(filesystem);
    await put(place, "a.txt", "one\ntwo\n");
    await put(place, "c.txt", "other\n");
    expect(await place.failure("apply_patch", { patch })).toMatch(/^conflict: .*c\.txt/);
    expect((await bytes(place, "a.txt")).toString()).toBe("one\ntwo\n");
    expect((await readdir(place.dir)).toSorted()).not.toContain("new");
  });
});
