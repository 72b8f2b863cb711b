import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findRoots } from "../../shared/config/roots.ts";
import { machine, type Machine } from "./machine.ts";

function find(here: Machine, cwd: string, given?: string[]): ReturnType<typeof findRoots> {
  return findRoots({
    given,
    cwd,
    home: here.places.home,
    configFile: join(here.places.config, "config.json"),
  });
}

test("without a root it takes the nearest folder with a project marker", async () => {
  await using here = await machine();
  const deep = join(here.project, "src", "deep");
  await mkdir(deep, { recursive: true });
  expect(await find(here, deep)).toEqual({ roots: [here.project], warnings: [] });
  await here.write("home/project/src/package.json", {});
  expect(await find(here, deep)).toEqual({ roots: [join(here.project, "src")], warnings: [] });
});

test.each(["/", "/usr", "/etc", "/etc/ssl", "/tmp", "/var", "HOME", "HOME/.."])(
  "started in %s without a root it refuses in one line",
  async (folder) => {
    await using here = await machine();
    const cwd = folder.startsWith("HOME") ? join(here.places.home, folder.slice(4)) : folder;
    const message = await find(here, cwd).then(String, String);
    expect(message).toContain("no root given, and started in ");
    expect(message).toContain("add --root /path/to/your/project to the command");
    expect(message).toContain(
      `"roots": ["/path/to/your/project"] to ${join(here.places.config, "config.json")}`,
    );
    expect(message).not.toContain("\n");
  },
);

test("a marker in the home folder does not open the home folder", async () => {
  await using here = await machine();
  await mkdir(join(here.places.home, ".git"));
  await mkdir(join(here.places.home, "notes"));
  await expect(find(here, join(here.places.home, "notes"))).rejects.toThrow("which is no project");
  await symlink(here.places.home, join(here.folder, "alias"));
  await expect(find(here, join(here.folder, "alias"))).rejects.toThrow("your home folder");
});

test("a root that is written out whole is the person's own decision, with a warning", async () => {
  await using here = await machine();
  expect(await find(here, here.project, ["/"])).toEqual({
    roots: ["/"],
    warnings: ["root / is the whole disk: tools reach everything below it"],
  });
  expect(await find(here, "/", ["~/project", "~"])).toEqual({
    roots: [here.project, here.places.home],
    warnings: [`root ${here.places.home} is your home folder: tools reach everything below it`],
  });
});

test.each([".", "..", "./", "a/.."])(
  "a relative root %s does not open what a client happens to start us in",
  async (given) => {
    await using here = await machine();
    await mkdir(join(here.places.home, "a"));
    await expect(find(here, here.places.home, [given])).rejects.toThrow(
      /root ".*" is .* home folder when started in/,
    );
  },
);

test("a root that is missing is left out when another one is there", async () => {
  await using here = await machine();
  const file = await here.write("home/file", "");
  expect(await find(here, "/", [here.project, "/no/such/folder", file])).toEqual({
    roots: [here.project],
    warnings: ["root /no/such/folder does not exist", `root ${file} is not a folder`],
  });
  await expect(find(here, "/", ["/no/such/folder"])).rejects.toThrow("no root is left to serve");
});

test.each([
  ["", "a root is empty"],
  ["${workspaceFolder}", "still holds a variable"],
  ["/a\0b", "NUL"],
])("the root %j is refused", async (given, message) => {
  await using here = await machine();
  await expect(find(here, here.project, [given])).rejects.toThrow(message);
});

test("the same folder twice is one root", async () => {
  await using here = await machine();
  expect((await find(here, here.project, [".", here.project, `${here.project}/`])).roots).toEqual([
    here.project,
  ]);
});
