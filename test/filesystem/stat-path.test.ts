import { chmod, mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ToolError } from "../../shared/errors.ts";
import filesystem from "../../servers/filesystem/server.ts";
import { callable, type Called } from "../support/call-tool.ts";

let ws: Called;
beforeAll(async () => {
  ws = await callable(filesystem);
  await writeFile(join(ws.dir, "a.txt"), "a\r\nb\r\n");
  await chmod(join(ws.dir, "a.txt"), 0o640);
  await utimes(join(ws.dir, "a.txt"), 1_700_000_000, 1_700_000_000);
  await writeFile(join(ws.dir, "u16.txt"), Buffer.from("\ufeffhé\n", "utf16le"));
  await writeFile(join(ws.dir, "a.png"), Buffer.from("\x89PNG\r\n\x1a\n\0", "latin1"));
  await mkdir(join(ws.dir, "dir"));
  await symlink("a.txt", join(ws.dir, "inner"));
  await symlink("/etc/passwd", join(ws.dir, "outer"));
});
afterAll(() => ws[Symbol.asyncDispose]());

async function stat(input: Record<string, unknown>): Promise<unknown> {
  return JSON.parse((await ws.texts("stat_path", input))[0] ?? "") as unknown;
}

test("tells what a file is, and by its bytes what text it holds", async () => {
  expect(await stat({ path: "a.txt" })).toEqual({
    path: "a.txt",
    kind: "file",
    size: 6,
    mtime: "2023-11-14T22:13:20.000Z",
    mode: "0640",
    links: 1,
    content: "text, UTF-8",
    lineEnds: "CRLF",
  });
  expect(await stat({ path: "u16.txt" })).toMatchObject({
    content: "text, UTF-16LE with BOM",
    lineEnds: "LF",
  });
  expect(await stat({ path: "a.png" })).toMatchObject({ content: "PNG image" });
});

test("hashes and counts lines when asked to", async () => {
  expect(await stat({ path: "a.txt", hash: true })).toMatchObject({ lines: 2, hash: "58055bdcc73787eb" });
});

test("tells of directories, and of links where they lead inside", async () => {
  expect(await stat({ path: "dir" })).toMatchObject({ kind: "directory" });
  expect(await stat({ path: "inner" })).toMatchObject({ kind: "link", target: "a.txt" });
  const outer = await stat({ path: "outer" });
  expect(outer).toMatchObject({ kind: "link" });
  expect(outer).not.toHaveProperty("target");
});

test("says which path was probably meant", async () => {
  expect(await ws.failure("stat_path", { path: "a.text" })).toMatch(
    /^not_found: .*\nhint: Did you mean a\.txt\?/,
  );
});

test("gives the facts of a file that may not be read, but not its hash", async () => {
  await using closed = await callable(filesystem, {
    permit: (_place, intent) => {
      if (intent === "read") throw new ToolError("denied", "no");
    },
  });
  await writeFile(join(closed.dir, ".env"), "KEY=1\n");
  expect(await closed.texts("stat_path", { path: ".env" })).toEqual([
    expect.stringMatching(/"kind":"file","size":6/),
  ]);
  expect(await closed.failure("stat_path", { path: ".env", hash: true })).toMatch(/^denied/);
});
