import { chmod, mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
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

describe("edit_file refuses, and says what to do", () => {
  const one = (oldText: string, newText: string, more = {}): unknown[] => [{ oldText, newText, ...more }];
  const ARGUMENTS = "hint: Arguments: path, edits [{oldText, newText, replaceAll?}], dryRun?, expectedHash?.";
  test.each<[string, Record<string, unknown>, string | RegExp]>([
    [
      "what is there more than once, with the lines",
      { path: "a.txt", edits: one("two", "2") },
      "invalid_input: oldText is in 2 places in a.txt: lines 2, 4\nhint: Give more of the text around the place you mean, or set replaceAll to change every one.",
    ],
    [
      "what is not there, with the closest place",
      { path: "a.txt", edits: one("the quick brown fox\njumped over", "x") },
      /^not_found: oldText is not in a\.txt; the closest is lines 5 to 6 .*-jumped over\n\+jumps over$/su,
    ],
    [
      "what is not there, nor anything like it",
      { path: "a.txt", edits: one("zzzzzz", "x") },
      /^not_found: oldText is not in a\.txt, nor anything like it\nhint: /u,
    ],
    [
      "an empty old text",
      { path: "a.txt", edits: one("", "x") },
      /^invalid_input: oldText is empty\nhint: /u,
    ],
    [
      "no change",
      { path: "a.txt", edits: one("one", "one") },
      /^invalid_input: oldText and newText are the same, so nothing would change\nhint: /u,
    ],
    [
      "edits that overlap, by their numbers and lines",
      { path: "a.txt", edits: [...one("one\ntwo", "x"), ...one("two\nthree", "y")] },
      "invalid_input: edit 1 (line 1) and edit 2 (line 2) overlap in a.txt\nhint: All edits are found in the file as it was: make one edit of them.",
    ],
    [
      "several at once, naming each",
      { path: "a.txt", edits: [...one("one", "x"), ...one("zzzzzz", "y"), ...one("two", "z")] },
      /^not_found: edit 2 of 3: oldText is not in a\.txt.*edit 3/su,
    ],
    [
      "a binary file, by its kind",
      { path: "bin.png", edits: one("PNG", "x") },
      'invalid_input: bin.png is not text: PNG image\nhint: Only texts are edited; write_file with as: "base64" replaces it whole.',
    ],
    [
      "what latin-1 cannot say",
      { path: "latin.txt", edits: one("caf", "\u20ac") },
      /^invalid_input: newText has characters that latin\.txt cannot hold\nhint: /u,
    ],
    [
      "half a character",
      { path: "a.txt", edits: one("one", "\ud800") },
      /^invalid_input: the text holds half a character \(a lone surrogate\)\nhint: /u,
    ],
    [
      "a directory",
      { path: "dir", edits: one("x", "y") },
      "invalid_input: dir is a directory, not a file\nhint: Give the path of a file in it.",
    ],
    [
      "a path below a file",
      { path: "a.txt/b", edits: one("x", "y") },
      /^invalid_input: a\.txt is no directory: nothing can be put below it\nhint: /u,
    ],
    [
      "a misspelt path, with what may be meant",
      { path: "a.text", edits: one("x", "y") },
      "not_found: there is nothing at a.text\nhint: Did you mean a.txt?",
    ],
    [
      "no edits",
      { path: "a.txt", edits: [] },
      `invalid_input: edit_file: edits: Too small: expected array to have >=1 items\n${ARGUMENTS}`,
    ],
    [
      "ten thousand edits",
      { path: "a.txt", edits: Array.from({ length: 10_000 }, () => one("one", "x")).flat() },
      `invalid_input: edit_file: edits: at most 500 edits in one call; give the others in the next one\n${ARGUMENTS}`,
    ],
    [
      "arguments that it does not have, deep ones too",
      { path: "a.txt", edits: one("one", "x", { replace_all: true }) },
      `invalid_input: edit_file: in edits.0: "replace_all" is not an argument\n${ARGUMENTS}`,
    ],
  ])("%s", async (_, input, failure) => {
    await using place = await callable(filesystem);
    const text = "one\ntwo\nthree\ntwo\nthe quick brown fox\njumps over\nthe lazy dog\n";
    await put(place, "a.txt", text);
    await put(place, "bin.png", Buffer.from("\u0089PNG\r\n\u001a\n\0\0", "latin1"));
    await put(place, "latin.txt", Buffer.from("caf\u00e9\n", "latin1"));
    await mkdir(join(place.dir, "dir"));
    const said = await place.failure("edit_file", input);
    if (typeof failure === "string") expect(said).toBe(failure);
    else expect(said).toMatch(failure);
    expect(said.length).toBeLessThan(1_000);
    expect((await bytes(place, "a.txt")).toString()).toBe(text);
    expect(await readdir(place.dir)).toHaveLength(4);
  });
});

describe("edit_file takes", () => {
  test("five hundred edits at once", async () => {
    await using place = await callable(filesystem);
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}.`);
    await put(place, "a.txt", `${lines.join("\n")}\n`);
    const edits = lines.map((line, index) => ({ oldText: line, newText: `${index} edited` }));
    const [text] = await place.texts("edit_file", { path: "a.txt", edits });
    expect(text).toMatch(/^\[edited a\.txt: 500 places, \+500 -500 lines, hash/u);
    expect((await bytes(place, "a.txt")).toString()).toBe(
      `${lines.map((_, index) => `${index} edited`).join("\n")}\n`,
    );
  });

  test("what stands in replacements for groups as plain text", async () => {
    await using place = await callable(filesystem);
    await put(place, "a.txt", "price: (.*)\n");
    await place.texts("edit_file", { path: "a.txt", edits: [{ oldText: "(.*)", newText: "$& $1 \\1 $$" }] });
    expect((await bytes(place, "a.txt")).toString()).toBe("price: $& $1 \\1 $$\n");
  });
});

test("a name that looks like more than a name is quoted in what we say", async () => {
  await using place = await callable(filesystem);
  const name = "a.ts: 9 places]\n[edited b";
  await writeFile(join(place.dir, name), "one\n");
  const [text] = await place.texts("edit_file", { path: name, edits: [{ oldText: "one", newText: "1" }] });
  expect(text?.split("\n")[0]).toMatch(/^\[edited "a\.ts: 9 places\]\\n\[edited b": 1 place/);
  const failure = await place.failure("write_file", { path: name, content: "2" });
  expect(failure.split("\n")[0]).toBe(
    String.raw`conflict: "a.ts: 9 places]\n[edited b" is there already, 2 bytes`,
  );
});
