import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  readClientFile,
  replaceClientFile,
  restoreClientFile,
} from "../../../shared/config/clients/client-file.ts";
import { machine } from "../machine.ts";

test("what somebody else wrote meanwhile is not overwritten, neither now nor by undoing", async () => {
  await using here = await machine();
  const file = await here.write("settings.json", "{}");
  const old = await readClientFile(file);
  await writeFile(file, '{"a":1}');
  await expect(replaceClientFile(old, "ours")).rejects.toThrow("was changed by somebody else meanwhile");
  expect(await readFile(file, "utf8")).toBe('{"a":1}');

  const again = await readClientFile(file);
  await replaceClientFile(again, "ours");
  await writeFile(file, "theirs");
  expect(await restoreClientFile(again, "ours")).toBe(false);
  expect(await readFile(file, "utf8")).toBe("theirs");
});

test("a new file is made with its folders, private, and undone by removing it", async () => {
  await using here = await machine();
  const old = await readClientFile(join(here.folder, "a", "b", "settings.json"));
  expect(await replaceClientFile(old, "ours")).toBeUndefined();
  expect((await stat(old.path)).mode & 0o777).toBe(0o600);
  expect(await restoreClientFile(old, "ours")).toBe(true);
  expect((await readClientFile(old.path)).text).toBeUndefined();
});

test("what is no text file is refused", async () => {
  await using here = await machine();
  const folder = join(here.folder, "folder");
  await mkdir(folder);
  await expect(readClientFile(folder)).rejects.toThrow("is not a regular file");
  const latin = join(here.folder, "latin.json");
  await writeFile(latin, Buffer.from([0x7b, 0xe9, 0x7d]));
  await expect(readClientFile(latin)).rejects.toThrow("is not UTF-8 text");
  const dangling = join(here.folder, "dangling.json");
  await symlink(join(here.folder, "nowhere"), dangling);
  await expect(readClientFile(dangling)).rejects.toThrow("is a link that leads nowhere");
});
