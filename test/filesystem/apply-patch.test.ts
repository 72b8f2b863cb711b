import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { snapshot } from "../support/tree.ts";

const FILES: Readonly<Record<string, string>> = {
  "a.txt": "one\ntwo\nthree\n",
  "b.txt": "b\n",
  "c.txt": "gone\n",
  "dir/d.txt": "d\n",
  "latin.txt": "caf\u00e9\n",
  "bin.png": "\u0089PNG\r\n\u001a\n\0\0",
};

async function ground(): Promise<Called> {
  const place = await callable(filesystem);
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(place.dir, name)), { recursive: true });
    writeFileSync(join(place.dir, name), text, "latin1");
  }
  symlinkSync("a.txt", join(place.dir, "link"));
  return place;
}

/** Files with their contents, but for the trash. */
function files({ dir }: Called): Record<string, string> {
  const found = snapshot(dir, [join(dir, ".plumbline")]).filter(({ kind }) => kind === "file");
  return Object.fromEntries(found.map(({ path, content }) => [path.slice(dir.length + 1), content]));
}

const change = (path: string, old: string, now: string): string =>
  `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-${old}\n+${now}\n`;
const create = (path: string, text = "new"): string =>
  `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${text}\n`;
const remove = (path: string, text: string): string =>
  `--- a/${path}\n+++ /dev/null\n@@ -1 +0,0 @@\n-${text}\n`;
const transfer = (verb: "rename" | "copy", from: string, to: string): string =>
  `diff --git a/${from} b/${to}\n${verb} from ${from}\n${verb} to ${to}\n`;

describe("apply_patch", () => {
  test("changes, creates, deletes, renames and copies at once", async () => {
    await using place = await ground();
    const patch = [
      change("a.txt", "one", "1"),
      create("new/e.txt"),
      remove("c.txt", "gone"),
      transfer("rename", "b.txt", "new/b.txt"),
      transfer("copy", "dir/d.txt", "d2.txt"),
      "diff --git a/latin.txt b/latin.txt\nold mode 100644\nnew mode 100755\n",
    ].join("");
    const [text] = await place.texts("apply_patch", { patch });
    expect(text?.split("\n")).toEqual([
      expect.stringMatching(/^\[patched 6 files; change [0-9a-f]{8}\]$/u),
      "changed a.txt: +1 -1 lines",
      "created new/e.txt: 4 bytes",
      "deleted c.txt",
      "renamed b.txt to new/b.txt: content as it was",
      "copied dir/d.txt to d2.txt: content as it was",
      "changed latin.txt: content as it was",
    ]);
    const { "b.txt": b, "c.txt": _, ...others } = FILES;
    const added = { "new/b.txt": b, "new/e.txt": "new\n", "d2.txt": "d\n" };
    expect(files(place)).toEqual({ ...others, ...added, "a.txt": "1\ntwo\nthree\n" });
    expect(statSync(join(place.dir, "latin.txt")).mode & 0o111).not.toBe(0);
  });

  test("is undone as a whole", async () => {
    await using place = await ground();
    const patch =
      change("a.txt", "one", "1") + create("new/e.txt") + transfer("rename", "b.txt", "new/b.txt");
    const [text = ""] = await place.texts("apply_patch", { patch });
    const [, id] = /change ([0-9a-f]{8})/.exec(text) ?? [];
    await place.texts("undo_change", { action: "revert", change: id });
    expect(files(place)).toEqual(FILES);
  });

  test("finds a hunk elsewhere, and says where", async () => {
    await using place = await ground();
    const patch = "--- a/a.txt\n+++ b/a.txt\n@@ -90,2 +90,2 @@\n two\n-three\n+3\n";
    const [text] = await place.texts("apply_patch", { patch });
    expect(text).toContain("changed a.txt: +1 -1 lines, hunk 1 at line 2, 88 above");
  });

  test("writes nothing on a dry run", async () => {
    await using place = await ground();
    const patch = change("a.txt", "one", "1") + create("new/e.txt") + remove("c.txt", "gone");
    const [text] = await place.texts("apply_patch", { patch, dryRun: true });
    expect(text).toBe(
      "[the patch fits, nothing written; 3 files]\nchanged a.txt: +1 -1 lines\ncreated new/e.txt: 4 bytes\ndeleted c.txt",
    );
    expect(files(place)).toEqual(FILES);
  });

  test("changes the file behind a link", async () => {
    await using place = await ground();
    await place.texts("apply_patch", { patch: change("link", "one", "1") });
    expect(readFileSync(join(place.dir, "a.txt"), "utf8")).toBe("1\ntwo\nthree\n");
    expect(readFileSync(join(place.dir, "link"), "utf8")).toBe("1\ntwo\nthree\n");
  });

  test("takes thousands of hunks in a file of megabytes", async () => {
    await using place = await ground();
    const lines = Array.from(
      { length: 50_000 },
      (_, index) => `line ${index} of many, and some text behind it`,
    );
    writeFileSync(join(place.dir, "large.txt"), lines.map((line) => `${line}\n`).join(""));
    const hunks = lines.flatMap((line, index) =>
      index % 10 === 0 ? [`@@ -${index + 1} +${index + 1} @@\n-${line}\n+${index}\n`] : [],
    );
    await place.texts("apply_patch", { patch: `--- a/large.txt\n+++ b/large.txt\n${hunks.join("")}` });
    const expected = lines.map((line, index) => (index % 10 === 0 ? `${index}\n` : `${line}\n`)).join("");
    expect(readFileSync(join(place.dir, "large.txt"), "utf8")).toBe(expected);
  });
});

describe("apply_patch refuses, changes nothing, and says what to do", () => {
  test.each<[string, string, string]>([
    [
      "a patch for another version, with the line that differs",
      "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n one\n-tow\n+2\n",
      'conflict: a.txt: hunk 1 (line 3 of the patch) does not fit anywhere; the patch says line 1\nhint: Read the file again and make the patch against what it holds now.\ndetails (not ours, untrusted):\nline 2\nexpected: "tow"\nfound: "two"',
    ],
    [
      "two conflicts of several files, naming both",
      change("a.txt", "uno", "1") + create("new.txt") + change("b.txt", "x", "y"),
      'conflict: 2 of 3 files do not take the patch; nothing was changed\nhint: Read the file again and make the patch against what it holds now.\ndetails (not ours, untrusted):\na.txt: hunk 1 (line 3 of the patch) does not fit anywhere; the patch says line 1\nline 1\nexpected: "uno"\nfound: "one"\nb.txt: hunk 1 (line 12 of the patch) does not fit anywhere; the patch says line 1\nline 1\nexpected: "x"\nfound: "b"',
    ],
    [
      "a target that exists",
      create("b.txt"),
      "conflict: b.txt is there already, and the patch would create it\nhint: Delete or move it first, or make a patch that changes it.",
    ],
    [
      "a rename onto something",
      transfer("rename", "a.txt", "dir"),
      "conflict: dir is there already, and the patch would rename a file to it\nhint: Delete or move it first, or make a patch that changes it.",
    ],
    [
      "a directory",
      change("dir", "one", "1"),
      "invalid_input: dir is a directory, not a file\nhint: Give the path of a file in it.",
    ],
    [
      "a file that is not there, with what may be meant",
      change("a.tx", "one", "1"),
      "not_found: there is nothing at a.tx\nhint: Did you mean a.txt?",
    ],
    [
      "a path below a file",
      create("b.txt/x"),
      "invalid_input: b.txt is no directory: nothing can be put below it\nhint: Give another path, or move that file away first.",
    ],
    [
      "a delete of what has more in it",
      remove("a.txt", "one"),
      "conflict: a.txt holds more than the patch deletes\nhint: Read it again and make a patch against it, or delete it by delete_path.",
    ],
    [
      "a binary file",
      change("bin.png", "PNG", "x"),
      'invalid_input: bin.png is not text: PNG image\nhint: Only texts are edited; write_file with as: "base64" replaces it whole.',
    ],
    [
      "what latin-1 cannot say",
      change("latin.txt", "caf\u00e9", "\u20ac"),
      "invalid_input: a line added to latin.txt holds characters that its encoding cannot say\nhint: The file is latin-1: use only characters up to U+00FF.",
    ],
    [
      "half a character",
      create("x", "\ud800"),
      "invalid_input: the patch holds half a character (a lone surrogate)\nhint: Give the whole character.",
    ],
    ...[
      ["one file by two spellings", change("a.txt", "one", "1") + change("./a.txt", "one", "2"), "a.txt"],
      ["one file by a link", change("a.txt", "one", "1") + change("link", "one", "2"), "a.txt"],
      ["a file that another needs as a directory", create("x") + create("x/y"), "x"],
      ["a directory that another needs as a file", create("x/y") + create("x"), "x"],
    ].map(([name = "", patch = "", place]): [string, string, string] => [
      name,
      patch,
      `invalid_input: the patch wants two things of ${place} at once\nhint: Two of its paths lead there, or one needs a directory where the other has a file: apply two patches, one after the other.`,
    ]),
    [
      "a delete of a link",
      remove("link", "one"),
      "invalid_input: link is a link, and the patch would delete it\nhint: A patch is about files; delete_path and move_path take a link itself.",
    ],
    [
      "a rename of a link",
      transfer("rename", "link", "link2"),
      "invalid_input: link is a link, and the patch would rename it\nhint: A patch is about files; delete_path and move_path take a link itself.",
    ],
    [
      "a rename of a directory",
      transfer("rename", "dir", "dir2"),
      "invalid_input: dir is a directory, and the patch would rename it\nhint: A patch is about files; delete_path and move_path take a directory itself.",
    ],
    [
      "what is no patch",
      "hello",
      "invalid_input: the patch names no file\nhint: A unified diff is expected: --- a/path, +++ b/path, then hunks that begin with @@ -12,3 +12,4 @@.",
    ],
    [
      "a hunk that changes nothing",
      "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n one\n",
      "invalid_input: line 3 of the patch: the hunk changes nothing\nhint: Mark lines with - and +, or leave the hunk out. Line ends are not compared and stay as the file has them.",
    ],
    [
      "a path outside",
      change("../x", "one", "1"),
      "denied: the path is outside the roots\nhint: Give a path below a root; a link may not lead out of it.",
    ],
  ])("%s", async (_, patch, failure) => {
    await using place = await ground();
    expect(await place.failure("apply_patch", { patch })).toBe(failure);
    expect(files(place)).toEqual(FILES);
  });
});
