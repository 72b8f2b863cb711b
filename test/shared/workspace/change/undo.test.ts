import { link, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Access } from "../../../../shared/access.ts";
import { ToolError } from "../../../../shared/errors.ts";
import { carryOut, takeBack, type ReadyStep } from "../../../../shared/workspace/change/carry-out.ts";
import type { Draft } from "../../../../shared/workspace/change/draft.ts";
import type { Target } from "../../../../shared/workspace/change/find-target.ts";
import { Folder } from "../../../../shared/workspace/change/folder.ts";
import { permitMove } from "../../../../shared/workspace/change/permit-tree.ts";
import { stampOf } from "../../../../shared/workspace/change/stamp.ts";
import type { Held } from "../../../../shared/workspace/contain.ts";
import { opened, permissive, SECRET, type OpenedWorkspace } from "../../../support/workspace.ts";

const by = { tool: "test.tool", call: "c" };

/** Drafts and commits one change. */
async function change(
  { workspace }: OpenedWorkspace,
  plan: (draft: Draft, at: (path: string) => Target) => Promise<unknown> | void,
  access = permissive(),
): Promise<string> {
  await using draft = workspace.changes.draft(access);
  await plan(draft, (path) => draft.target(workspace.locate(path), "keep"));
  return (await workspace.changes.commit(draft, by)).id;
}

const write = (ground: OpenedWorkspace, path: string, text: string): Promise<string> =>
  change(ground, (draft, at) => draft.put(at(path), Buffer.from(text)));

const undo = (ground: OpenedWorkspace, id: string, access: Access = permissive()): Promise<unknown> =>
  ground.workspace.changes.undo(id, { access, by });

/** The error, whatever it is. */
async function failure(work: Promise<unknown>): Promise<ToolError> {
  const error: unknown = await work.catch((caught: unknown) => caught);
  if (error instanceof ToolError) return error;
  throw new Error(`no ToolError: ${String(error)}`);
}

describe("what somebody does at the same time", () => {
  test("a file for a directory that is moved meanwhile does not come to lie where it moved to", async () => {
    await using ground = await opened({ "x/plain": "p" });
    const { workspace, root } = ground;
    await using slow = workspace.changes.draft(permissive());
    await slow.put(slow.target(workspace.locate("x/hooks.json"), "follow"), Buffer.from("{}"));
    await change(ground, (draft, at) => draft.move(at("x"), at(".cursor")));
    await expect(workspace.changes.commit(slow, by)).rejects.toThrow("x changed while");
    expect(await readdir(join(root, ".cursor"))).toEqual(["plain"]);
  });

  test("a directory is looked through once more when nothing can come in between", async () => {
    await using ground = await opened({ "x/plain": "p" });
    const { workspace, root } = ground;
    const access: Access = {
      ...permissive(),
      permit: ({ relative }) => {
        if (relative.endsWith(".cursor/hooks.json")) throw new ToolError("denied", relative);
      },
    };
    await using draft = workspace.changes.draft(access);
    const from = draft.target(workspace.locate("x"), "keep");
    const to = draft.target(workspace.locate(".cursor"), "keep");
    await permitMove(draft, { from, to }, { ground: workspace, access });
    draft.move(from, to);
    await writeFile(join(root, "x/hooks.json"), "{}");
    await expect(workspace.changes.commit(draft, by)).rejects.toThrow(".cursor/hooks.json");
    expect((await readdir(root)).toSorted()).toEqual(["x"]);
  });

  test("an undo that was planned before another one was carried out fails", async () => {
    await using ground = await opened({ "a.txt": "a" });
    const { workspace } = ground;
    const id = await change(ground, (draft, at) => draft.remove(at("a.txt")));
    const both = await Promise.allSettled([undo(ground, id), undo(ground, id)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await workspace.changes.history()).toHaveLength(2);
  });
});

describe("what an undo shows", () => {
  test("is nothing of the outside, where a link stands by now", async () => {
    await using ground = await opened({ "a.txt": "old\n" });
    const id = await write(ground, "a.txt", "x".repeat(SECRET.length));
    await rm(join(ground.root, "a.txt"));
    await symlink(join(ground.outside, "secret.txt"), join(ground.root, "a.txt"));
    const { code, details = "" } = await failure(undo(ground, id));
    expect(code).toBe("conflict");
    expect(details).not.toContain(SECRET);
  });

  test("is a diff for texts in their encoding, and none for what is no text", async () => {
    await using ground = await opened({});
    const { root } = ground;
    for (const [name, now] of [
      ["u16", Buffer.from("\ufeffnew é\n", "utf16le")],
      ["bin", Buffer.from([0, 1, 2])],
    ] as const) {
      await writeFile(join(root, name), Buffer.from("\ufeffold é\n", "utf16le"));
      const id = await write(ground, name, "between");
      await writeFile(join(root, name), now);
      const { details } = await failure(undo(ground, id));
      if (name === "u16") expect(details).toContain("-new é\n+old é\n");
      else expect(details).toBe(undefined);
    }
  });

  test("is bounded for a large text", async () => {
    await using ground = await opened({ "a.txt": "old\n".repeat(50_000) });
    const id = await write(ground, "a.txt", "new\n".repeat(50_000));
    await writeFile(join(ground.root, "a.txt"), "other\n".repeat(50_000));
    const { details = "" } = await failure(undo(ground, id));
    expect(details.length).toBeGreaterThan(100);
    expect(details.length).toBeLessThanOrEqual(2_000);
  });
});

test("an old version that was changed by another of its names is not passed off as the old one", async () => {
  await using ground = await opened({ "a.txt": "old" });
  await link(join(ground.root, "a.txt"), join(ground.root, "b.txt"));
  const id = await write(ground, "a.txt", "new");
  await writeFile(join(ground.root, "b.txt"), "changed");
  expect((await failure(undo(ground, id))).message).toContain("the old version of a.txt is not in the trash");
});

test("what was deleted comes back into folders that are made for it", async () => {
  await using ground = await opened({ "d/e/a.txt": "a" });
  const id = await change(ground, (draft, at) => draft.remove(at("d/e/a.txt")));
  await rm(join(ground.root, "d"), { recursive: true });
  await undo(ground, id);
  expect(await readFile(join(ground.root, "d/e/a.txt"), "utf8")).toBe("a");
});

test("everything is asked for: the place, and all that lies in a folder, where it lies and where it goes", async () => {
  await using ground = await opened({ "d/x": "x" });
  const id = await change(ground, (draft, at) => draft.move(at("d"), at("n/e")));
  const access = permissive();
  await undo(ground, id, access);
  const asked = access.asked.filter(([, intent]) => intent === "write").map(([{ relative }]) => relative);
  expect(new Set(asked)).toEqual(new Set(["n/e", "n/e/x", "d", "d/x", "n"]));
});

test("when the last step of an undo fails, all stays as it was", async () => {
  await using ground = await opened({ "a.txt": "a", "b.txt": "b" });
  const { root, workspace } = ground;
  const id = await change(ground, async (draft, at) => {
    draft.remove(at("a.txt"));
    await draft.put(at("b.txt"), Buffer.from("B"));
  });
  await mkdir(join(root, "a.txt"));
  await expect(undo(ground, id)).rejects.toThrow("a.txt is there again");
  expect(await readFile(join(root, "b.txt"), "utf8")).toBe("B");
  await rename(join(root, "a.txt"), join(root, "dir"));
  await undo(ground, id);
  expect(await readFile(join(root, "a.txt"), "utf8")).toBe("a");
  expect((await workspace.changes.history())[1]?.state).toBe("undone");
});

/** A directory in which case does not count, as far as one can be had here: every spelling is one name. */
async function caseless(root: string): Promise<Folder> {
  const stats = lstatSync(root, { bigint: true });
  const at = (name: string): string => join(root, name.toLowerCase());
  const held: Held = {
    parts: [],
    missing: [],
    stats,
    at,
    open: () => {
      throw new Error("not here");
    },
    enter: () => undefined,
    look: () => undefined,
    isInPlace: () => true,
    verify: () => {},
    close: () => {},
  };
  return Folder.of(held);
}

test.each(["file", "directory"])(
  "a %s that only gets another case is never lost, done or taken back",
  async (kind) => {
    await using ground = await opened(kind === "file" ? { readme: "r" } : { "readme/x": "r" });
    const path = join(ground.root, "readme");
    const folder = await caseless(ground.root);
    const stamp = stampOf(lstatSync(path, { bigint: true }));
    const [place, from] = ["README", "readme"].map((relative) => ({ root: ground.root, relative }));
    if (place === undefined || from === undefined) throw new Error("no places");
    const ready: ReadyStep = {
      step: { what: "move", place, from, before: stamp, after: stamp },
      spot: { folder, name: "README" },
      from: { folder, name: "readme" },
      shown: "README",
    };
    const { ino } = await stat(path);
    carryOut(ready);
    expect((await stat(path)).ino).toBe(ino);
    takeBack(ready);
    expect((await stat(path)).ino).toBe(ino);
  },
);
