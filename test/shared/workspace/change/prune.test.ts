import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CompareContainment } from "../../../../shared/workspace/contain-compare.ts";
import { HandleContainment } from "../../../../shared/workspace/contain-handles.ts";
import { ChangeLog } from "../../../../shared/workspace/change/change-log.ts";
import { prune, type PruneGround } from "../../../../shared/workspace/change/prune.ts";
import { Root } from "../../../../shared/workspace/root.ts";
import { opened, permissive, type OpenedWorkspace } from "../../../support/workspace.ts";

const by = { tool: "test.tool", call: "c" };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function write(ground: OpenedWorkspace, path: string, text: string): Promise<string> {
  const { workspace } = ground;
  await using draft = workspace.changes.draft(permissive());
  await draft.put(draft.target(workspace.locate(path), "follow"), Buffer.from(text));
  return (await workspace.changes.commit(draft, by)).id;
}

async function remove(ground: OpenedWorkspace, path: string): Promise<string> {
  const { workspace } = ground;
  await using draft = workspace.changes.draft(permissive());
  const target = draft.target(workspace.locate(path), "keep");
  const isDirectory = target.before?.isDirectory() === true;
  draft.remove(target, isDirectory ? await workspace.survey(target.place, permissive()) : undefined);
  return (await workspace.changes.commit(draft, by)).id;
}

interface Pruning extends Partial<Omit<PruneGround, "keeping">> {
  readonly days?: number;
  readonly maxBytes?: number;
}

async function pruned({ workspace, root }: OpenedWorkspace, options: Pruning = {}): Promise<string[]> {
  const { days = 30, maxBytes = 2 ** 30, ...more } = options;
  const roots = more.roots ?? workspace.roots;
  const containment = process.platform === "linux" ? HandleContainment.open(roots) : new CompareContainment();
  await prune(new ChangeLog(join(root, "../state/changes")), {
    roots,
    containment,
    keeping: { days, maxBytes },
    now: Date.now(),
    signal: new AbortController().signal,
    recover: async () => {},
    ...more,
  });
  if (containment instanceof HandleContainment) containment.close();
  return (await workspace.changes.history()).map(({ change }) => change.id);
}

const trash = async ({ root }: OpenedWorkspace): Promise<string[]> =>
  (await readdir(join(root, ".plumbline/trash"))).filter((name) => name !== ".gitignore").toSorted();

test("what is too old is forgotten, with what was kept for it", async () => {
  await using ground = await opened({ "a.txt": "1" });
  const first = await write(ground, "a.txt", "2");
  const second = await write(ground, "a.txt", "3");
  expect(await pruned(ground)).toEqual([second, first]);
  expect(await trash(ground)).toHaveLength(2);
  expect(await pruned(ground, { now: Date.now() + 31 * DAY_MS })).toEqual([]);
  expect(await trash(ground)).toEqual([]);
  expect(await readFile(join(ground.root, "a.txt"), "utf8")).toBe("3");
  await expect(ground.workspace.changes.undo(second, { access: permissive(), by })).rejects.toThrow(
    "there is no change",
  );
});

test("what is too much goes from the oldest on, and the newest stays however large it is", async () => {
  await using ground = await opened({
    "a.txt": "x".repeat(100),
    "b.txt": "x".repeat(100),
    "c.txt": "x".repeat(500),
  });
  const ids = [await remove(ground, "a.txt"), await remove(ground, "b.txt"), await write(ground, "new", "n")];
  expect(await pruned(ground, { maxBytes: 250 })).toEqual(ids.toReversed());
  expect(await pruned(ground, { maxBytes: 150 })).toEqual([ids[2], ids[1]]);
  const large = await remove(ground, "c.txt");
  expect(await pruned(ground, { maxBytes: 150 })).toEqual([large]);
  expect(await trash(ground)).toHaveLength(1);
});

test("a folder is deleted whole, read-only ones in it too, and what a link in it leads to stays", async () => {
  await using ground = await opened({ "d/x/a": "a", "stays/b": "b" });
  const { root } = ground;
  await symlink("../../stays", join(root, "d/x/link"));
  await chmod(join(root, "d/x"), 0o555);
  await remove(ground, "d");
  await pruned(ground, { now: Date.now() + 31 * DAY_MS });
  expect(await trash(ground)).toEqual([]);
  expect(await readFile(join(root, "stays/b"), "utf8")).toBe("b");
});

test("litter of dead processes goes in time, and nothing that is not ours or that another log may know", async () => {
  await using ground = await opened({ "a.txt": "1" });
  const known = await write(ground, "a.txt", "2");
  const folder = join(ground.root, ".plumbline/trash");
  await writeFile(join(folder, "deadbeef-0.new"), "half a file");
  await mkdir(join(folder, "deadbeef-1.new/in"), { recursive: true });
  await writeFile(join(folder, "deadbeef-1.new/in/x"), "x");
  await writeFile(join(folder, "cafecafe-0.old"), "another log's");
  await writeFile(join(folder, "cafecafe-1.gone"), "released before a crash");
  await writeFile(join(folder, "notes.txt"), "a person's");
  await pruned(ground);
  const kept = `${known}-1.old`;
  const has = async (): Promise<string[]> => (await trash(ground)).filter((name) => !name.startsWith(known));
  expect(await has()).toEqual(["cafecafe-0.old", "deadbeef-0.new", "deadbeef-1.new", "notes.txt"]);
  await pruned(ground, { now: Date.now() + 2 * HOUR_MS });
  expect(await has()).toEqual(["cafecafe-0.old", "notes.txt"]);
  await pruned(ground, { now: Date.now() + 29 * DAY_MS });
  expect(await trash(ground)).toContain(kept);
  await pruned(ground, { now: Date.now() + 31 * DAY_MS });
  expect(await trash(ground)).toEqual(["notes.txt"]);
});

test("no trash is made where there is none, and one that is gone is no error", async () => {
  await using ground = await opened({ "a.txt": "1" });
  await write(ground, "a.txt", "2");
  await rm(join(ground.root, ".plumbline"), { recursive: true });
  expect(await pruned(ground, { now: Date.now() + 31 * DAY_MS })).toEqual([]);
  expect(existsSync(join(ground.root, ".plumbline"))).toBe(false);
});

test("changes of other projects are forgotten by age only", async () => {
  await using ground = await opened({ "one/a.txt": "x".repeat(100), "two/b.txt": "b", "two/c.txt": "c" });
  const ids = [
    await remove(ground, "one/a.txt"),
    await remove(ground, "two/b.txt"),
    await remove(ground, "two/c.txt"),
  ];
  const roots = [await Root.open(join(ground.root, "two"), true)];
  expect(await pruned(ground, { roots, maxBytes: 0 })).toEqual([ids[2], ids[0]]);
  expect(await pruned(ground, { roots, now: Date.now() + 31 * DAY_MS })).toEqual([]);
});

test("it stops in the middle when the server stops, and goes on the next time", async () => {
  await using ground = await opened(
    Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`d/${index}`, "x"])),
  );
  await remove(ground, "d");
  const stop = new AbortController();
  setImmediate(() => stop.abort());
  const now = Date.now() + 31 * DAY_MS;
  await pruned(ground, { now, signal: stop.signal }).catch(() => undefined);
  expect(await pruned(ground, { now })).toEqual([]);
  expect(await trash(ground)).toEqual([]);
});
