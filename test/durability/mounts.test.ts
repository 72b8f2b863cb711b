import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faults, whyNoFaults } from "./faults.ts";
import { filesOf, trashOf } from "./files.ts";
import { mount, small, whyNoMounts } from "./mounts.ts";
import { AFTER, BEFORE, PATCH } from "./patch.ts";
import { put, serve, tree, type Served, type Tree } from "./served.ts";

const why = whyNoMounts();
if (why !== undefined) console.warn(`skipped: mounts below the root, and overlays, since ${why}`);
const whyNot = whyNoFaults();
if (whyNot !== undefined) console.warn(`skipped: a file system without hard links, since ${whyNot}`);

const INNER = { "in.txt": "in\n", "dir/deep/x.txt": "x\n", "dir/y.txt": "y\n" };

function idOf(answer: string): string {
  return /change ([0-9a-f]{8})/.exec(answer)?.[1] ?? "";
}

/** Makes a change, says what is there then, and takes it back: all must be as it was. */
async function thereAndBack(server: Served, place: Tree, [name, args]: [string, object]): Promise<object> {
  const before = filesOf(place.root);
  const answer = await server.did(name, { ...args });
  const after = filesOf(place.root);
  await server.did("undo_change", { action: "revert", change: idOf(answer) });
  expect(filesOf(place.root), answer).toEqual(before);
  return after;
}

const NOT_SEEN = /\.plumbline/;
function seen(files: Readonly<Record<string, string>>): string[] {
  return Object.keys(files).filter((name) => !NOT_SEEN.test(name));
}

describe.skipIf(why !== undefined)("a mount below the root", { timeout: 60_000 }, () => {
  test.each(["of another file system", "of the same file system"])(
    "%s takes every change and its undo",
    async (kind) => {
      using place = tree({ "out.txt": "out\n", "tree/z.txt": "z\n", "tree/sub/w.txt": "w\n" });
      const elsewhere = join(place.base, "elsewhere");
      mkdirSync(elsewhere);
      const sub = join(place.root, "a sub");
      using _mount = kind.includes("another") ? small(sub, 1_024) : mount(sub, ["--bind", elsewhere]);
      put(sub, INNER);
      await using server = await serve(place);
      const change = (name: string, args: object) => thereAndBack(server, place, [name, args]);
      expect(
        await change("write_file", { path: "a sub/in.txt", content: "new\n", overwrite: true }),
      ).toMatchObject({ "a sub/in.txt": "new\n" });
      expect(await change("write_file", { path: "a sub/n/e/w.txt", content: "new\n" })).toMatchObject({
        "a sub/n/e/w.txt": "new\n",
      });
      expect(
        await change("edit_file", { path: "a sub/in.txt", edits: [{ oldText: "in", newText: "on" }] }),
      ).toMatchObject({ "a sub/in.txt": "on\n" });
      expect(Object.keys(await change("delete_path", { path: "a sub/dir" }))).not.toContain(
        "a sub/dir/y.txt",
      );
      expect(await change("move_path", { from: "a sub/in.txt", to: "in.txt" })).toMatchObject({
        "in.txt": "in\n",
      });
      expect(await change("move_path", { from: "out.txt", to: "a sub/out.txt" })).toMatchObject({
        "a sub/out.txt": "out\n",
      });
      expect(await change("move_path", { from: "tree", to: "a sub/tree" })).toMatchObject({
        "a sub/tree/sub/w.txt": "w\n",
        "a sub/tree/z.txt": "z\n",
      });
      expect(await change("move_path", { from: "a sub/dir", to: "dir" })).toMatchObject({
        "dir/deep/x.txt": "x\n",
      });
      const both =
        "--- a/out.txt\n+++ b/out.txt\n@@ -1 +1 @@\n-out\n+OUT\n--- a/a sub/in.txt\n+++ b/a sub/in.txt\n@@ -1 +1 @@\n-in\n+IN\n";
      expect(await change("apply_patch", { patch: both })).toMatchObject({
        "out.txt": "OUT\n",
        "a sub/in.txt": "IN\n",
      });
      const { ok, text } = await server.call("move_path", { from: "a sub", to: "b sub" });
      expect(`${ok} ${text}`).toMatch(/^false (unavailable|invalid_input|conflict|denied): /);
      const listed = await server.did("find_files", { globs: ["**"], ignored: true });
      expect(listed).not.toMatch(/trash|\.old|\.new/);
      expect(seen(filesOf(place.root)).length).toBe(6);
    },
  );

  test("that is read-only, full or gone leaves a patch over both undone", async () => {
    using place = tree({ "out.txt": "out\n" });
    const sub = join(place.root, "sub");
    using _mount = small(sub, 64);
    put(sub, { "in.txt": "in\n" });
    await using server = await serve(place);
    const long = "x".repeat(60_000);
    const patch = `--- a/out.txt\n+++ b/out.txt\n@@ -1 +1 @@\n-out\n+OUT\n--- a/sub/in.txt\n+++ b/sub/in.txt\n@@ -1 +1 @@\n-in\n+${long}\n`;
    const { text } = await server.call("apply_patch", { patch });
    expect(text).toMatch(/^unavailable: the disk is full: /);
    expect(filesOf(place.root)).toMatchObject({ "out.txt": "out\n", "sub/in.txt": "in\n" });
    expect(trashOf(place.root)).toEqual({ old: [], new: [] });
    expect(trashOf(sub)).toEqual({ old: [], new: [] });
  });
});

describe.skipIf(why !== undefined)("an overlay, as containers have", { timeout: 60_000 }, () => {
  test("takes every change of what lies in its lower layer, and its undo", async () => {
    using place = tree();
    const [lower, upper] = ["lower", "upper"].map((name) => mkdtempSync(join(place.base, name)));
    const work = mkdtempSync(join(place.base, "work"));
    put(lower ?? "", { ...BEFORE, "tree/sub/w.txt": "w\n" });
    using _mount = mount(place.root, [
      "-t",
      "overlay",
      "-o",
      `lowerdir=${lower},upperdir=${upper},workdir=${work}`,
      "overlay",
    ]);
    await using server = await serve(place);
    const change = (name: string, args: object) => thereAndBack(server, place, [name, args]);
    await change("write_file", { path: "changed.txt", content: "new\n", overwrite: true });
    await change("edit_file", { path: "gone.txt", edits: [{ oldText: "deleted", newText: "kept" }] });
    await change("delete_path", { path: "old-name.txt" });
    await change("move_path", { from: "from.txt", to: "moved/from.txt" });
    expect(await change("apply_patch", { patch: PATCH })).toMatchObject(AFTER);
    // the kernel moves no directory of the lower layer: then nothing is changed
    for (const [name, args] of [
      ["move_path", { from: "tree", to: "moved" }],
      ["delete_path", { path: "deep" }],
    ] as const) {
      const before = filesOf(place.root);
      const { ok, text } = await server.call(name, args);
      expect(text).toMatch(ok ? /^\[/ : /^unavailable: \w+ is in use or lies on a mount of its own/);
      if (!ok) expect(filesOf(place.root)).toEqual(before);
    }
  });
});

describe.skipIf(whyNot !== undefined)("a file system without hard links", { timeout: 60_000 }, () => {
  let fault: ReturnType<typeof faults>;
  beforeAll(() => {
    fault = faults();
  });
  afterAll(() => fault[Symbol.dispose]());

  test("takes every change and its undo", async () => {
    using place = tree(BEFORE);
    await using server = await serve(place, { env: { ...fault.env, FAULT_NO_LINKS: "1" } });
    const change = (name: string, args: object) => thereAndBack(server, place, [name, args]);
    await change("write_file", { path: "changed.txt", content: "new\n", overwrite: true });
    await change("write_file", { path: "brand/new.txt", content: "new\n" });
    await change("delete_path", { path: "deep" });
    await change("move_path", { from: "from.txt", to: "moved/from.txt" });
    expect(await change("apply_patch", { patch: PATCH })).toEqual(AFTER);
    const { text } = await server.call("move_path", { from: "gone.txt", to: "from.txt" });
    expect(text).toMatch(/^conflict: /);
  });

  test("leaves all or nothing of a patch when the server is killed", async () => {
    const env = { ...fault.env, FAULT_NO_LINKS: "1" };
    let killed = 0;
    for (let at = 1 + (Date.now() % 5); ; at += 5) {
      using place = tree(BEFORE);
      const server = await serve(place, { env });
      fault.plan(at, "kill");
      const said = await server.call("apply_patch", { patch: PATCH }).catch(() => undefined);
      fault.done();
      await server.kill();
      await using _next = await serve(place, { env });
      const files = filesOf(place.root);
      expect(files, `killed at ${at}`).toEqual(files["gone.txt"] === undefined ? AFTER : BEFORE);
      if (said !== undefined) break;
      killed += 1;
    }
    expect(killed).toBeGreaterThan(3);
  });
});
