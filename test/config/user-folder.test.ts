import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listUserFolder, resolveUserPath, userEntryKind } from "../../shared/config/user-folder.ts";
import { Scope } from "../../shared/scope.ts";

test("A folder of the person's own is listed with what its links lead to", async () => {
  await using scope = new Scope();
  const base = await realpath(await mkdtemp(join(tmpdir(), "plumb-user-")));
  scope.defer(() => rm(base, { recursive: true }));
  const folder = join(base, "own");
  await mkdir(join(folder, "in"), { recursive: true });
  await writeFile(join(folder, "file"), "");
  await symlink("file", join(folder, "to-file"));
  await symlink("..", join(folder, "to-folder"));
  await symlink("gone", join(folder, "to-nothing"));
  execFileSync("mkfifo", [join(folder, "fifo")]);
  expect(Object.fromEntries(listUserFolder(folder, 6) ?? [])).toEqual({
    file: "file",
    in: "directory",
    fifo: "other",
    "to-file": "file",
    "to-folder": "directory",
    "to-nothing": "other",
  });
  expect(listUserFolder(folder, 5)).toBeUndefined();
  for (const none of ["none", "file", "to-nothing"])
    expect(listUserFolder(join(folder, none), 6)).toBeUndefined();
  expect(userEntryKind(join(folder, "to-nothing"))).toBeUndefined();
  expect(resolveUserPath(join(folder, "to-file"))).toBe(join(folder, "file"));
  expect(resolveUserPath(join(folder, "to-nothing"))).toBe(join(folder, "to-nothing"));
});
