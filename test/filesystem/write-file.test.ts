import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { callable, type Called } from "../support/call-tool.ts";

async function ground(): Promise<Called> {
  const place = await callable(filesystem);
  const put = (name: string, content: string | Buffer): void => writeFileSync(join(place.dir, name), content);
  put("a.txt", "one\n");
  put("latin.txt", Buffer.from("caf\u00e9\n", "latin1"));
  put("bin.png", Buffer.from("\u0089PNG\r\n\u001a\n\0\0", "latin1"));
  mkdirSync(join(place.dir, "dir"));
  symlinkSync("a.txt", join(place.dir, "link"));
  symlinkSync("new/target.txt", join(place.dir, "dangling"));
  return place;
}

function bytes(place: Called, name: string): Buffer {
  return readFileSync(join(place.dir, name));
}

describe("write_file creates", () => {
  test("a file with its directories, as the system gives them", async () => {
    await using place = await ground();
    const [text] = await place.texts("write_file", { path: "new/deep/c.txt", content: "hello\n" });
    expect(text).toMatch(/^\[created new\/deep\/c\.txt: 6 bytes, hash [0-9a-f]{16}; change [0-9a-f]{8}\]$/);
    expect(bytes(place, "new/deep/c.txt").toString()).toBe("hello\n");
    const mask = process.umask();
    expect(statSync(join(place.dir, "new/deep/c.txt")).mode & 0o777).toBe(0o666 & ~mask);
    expect(statSync(join(place.dir, "new")).mode & 0o777).toBe(0o777 & ~mask);
  });

  test("what a link inside the root leads to, and says so", async () => {
    await using place = await ground();
    const [text] = await place.texts("write_file", { path: "dangling", content: "x" });
    expect(text).toContain("created new/target.txt");
    expect(bytes(place, "dangling").toString()).toBe("x");
  });

  test("exactly the bytes of base64, with or without line breaks, of either alphabet", async () => {
    await using place = await ground();
    const content = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const wrapped = content.toString("base64").replaceAll(/.{76}/gu, "$&\n");
    await place.texts("write_file", { path: "wrapped", content: wrapped, as: "base64" });
    await place.texts("write_file", { path: "url", content: content.toString("base64url"), as: "base64" });
    expect(bytes(place, "wrapped").equals(content)).toBe(true);
    expect(bytes(place, "url").equals(content)).toBe(true);
  });

  test("five million characters", async () => {
    await using place = await ground();
    const content = "0123456789\n".repeat(460_000);
    const [text] = await place.texts("write_file", { path: "large.txt", content });
    expect(text).toContain("5060000 bytes");
    expect(bytes(place, "large.txt").toString()).toBe(content);
  });
});

describe("write_file replaces", () => {
  test("what the caller knows by its hash, short or whole", async () => {
    await using place = await ground();
    const [first = ""] = await place.texts("write_file", { path: "b.txt", content: "1" });
    const [, hash = ""] = /hash ([0-9a-f]{16})/.exec(first) ?? [];
    const [second = ""] = await place.texts("write_file", {
      path: "b.txt",
      content: "2",
      expectedHash: hash,
    });
    expect(second).toMatch(
      /^\[replaced b\.txt: 1 bytes before, 1 now, hash [0-9a-f]{16}; change [0-9a-f]{8}\]$/,
    );
    const whole = "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35";
    await place.texts("write_file", { path: "b.txt", content: "3", expectedHash: whole.toUpperCase() });
    expect(bytes(place, "b.txt").toString()).toBe("3");
  });

  test("nothing when the file holds exactly that already", async () => {
    await using place = await ground();
    const before = statSync(join(place.dir, "a.txt"), { bigint: true });
    const [text] = await place.texts("write_file", { path: "a.txt", content: "one\n", overwrite: true });
    expect(text).toBe("[a.txt holds exactly that already]");
    expect(statSync(join(place.dir, "a.txt"), { bigint: true }).ctimeNs).toBe(before.ctimeNs);
    expect(existsSync(join(place.dir, ".plumbline"))).toBe(false);
  });

  test("a text in its own encoding, mark and line ends, and says which", async () => {
    await using place = await ground();
    writeFileSync(join(place.dir, "wide.txt"), Buffer.from("\ufeffone\r\ntwo\r\n", "utf16le"));
    const input = { path: "wide.txt", content: "drei\nvier\n", overwrite: true };
    expect(await place.texts("write_file", input)).toEqual([
      expect.stringContaining("still UTF-16LE, still with CRLF"),
    ]);
    expect(bytes(place, "wide.txt").toString("utf16le")).toBe("\ufeffdrei\r\nvier\r\n");
    await place.texts("write_file", { path: "latin.txt", content: "th\u00e9\n", overwrite: true });
    expect(bytes(place, "latin.txt").toString("latin1")).toBe("th\u00e9\n");
  });

  test("a binary file by a text, in UTF-8", async () => {
    await using place = await ground();
    await place.texts("write_file", { path: "bin.png", content: "\u20ac", overwrite: true });
    expect(bytes(place, "bin.png").toString()).toBe("\u20ac");
  });

  test("the file behind a link, which stays", async () => {
    await using place = await ground();
    chmodSync(join(place.dir, "a.txt"), 0o640);
    const [text] = await place.texts("write_file", { path: "link", content: "two\n", overwrite: true });
    expect(text).toContain("replaced a.txt");
    expect(bytes(place, "link").toString()).toBe("two\n");
    expect(statSync(join(place.dir, "a.txt")).mode & 0o777).toBe(0o640);
  });
});

describe("write_file refuses, and says what to do", () => {
  const hash = "0123456789abcdef";
  test.each<[string, Record<string, unknown>, string]>([
    [
      "a file that is there already",
      { path: "a.txt", content: "x" },
      "conflict: a.txt is there already, 4 bytes\nhint: Read it and give its hash as expectedHash, or overwrite: true; edit_file changes a part.",
    ],
    [
      "another hash",
      { path: "a.txt", content: "x", expectedHash: hash },
      "conflict: a.txt changed: its hash is 2c8b08da5ce60398, not 0123456789abcdef\nhint: Read it again, then retry.",
    ],
    [
      "a hash of a file that is not there",
      { path: "new.txt", content: "x", expectedHash: hash },
      "conflict: there is no new.txt any more\nhint: Leave out expectedHash to create it.",
    ],
    [
      "what is no hash",
      { path: "a.txt", content: "x", expectedHash: "abc" },
      "invalid_input: write_file: expectedHash: expected the 16 hexadecimal digits that read_file or stat_path show\nhint: Arguments: path, content, as?, expectedHash?, overwrite?.",
    ],
    [
      "a directory",
      { path: "dir", content: "x", overwrite: true },
      "invalid_input: dir is a directory, not a file\nhint: Give the path of a file in it.",
    ],
    [
      "the root",
      { path: ".", content: "x", overwrite: true },
      "invalid_input: the root itself is not written, moved or deleted\nhint: Name what is in it, as in src/main.rs.",
    ],
    [
      "a path below a file",
      { path: "a.txt/b", content: "x" },
      "invalid_input: a.txt is no directory: nothing can be put below it\nhint: Give another path, or move that file away first.",
    ],
    [
      "half a character",
      { path: "new.txt", content: "x\ud800" },
      'invalid_input: the content holds half a character (a lone surrogate)\nhint: Give the whole character, or the bytes as: "base64".',
    ],
    [
      "what latin-1 cannot say",
      { path: "latin.txt", content: "\u20ac", overwrite: true },
      'invalid_input: latin.txt is latin-1, which cannot say all of the content\nhint: Leave out what is beyond U+00FF; or give the bytes of another encoding as: "base64".',
    ],
    ...["!!!!", "A", "QUJDR", "QQ=", "Q=Q=", "QR=="].map(
      (content): [string, Record<string, unknown>, string] => [
        `base64 that is none: ${content}`,
        { path: "new.bin", content, as: "base64" },
        "invalid_input: the content is not base64, or not all of it\nhint: Encode the bytes again; or leave out as, to write the content as text.",
      ],
    ),
    [
      "an argument that it does not have",
      { path: "a.txt", text: "x" },
      'invalid_input: write_file: content: Invalid input: expected string, received undefined; "text" is not an argument\nhint: Arguments: path, content, as?, expectedHash?, overwrite?.',
    ],
  ])("%s", async (_, input, failure) => {
    await using place = await ground();
    const before = readdirSync(place.dir);
    expect(await place.failure("write_file", input)).toBe(failure);
    expect(readdirSync(place.dir)).toEqual(before);
    expect(bytes(place, "a.txt").toString()).toBe("one\n");
  });
});
