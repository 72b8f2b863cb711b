import { rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { Scope } from "../../shared/scope.ts";
import { Watch } from "../../shared/workspace/watch.ts";
import { openWorkspace } from "../../shared/workspace/open-workspace.ts";
import { callable, type Called } from "../support/call-tool.ts";

let ws: Called;
beforeAll(async () => {
  ws = await callable(filesystem);
  await writeFile(join(ws.dir, "a ü.txt"), Buffer.from("\ufeffwhole\r\ntext\n", "utf16le"));
  await writeFile(join(ws.dir, "a.png"), Buffer.from("\x89PNG\r\n\x1a\n\0", "latin1"));
  await writeFile(join(ws.dir, "long.txt"), "0123456789\n".repeat(100_000));
  await writeFile(join(ws.dir, "huge.txt"), "0123456789\n".repeat(200_000));
});
afterAll(() => ws[Symbol.asyncDispose]());

function uri(name: string): string {
  return pathToFileURL(join(ws.dir, name)).href;
}

test("a resource is the text of the file and nothing else", async () => {
  expect(await ws.texts("read_resource", { uri: uri("a ü.txt") })).toEqual(["whole\r\ntext\n"]);
  expect((await ws.texts("read_resource", { uri: uri("long.txt") }))[0]?.length).toBe(1_100_000);
});

test("a binary resource is its bytes", async () => {
  const { parts } = await ws.call("read_resource", { uri: uri("a.png") });
  expect(parts).toEqual([{ type: "image", data: "iVBORw0KGgoA", mimeType: "image/png" }]);
});

test.each([
  ["huge.txt", /^too_large: .*\nhint: read_file/],
  ["missing.txt", /^not_found/],
  ["../x", /^denied/],
])("%s is refused in our words", async (name, expected) => {
  expect(await ws.failure("read_resource", { uri: uri(name) })).toMatch(expected);
});

test.each(["file://host/a.txt", "file:///a%2fb", "https://example.com/", "a.txt", "file:///%00"])(
  "%s is no URI of a file here",
  async (uri) => {
    expect(await ws.failure("read_resource", { uri })).toMatch(/^invalid_input/);
  },
);

test("a watched file's changes are told until nobody listens, whatever way it is written", async () => {
  await using scope = new Scope();
  const workspace = await openWorkspace([ws.dir], { scope });
  const watch = new Watch(workspace);
  scope.defer(() => watch.close());
  const path = join(ws.dir, "watched.txt");
  await writeFile(path, "1");
  let told = 0;
  const stop = await watch.add(workspace.locate("watched.txt"), () => (told += 1));
  for (const change of [
    () => writeFile(path, "22"),
    async () => {
      await writeFile(`${path}.new`, "333");
      await rename(`${path}.new`, path);
    },
    () => rm(path),
    () => writeFile(path, "4444"),
  ]) {
    const before = told;
    await change();
    await until(() => told > before);
  }
  stop();
  const before = told;
  await writeFile(path, "55555");
  await sleep(1_200);
  expect(told).toBe(before);
});

test("what is no regular file inside is not watched, and not more than 256 files are", async () => {
  await using scope = new Scope();
  const workspace = await openWorkspace([ws.dir], { scope });
  const watch = new Watch(workspace);
  scope.defer(() => watch.close());
  const add = (name: string): Promise<unknown> => watch.add(workspace.locate(name), () => {});
  await symlink("/etc/passwd", join(ws.dir, "outer"));
  await expect(add(".")).rejects.toMatchObject({ code: "invalid_input" });
  await expect(add("outer")).rejects.toMatchObject({ code: "denied" });
  await expect(add("missing")).rejects.toMatchObject({ code: "not_found" });
  for (let count = 0; count < 256; count++) await add("a.png");
  await expect(add("a.png")).rejects.toMatchObject({ code: "too_large" });
});

async function until(reached: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !reached(); tries++) await sleep(100);
  expect(reached()).toBe(true);
}
