import { readFile, readdir, stat, writeFile, chmod, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { opened, permissive } from "../../../support/workspace.ts";

const by = { tool: "test.tool", call: "c" };

test("a file is replaced whole, keeps its mode, and its old version is in the trash", async () => {
  await using ground = await opened({ "a/b.txt": "old" });
  const { workspace, root } = ground;
  await chmod(join(root, "a/b.txt"), 0o751);
  await using draft = workspace.changes.draft(permissive());
  const target = draft.target(workspace.locate("a/b.txt"), "follow");
  await draft.put(target, Buffer.from("new"));
  expect(await readFile(join(root, "a/b.txt"), "utf8")).toBe("old");
  const change = await workspace.changes.commit(draft, by);
  expect(await readFile(join(root, "a/b.txt"), "utf8")).toBe("new");
  expect((await stat(join(root, "a/b.txt"))).mode & 0o777).toBe(0o751);
  const [step] = change.steps;
  expect(await readFile(join(root, ".plumbline/trash", step?.kept?.name ?? ""), "utf8")).toBe("old");
});

test("a new file gets its directories, and nothing is left over", async () => {
  await using ground = await opened({});
  const { workspace, root } = ground;
  {
    await using draft = workspace.changes.draft(permissive());
    await draft.put(draft.target(workspace.locate("x/y/z.txt"), "follow"), Buffer.from("new"));
    await draft.put(draft.target(workspace.locate("x/y/w.txt"), "follow"), Buffer.from("new"));
    await workspace.changes.commit(draft, by);
  }
  expect(await readFile(join(root, "x/y/z.txt"), "utf8")).toBe("new");
  expect(await readdir(join(root, ".plumbline/trash"))).toEqual([".gitignore"]);
});

test("when the last step fails all the earlier ones are taken back", async () => {
  await using ground = await opened({ "a.txt": "a", "dir/x": "x", "gone.txt": "gone" });
  const { workspace, root } = ground;
  {
    await using draft = workspace.changes.draft(permissive());
    await draft.put(draft.target(workspace.locate("a.txt"), "follow"), Buffer.from("A"));
    await draft.put(draft.target(workspace.locate("new/b.txt"), "follow"), Buffer.from("B"));
    draft.remove(draft.target(workspace.locate("gone.txt"), "keep"));
    draft.move(
      draft.target(workspace.locate("dir"), "keep"),
      draft.target(workspace.locate("moved"), "keep"),
    );
    await draft.put(draft.target(workspace.locate("late.txt"), "follow"), Buffer.from("C"));
    await writeFile(join(root, "late.txt"), "somebody else's");
    await expect(workspace.changes.commit(draft, by)).rejects.toThrow("late.txt is there already");
  }
  expect((await readdir(root)).toSorted()).toEqual([".plumbline", "a.txt", "dir", "gone.txt", "late.txt"]);
  expect(await readFile(join(root, "a.txt"), "utf8")).toBe("a");
  expect(await readFile(join(root, "dir/x"), "utf8")).toBe("x");
  expect(await readdir(join(root, ".plumbline/trash"))).toEqual([".gitignore"]);
});

test("what changed since it was looked at is not replaced", async () => {
  await using ground = await opened({ "a.txt": "a" });
  const { workspace, root } = ground;
  await using draft = workspace.changes.draft(permissive());
  const target = draft.target(workspace.locate("a.txt"), "follow");
  await draft.put(target, Buffer.from("A"), { basis: Buffer.from("a") });
  await writeFile(join(root, "a.txt"), "b");
  await expect(workspace.changes.commit(draft, by)).rejects.toThrow("a.txt changed while");
  expect(await readFile(join(root, "a.txt"), "utf8")).toBe("b");
});

test("a link in the place of the trash is refused", async () => {
  await using ground = await opened({ "a.txt": "a" });
  const { workspace, root, outside } = ground;
  await mkdir(join(root, ".plumbline"));
  await symlink(outside, join(root, ".plumbline/trash"));
  await using draft = workspace.changes.draft(permissive());
  const target = draft.target(workspace.locate("a.txt"), "follow");
  await expect(draft.put(target, Buffer.from("A"))).rejects.toThrow("cannot keep");
});
