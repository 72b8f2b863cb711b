import { createHash } from "node:crypto";
import { appendFile, mkdir, open, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { callable, type Called } from "../support/call-tool.ts";

let ws: Called;
beforeAll(async () => {
  ws = await callable(filesystem);
});
afterAll(() => ws[Symbol.asyncDispose]());

async function write(name: string, content: string | Buffer): Promise<void> {
  await writeFile(join(ws.dir, name), content);
}

function hashOf(content: string): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

function cursorIn(header: string | undefined): string | undefined {
  return /go on with cursor ([\w-]+)/.exec(header ?? "")?.[1];
}

/** All pages of a file, and the longest answer in characters. */
async function pagesOf(input: { path: string; budget: number; startLine?: number; endLine?: number }) {
  const pages: string[] = [];
  let cursor: string | undefined;
  let longest = 0;
  do {
    const [header = "", text = ""] = await ws.texts("read_file", {
      ...input,
      ...(cursor === undefined ? {} : { cursor }),
    });
    pages.push(text);
    longest = Math.max(longest, header.length + text.length);
    cursor = cursorIn(header);
  } while (cursor !== undefined);
  return { joined: pages.join(""), longest, count: pages.length };
}

test("gives a whole file exactly, with its lines and the hash of its bytes", async () => {
  const content = "one\ntwo\n\nlast without an end";
  await write("a.txt", content);
  expect(await ws.texts("read_file", { path: "a.txt" })).toEqual([
    `[whole file, 4 lines, 28 bytes, hash ${hashOf(content)}]`,
    content,
  ]);
});

test("gives lines by number and says how many there are", async () => {
  await write("lines.txt", "1\n2\n3\n4\n5\n");
  const [header, text] = await ws.texts("read_file", { path: "lines.txt", startLine: 2, endLine: 3 });
  expect(text).toBe("2\n3\n");
  expect(header).toMatch(/^\[lines 2-3 of 5, bytes 2-5 of 10, hash [0-9a-f]{16}\]$/);
  expect(await ws.texts("read_file", { path: "lines.txt", startLine: 5, endLine: 99 })).toEqual([
    expect.stringMatching(/^\[line 5 of 5/),
    "5\n",
  ]);
});

test("gives the tail of a file, and of one too large to be looked through", async () => {
  await write("tail.txt", "1\n2\n3\n");
  expect(await ws.texts("read_file", { path: "tail.txt", tail: 2 })).toEqual([
    expect.stringMatching(/^\[lines 2-3 of 3/),
    "2\n3\n",
  ]);
  await write("large-tail.txt", `${"x".repeat(99)}\n`.repeat(20_000) + "the end\n");
  expect(await ws.texts("read_file", { path: "large-tail.txt", tail: 2 })).toEqual([
    "[the last 2 lines, bytes 1999900-2000007 of 2000008]",
    `${"x".repeat(99)}\nthe end\n`,
  ]);
  const [header, text = ""] = await ws.texts("read_file", { path: "large-tail.txt", tail: 9_000 });
  expect(header).toMatch(/^\[partial: the last 19\d lines.*not all of the last 9000 lines: raise budget\]$/);
  expect(text.endsWith("the end\n")).toBe(true);
});

test("an empty file is said to be empty", async () => {
  await write("empty.txt", "");
  expect(await ws.texts("read_file", { path: "empty.txt" })).toEqual([
    `[empty file, 0 bytes, hash ${hashOf("")}]`,
  ]);
});

describe("a long file", () => {
  test("comes in pages within the budget that give every byte once", async () => {
    const content = Array.from(
      { length: 3_000 },
      (_, index) => `zeile ${index} äöü 😀 ${"x".repeat(index % 90)}\r\n`,
    ).join("");
    await write("long.txt", content);
    for (const budget of [200, 700, 20_000, 2_000_000]) {
      const { joined, longest } = await pagesOf({ path: "long.txt", budget });
      expect(longest).toBeLessThanOrEqual(budget);
      expect(joined).toBe(content);
    }
  });

  test("pages through a range of lines to its end and no further", async () => {
    await write("range.txt", Array.from({ length: 2_000 }, (_, index) => `line ${index + 1}\n`).join(""));
    const { joined, count } = await pagesOf({
      path: "range.txt",
      budget: 1_000,
      startLine: 500,
      endLine: 900,
    });
    expect(count).toBeGreaterThan(3);
    expect(joined.startsWith("line 500\n")).toBe(true);
    expect(joined.endsWith("line 900\n")).toBe(true);
  });

  test("of one line of 16 MiB stays within the budget and goes on inside the line", async () => {
    const line = Buffer.alloc(16 * 1024 * 1024, "0123456789");
    await write("one-line.txt", line);
    const [header, text = ""] = await ws.texts("read_file", { path: "one-line.txt" });
    expect((header ?? "").length + text.length).toBeLessThanOrEqual(20_000);
    expect(header).toMatch(/^\[partial: line 1 to inside line 1 of 1, /);
    const [, second = ""] = await ws.texts("read_file", { path: "one-line.txt", cursor: cursorIn(header) });
    expect(text + second).toBe(line.toString("latin1", 0, text.length + second.length));
  });

  test("says that it is partial first", async () => {
    await write("partial.txt", "some words\n".repeat(5_000));
    const [header] = await ws.texts("read_file", { path: "partial.txt" });
    expect(header).toMatch(
      /^\[partial: lines 1-\d+ of 5000, bytes 0-\d+ of 55000, hash \w{16}; go on with cursor/,
    );
  });

  test("that changed since is not gone on with", async () => {
    await write("changing.txt", "some words\n".repeat(5_000));
    const [header] = await ws.texts("read_file", { path: "changing.txt" });
    await appendFile(join(ws.dir, "changing.txt"), "more\n");
    const failure = await ws.failure("read_file", { path: "changing.txt", cursor: cursorIn(header) });
    expect(failure).toMatch(/^conflict: the file changed since .*\nhint: Start again/);
  });
});

describe("encodings", () => {
  test.each([
    ["UTF-8 with BOM", Buffer.from("\ufeffcafé\n"), "café\n"],
    ["UTF-16LE with BOM", Buffer.from("\ufeffcafé 😀\n", "utf16le"), "café 😀\n"],
    ["UTF-16BE with BOM", Buffer.from("\ufeffcafé\n", "utf16le").swap16(), "café\n"],
    ["latin-1", Buffer.from("caf\xe9\n", "latin1"), "café\n"],
  ])("%s is read right and named", async (name, bytes, content) => {
    await write("encoded.txt", bytes);
    const [header, text] = await ws.texts("read_file", { path: "encoded.txt" });
    expect(text).toBe(content);
    expect(header).toContain(`, ${name}, hash`);
  });

  test("line ends other than LF are named", async () => {
    await write("crlf.txt", "a\r\nb\r\n");
    await write("mixed.txt", "a\r\nb\n");
    expect((await ws.texts("read_file", { path: "crlf.txt" }))[0]).toContain("line ends CRLF");
    expect((await ws.texts("read_file", { path: "mixed.txt" }))[0]).toContain("line ends mixed");
  });
});

describe("binary files", () => {
  const png = Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    Buffer.alloc(50_000, 7),
    Buffer.alloc(9),
  ]);

  test("are described, with how to get at them", async () => {
    await write("picture.png", png);
    const [header, ...rest] = await ws.texts("read_file", { path: "picture.png" });
    expect(header).toMatch(
      /^\[binary: PNG image, 50017 bytes, hash \w{16}; as:"image" with budget 66812 shows it; as:"base64"/,
    );
    expect(rest).toEqual([]);
    await write("zeros.bin", Buffer.alloc(100));
    expect((await ws.texts("read_file", { path: "zeros.bin" }))[0]).toMatch(
      /^\[binary: unknown kind, 100 bytes/,
    );
  });

  test("are shown as images when they are some, within the budget", async () => {
    await write("picture.png", png);
    const failure = await ws.failure("read_file", { path: "picture.png", as: "image" });
    expect(failure).toMatch(/^too_large: .*\nhint: Ask again with budget 66812/);
    const { parts } = await ws.call("read_file", { path: "picture.png", as: "image", budget: 66_812 });
    expect(parts[1]).toEqual({ type: "image", data: png.toString("base64"), mimeType: "image/png" });
    await write("text.txt", "text");
    expect(await ws.failure("read_file", { path: "text.txt", as: "image" })).toMatch(
      /^invalid_input: .* not a PNG/,
    );
  });

  test("come as base64 by ranges that join to the file", async () => {
    await write("picture.png", png);
    const chunks: Buffer[] = [];
    for (let offset: number | undefined = 0; offset !== undefined;) {
      const [header, data = ""] = await ws.texts("read_file", { path: "picture.png", as: "base64", offset });
      expect((header ?? "").length + data.length).toBeLessThanOrEqual(20_000);
      chunks.push(Buffer.from(data, "base64"));
      const next = /go on with offset (\d+)/.exec(header ?? "")?.[1];
      offset = next === undefined ? undefined : Number(next);
    }
    expect(Buffer.concat(chunks).equals(png)).toBe(true);
    expect(await ws.texts("read_file", { path: "picture.png", as: "base64", offset: 0, length: 4 })).toEqual([
      "[base64 of bytes 0-3 of 50017]",
      "iVBORw==",
    ]);
  });
});

test("a file of 1 GB is read by ranges without being held", async () => {
  const file = await open(join(ws.dir, "huge.txt"), "w");
  await file.write("first line\nsecond\n");
  await file.write("é".repeat(10), 1_000_000_000);
  await file.write("\nlast line\n", 1_000_000_100);
  await file.truncate(1_000_000_111);
  await file.close();
  const before = process.memoryUsage().rss;
  expect((await ws.texts("read_file", { path: "huge.txt" }))[0]).toMatch(
    /^\[binary: unknown kind, 1000000111 bytes;/,
  );
  const [, bytes] = await ws.texts("read_file", {
    path: "huge.txt",
    as: "base64",
    offset: 1_000_000_000,
    length: 20,
  });
  expect(Buffer.from(bytes ?? "", "base64").toString()).toBe("é".repeat(10));
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
});

test("a text beyond 64 MiB is not looked through, but its lines are found", async () => {
  await write("big.txt", Buffer.alloc(70 * 1024 * 1024, "0123456789abcde\n"));
  const [header, text] = await ws.texts("read_file", {
    path: "big.txt",
    startLine: 4_000_000,
    endLine: 4_000_001,
  });
  expect(header).toBe("[lines 4000000-4000001 of an unknown number, bytes 63999984-64000015 of 73400320]");
  expect(text).toBe("0123456789abcde\n".repeat(2));
});

describe("says in our words", () => {
  test("which file was probably meant", async () => {
    await mkdir(join(ws.dir, "src"), { recursive: true });
    await write("src/server.ts", "x");
    expect(await ws.failure("read_file", { path: "src/sever.ts" })).toBe(
      "not_found: there is nothing at src/sever.ts\nhint: Did you mean src/server.ts?",
    );
    expect(await ws.failure("read_file", { path: "scr/server.ts" })).toContain("hint: Did you mean src?");
  });

  test("that a directory is none", async () => {
    await mkdir(join(ws.dir, "folder"), { recursive: true });
    expect(await ws.failure("read_file", { path: "folder" })).toMatch(
      /^invalid_input: folder is a directory.*\nhint: List it instead/,
    );
  });

  test("which lines there are", async () => {
    await write("three.txt", "1\n2\n3\n");
    expect(await ws.failure("read_file", { path: "three.txt", startLine: 4 })).toBe(
      "invalid_input: startLine 4 is behind the end of the file\nhint: It has 3 lines.",
    );
    expect(await ws.failure("read_file", { path: "three.txt", startLine: 3, endLine: 2 })).toMatch(
      /^invalid_input: endLine 2/,
    );
  });

  test("that a cursor is none of ours", async () => {
    await write("three.txt", "1\n2\n3\n");
    for (const cursor of ["x", "e30", Buffer.from('["a",-1]').toString("base64url"), "%%%"])
      expect(await ws.failure("read_file", { path: "three.txt", cursor })).toMatch(
        /^invalid_input: cursor is not one/,
      );
  });
});

test("follows a link inside the root", async () => {
  await write("target.txt", "through a link");
  await symlink("target.txt", join(ws.dir, "link.txt"));
  expect((await ws.texts("read_file", { path: "link.txt" }))[1]).toBe("through a link");
});

test("a cancelled call reads nothing", async () => {
  await write("a.txt", "a");
  const answer = await ws.call("read_file", { path: "a.txt" }, AbortSignal.abort());
  expect(answer.error).toBe("cancelled");
});
