import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { colorDiffs } from "../../servers/commands/terminal.ts";
import { CLI, person, type Person } from "./command-line.ts";

async function write(me: Person, path: string, content: string): Promise<string> {
  const input = JSON.stringify({ path, content, overwrite: true });
  const { stdout } = await me.plumbline(["call", "filesystem", "write_file", input]);
  return /change ([0-9a-f]{8})/.exec(stdout)?.[1] ?? stdout;
}

test("without an id the changes are listed, with one they are taken back", async () => {
  await using me = await person();
  await me.write("project/a.txt", "one\n");
  expect((await me.plumbline(["undo"])).stdout).toBe("[no changes by tools here]\n");
  const first = await write(me, "a.txt", "two\n");
  const second = await write(me, "b/c.txt", "new\n");
  const { stdout } = await me.plumbline(["undo"]);
  expect(stdout).toMatch(/^\[2 changes by tools, newest first\]\n/);
  expect(stdout).toContain(`${first} `);
  expect((await me.plumbline(["undo", "--limit", "1"])).stdout).toContain("the newest 1 of 2");
  const undone = await me.plumbline(["undo", first]);
  expect(undone).toMatchObject({ code: 0, stderr: "" });
  expect(undone.stdout).toMatch(
    new RegExp(`^\\[undid change ${first}: changed a\\.txt; change [0-9a-f]{8}\\]\n$`),
  );
  expect(await readFile(join(me.project, "a.txt"), "utf8")).toBe("one\n");
  expect(await me.plumbline(["undo", second, "b/c.txt"])).toMatchObject({ code: 0 });
  expect((await me.plumbline(["audit"])).stdout).toMatch(
    /filesystem\.undo_change {2}ok {2}b\/c\.txt .*plumbline call/,
  );
});

test("the list as JSON holds every change with what became of it", async () => {
  await using me = await person();
  const id = await write(me, "a.txt", "a");
  await me.plumbline(["undo", id]);
  const { stdout } = await me.plumbline(["undo", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    total: 2,
    changes: [
      { tool: "filesystem.undo_change", undoes: id, state: "done" },
      { id, tool: "filesystem.write_file", state: "undone", steps: [{ what: "put" }] },
    ],
  });
});

test("what cannot be taken back has exit code 1 and says why on stderr", async () => {
  await using me = await person();
  await me.write("project/a.txt", "one\n");
  const id = await write(me, "a.txt", "two\n");
  await me.write("project/a.txt", "mine\n");
  const refused = await me.plumbline(["undo", id]);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/^conflict: a\.txt changed since.*\n.*\n.*\n--- a\/a\.txt\n/);
  expect(await me.plumbline(["undo", "00000000"])).toMatchObject({ code: 1 });
  expect(await me.plumbline(["undo", "--limit", "none"])).toMatchObject({ code: 2 });
  expect(await me.plumbline(["undo", "--read-only"])).toMatchObject({ code: 2 });
});

test("another project's changes are not listed", async () => {
  await using me = await person();
  await write(me, "a.txt", "a");
  const other = join(me.home, "other");
  await me.write("other/package.json", "{}");
  expect((await me.plumbline(["undo", "--root", other])).stdout).toBe("[no changes by tools here]\n");
});

/** Gives a program a terminal; part of util-linux. */
const SCRIPT = "/usr/bin/script";
const hasScript = spawnSync(SCRIPT, ["--version"]).status === 0;

test.skipIf(!hasScript)(
  "on a terminal the diff of a conflict is coloured, and nothing in it is obeyed",
  async () => {
    await using me = await person();
    await me.write("project/a.txt", "one\n");
    const id = await write(me, "a.txt", "two\n");
    await me.write("project/a.txt", "\u001B[2Jmine\n");
    const command = `'${process.execPath}' '${CLI}' undo ${id}`;
    const options = { cwd: me.project, env: me.env, encoding: "utf8", timeout: 20_000 } as const;
    const { stdout } = spawnSync(SCRIPT, ["-qec", command, "/dev/null"], options);
    expect(stdout).toContain(String.raw`${"\u001B"}[31m-\u{1b}[2Jmine`);
    expect(stdout).toContain("\u001B[32m+one\u001B[0m");
    expect(stdout).not.toContain("\u001B[2J");
    const plain = spawnSync(SCRIPT, ["-qec", command, "/dev/null"], {
      ...options,
      env: { ...me.env, NO_COLOR: "1" },
    });
    expect(plain.stdout).not.toContain("\u001B[3");
  },
);

test("only the lines of a diff are coloured", () => {
  const text =
    "[header]\n- a list\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ at\n same\n-old\n+new\n\n- not in it\n+ nor this";
  expect(colorDiffs(text).split("\n")).toEqual([
    "[header]",
    "- a list",
    "--- a/x",
    "+++ b/x",
    "\u001B[36m@@ -1,2 +1,2 @@ at\u001B[0m",
    " same",
    "\u001B[31m-old\u001B[0m",
    "\u001B[32m+new\u001B[0m",
    "",
    "- not in it",
    "+ nor this",
  ]);
});
