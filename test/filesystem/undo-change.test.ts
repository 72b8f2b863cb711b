import { execFileSync } from "node:child_process";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { ToolError } from "../../shared/errors.ts";
import { callable, type Called, type CallOptions } from "../support/call-tool.ts";
import { guarded } from "../support/guarded.ts";

async function put(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text);
  }
}

async function ground(files: Readonly<Record<string, string>>, options: CallOptions = {}): Promise<Called> {
  const ws = await callable(filesystem, options);
  await put(ws.dir, files);
  return ws;
}

/** Calls a tool and gives the id of the change that it made. */
async function change(ws: Called, tool: string, input: unknown): Promise<string> {
  const [said = ""] = await ws.texts(tool, input);
  const id = /(?:; change |^)([0-9a-f]{8})(?:[\]:]|$)/m.exec(said)?.[1];
  if (id === undefined) throw new Error(`no change: ${said}`);
  return id;
}

const edit = (ws: Called, path: string, oldText: string, newText: string): Promise<string> =>
  change(ws, "edit_file", { path, edits: [{ oldText, newText }] });
const write = (ws: Called, path: string, content: string): Promise<string> =>
  change(ws, "write_file", { path, content, overwrite: true });
const undo = (ws: Called, id: string, paths?: readonly string[]): Promise<string> =>
  change(ws, "undo_change", { action: "revert", change: id, paths });
const refused = (ws: Called, id: string, paths?: readonly string[]): Promise<string> =>
  ws.failure("undo_change", { action: "revert", change: id, paths });
const text = (ws: Called, path: string): Promise<string> => readFile(join(ws.dir, path), "utf8");
const list = async (ws: Called, input: object = {}): Promise<string[]> =>
  ((await ws.texts("undo_change", input))[0] ?? "").split("\n");

/** Every path with what it holds, without the trash. */
async function contents(dir: string): Promise<Record<string, string>> {
  const skip = ["-path", `${dir}/.plumbline`, "-prune"];
  const found = execFileSync("find", [
    dir,
    "-mindepth",
    "1",
    ...skip,
    "-o",
    "-printf",
    "%P\\t%y\\n",
  ]).toString();
  const rows = found
    .split("\n")
    .filter(Boolean)
    .toSorted()
    .map((row) => row.split("\t"));
  const entries = rows.map(
    async ([path = "", kind]) => [path, kind === "f" ? await readFile(join(dir, path), "utf8") : ""] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

describe("taking back", () => {
  test("an edit brings back the very old file, with its mode and time", async () => {
    await using ws = await ground({ "a.txt": "one\n" });
    const path = join(ws.dir, "a.txt");
    await chmod(path, 0o754);
    await utimes(path, 1_700_000_000, 1_700_000_000);
    const before = await stat(path);
    const id = await edit(ws, "a.txt", "one", "two");
    await undo(ws, id);
    const after = await stat(path);
    expect(await text(ws, "a.txt")).toBe("one\n");
    expect([after.ino, after.mode, after.mtimeMs]).toEqual([before.ino, before.mode, before.mtimeMs]);
  });

  test("a new file takes its folders with it, as far as they are empty", async () => {
    await using ws = await ground({});
    const first = await write(ws, "x/y/a.txt", "a");
    await write(ws, "x/b.txt", "b");
    await undo(ws, first);
    expect(await contents(ws.dir)).toEqual({ x: "", "x/b.txt": "b" });
  });

  test("a replaced file, a deleted one and a deleted folder, whatever was made since elsewhere", async () => {
    await using ws = await ground({ "a.txt": "a", "b.txt": "b", "d/c.txt": "c" });
    const before = await contents(ws.dir);
    const ids = [
      await write(ws, "a.txt", "A"),
      await change(ws, "delete_path", { path: "b.txt" }),
      await change(ws, "delete_path", { path: "d" }),
    ];
    await write(ws, "new.txt", "n");
    for (const id of ids) await undo(ws, id);
    expect(await contents(ws.dir)).toEqual({ ...before, "new.txt": "n" });
  });

  test("a patch of several files, all or some of them", async () => {
    await using ws = await ground({ "a.txt": "a\n", "b.txt": "b\n" });
    const patch = [
      "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+A\n",
      "--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-b\n+B\n",
      "--- /dev/null\n+++ b/deep/c.txt\n@@ -0,0 +1 @@\n+c\n",
    ].join("");
    const id = await change(ws, "apply_patch", { patch });
    const back = await undo(ws, id, ["b.txt"]);
    expect(await contents(ws.dir)).toEqual({ "a.txt": "A\n", "b.txt": "b\n", deep: "", "deep/c.txt": "c\n" });
    expect((await list(ws)).slice(1)).toEqual([
      expect.stringMatching(
        new RegExp(`^${back} .* filesystem.undo_change \\(undid ${id}\\): changed b\\.txt$`),
      ),
      expect.stringMatching(
        new RegExp(
          `^${id} .*: changed a\\.txt, changed b\\.txt, created deep/c\\.txt; partly undone by ${back}$`,
        ),
      ),
    ]);
    expect(await refused(ws, id, ["b.txt"])).toContain(`was taken back already, by change ${back}`);
    expect(await refused(ws, id, ["none.txt"])).toMatch(/^not_found: change .* did nothing to none\.txt/);
    await undo(ws, id, ["deep"]);
    expect(await contents(ws.dir)).toEqual({ "a.txt": "A\n", "b.txt": "b\n" });
    await undo(ws, id);
    expect(await contents(ws.dir)).toEqual({ "a.txt": "a\n", "b.txt": "b\n" });
    expect(await refused(ws, id)).toMatch(/^conflict: change .* was taken back already/);
  });

  test("an undo, and that again, and once more, by whichever id", async () => {
    await using ws = await ground({ "a.txt": "one" });
    const { ino } = await stat(join(ws.dir, "a.txt"));
    const first = await write(ws, "a.txt", "two");
    const second = await undo(ws, first);
    expect(await text(ws, "a.txt")).toBe("one");
    const third = await undo(ws, second);
    expect(await text(ws, "a.txt")).toBe("two");
    expect(await refused(ws, second)).toContain(`already, by change ${third}`);
    await undo(ws, first);
    expect(await text(ws, "a.txt")).toBe("one");
    expect((await stat(join(ws.dir, "a.txt"))).ino).toBe(ino);
  });

  test("a file that git put there anew with the same content is that file", async () => {
    await using ws = await ground({ "a.txt": "one" });
    const id = await write(ws, "a.txt", "two");
    await rm(join(ws.dir, "a.txt"));
    await put(ws.dir, { "a.txt": "two" });
    const back = await undo(ws, id);
    expect(await text(ws, "a.txt")).toBe("one");
    await rm(join(ws.dir, "a.txt"));
    await put(ws.dir, { "a.txt": "one" });
    await undo(ws, back);
    expect(await text(ws, "a.txt")).toBe("two");
  });
});

describe("is refused", () => {
  test("after later changes by tools, which are named in the order in which they go", async () => {
    await using ws = await ground({ "a.txt": "1" });
    const ids = [await write(ws, "a.txt", "2"), await write(ws, "a.txt", "3"), await write(ws, "a.txt", "4")];
    await write(ws, "b.txt", "b");
    const said = await refused(ws, ids[0] ?? "");
    expect(said).toContain("conflict: a.txt changed since: taking the change back would lose that");
    expect(said).toContain(
      `hint: Later changes of it: ${ids[2]} (filesystem.write_file), ${ids[1]} (filesystem.write_file). Undo`,
    );
    expect(said).toContain("@@ -1 +1 @@\n-4\n");
    for (const id of ids.toReversed()) await undo(ws, id);
    expect(await text(ws, "a.txt")).toBe("1");
  });

  test("after a person's edit, with what would be lost", async () => {
    await using ws = await ground({ "a.txt": "one\n" });
    const id = await edit(ws, "a.txt", "one", "two");
    await writeFile(join(ws.dir, "a.txt"), "two\nmine\n");
    const said = await refused(ws, id);
    expect(said).toContain("--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1 @@\n-two\n-mine\n+one\n");
    expect(await text(ws, "a.txt")).toBe("two\nmine\n");
  });

  test("when the file is gone, or moved by a tool, which is named", async () => {
    await using ws = await ground({ "a.txt": "one", "b.txt": "one", "d/c.txt": "one" });
    const ids = [
      await write(ws, "a.txt", "two"),
      await write(ws, "b.txt", "two"),
      await write(ws, "d/c.txt", "two"),
    ];
    await rm(join(ws.dir, "a.txt"));
    const moved = await change(ws, "move_path", { from: "b.txt", to: "x.txt" });
    const folder = await change(ws, "move_path", { from: "d", to: "e" });
    expect(await refused(ws, ids[0] ?? "")).toMatch(/^conflict: a\.txt is not there any more/);
    expect(await refused(ws, ids[1] ?? "")).toContain(`Later changes of it: ${moved} (filesystem.move_path)`);
    expect(await refused(ws, ids[2] ?? "")).toContain(
      `Later changes of it: ${folder} (filesystem.move_path)`,
    );
    expect(await contents(ws.dir)).toEqual({ e: "", "e/c.txt": "two", "x.txt": "two" });
  });

  test("when a folder is a file by now, or what was deleted is there again", async () => {
    await using ws = await ground({ "d/c.txt": "c" });
    const made = await write(ws, "x/a.txt", "a");
    await rm(join(ws.dir, "x"), { recursive: true });
    await put(ws.dir, { x: "a file" });
    expect(await refused(ws, made)).toMatch(/^conflict: /);
    const gone = await change(ws, "delete_path", { path: "d" });
    await mkdir(join(ws.dir, "d"));
    expect(await refused(ws, gone)).toMatch(
      /^conflict: d is there again.*\nhint: Move or delete what is there now/,
    );
    await rm(join(ws.dir, "d"), { recursive: true });
    await undo(ws, gone);
    expect(await text(ws, "d/c.txt")).toBe("c");
  });

  test("when the old version is not kept any more", async () => {
    await using ws = await ground({ "a.txt": "one" });
    const id = await write(ws, "a.txt", "two");
    const trash = join(ws.dir, ".plumbline/trash");
    for (const name of await readdir(trash)) if (name !== ".gitignore") await rm(join(trash, name));
    expect(await refused(ws, id)).toMatch(
      /^unavailable: the old version of a\.txt is not in the trash any more/,
    );
    await rm(trash, { recursive: true });
    expect(await refused(ws, id)).toMatch(/^unavailable: /);
    expect(await text(ws, "a.txt")).toBe("two");
  });

  test("for what was not asked about by name, and for what is protected by now", async () => {
    const closed = { on: false };
    const permit: CallOptions["permit"] = (place, intent) => {
      if (closed.on) guarded(place, intent);
    };
    await using ws = await ground({ ".husky/pre-commit": "a", "x.txt": "x" }, { permit });
    const id = await write(ws, ".husky/pre-commit", "b");
    const deleted = await change(ws, "delete_path", { path: ".husky" });
    closed.on = true;
    expect(await refused(ws, deleted)).toMatch(/^denied: /);
    closed.on = false;
    await undo(ws, deleted);
    closed.on = true;
    expect(await refused(ws, id)).toMatch(/^denied: /);
    expect(await text(ws, ".husky/pre-commit")).toBe("b");
  });

  test.each([
    [{ action: "revert" }, /^invalid_input: revert needs change/],
    [{ action: "revert", change: "00000000" }, /^not_found: there is no change "00000000" here/],
    [{ action: "revert", change: "../../x" }, /^not_found: /],
    [{ action: "forget" }, /^invalid_input: .*action/],
    [{ paths: ["../x"] }, /^denied: the path is outside the roots/],
  ])("%j, in our words", async (input, expected) => {
    await using ws = await ground({});
    expect(await ws.failure("undo_change", input)).toMatch(expected);
  });
});

test("of several undos of one change at once exactly one succeeds", async () => {
  await using ws = await ground({ "a.txt": "a", "d/x": "x", "m.txt": "m" });
  const ids = [
    await write(ws, "a.txt", "b"),
    await write(ws, "new/n.txt", "n"),
    await change(ws, "delete_path", { path: "d" }),
    await change(ws, "move_path", { from: "m.txt", to: "deep/m.txt" }),
    await change(ws, "move_path", { from: "new", to: "copy", copy: true }),
  ].toReversed();
  for (const id of ids) {
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => ws.call("undo_change", { action: "revert", change: id })),
    );
    expect(answers.map(({ error }) => error ?? "ok").toSorted()).toEqual([
      "conflict",
      "conflict",
      "conflict",
      "ok",
    ]);
  }
  expect(await contents(ws.dir)).toEqual({ "a.txt": "a", d: "", "d/x": "x", "m.txt": "m" });
});

describe("the list", () => {
  test("tells the newest first, what was done, and how much is left out", async () => {
    await using ws = await ground({ "a.txt": "a" });
    expect(await list(ws)).toEqual(["[no changes by tools here]"]);
    const first = await write(ws, "a.txt", "b");
    const second = await change(ws, "move_path", { from: "a.txt", to: "d/c.txt" });
    const third = await change(ws, "delete_path", { path: "d" });
    const [header, ...lines] = await list(ws);
    expect(header).toBe("[3 changes by tools, newest first]");
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^${third} ${time} filesystem.delete_path: deleted d/$`)),
      expect.stringMatching(new RegExp(`^${second} ${time} filesystem.move_path: moved a.txt to d/c.txt$`)),
      expect.stringMatching(new RegExp(`^${first} ${time} filesystem.write_file: changed a.txt$`)),
    ]);
    expect((await list(ws, { limit: 1 }))[0]).toBe(
      "[partial: the newest 1 of 3 changes by tools; raise limit, or choose by paths]",
    );
    expect((await list(ws, { paths: ["d"] })).length).toBe(3);
    expect((await list(ws, { paths: ["a.txt", "none"] })).length).toBe(3);
    expect((await list(ws, { paths: ["d/c.txt/x"] })).length).toBe(1);
  });

  test("is bounded, and a name cannot make a line of its own", async () => {
    await using ws = await ground({});
    const long = `${"x".repeat(200)}/`.repeat(4);
    for (let index = 0; index < 70; index++) await write(ws, `${long}${index}`, "x");
    await write(ws, "a\nb", "x");
    const lines = await list(ws, { limit: 1_000 });
    expect(lines.join("\n").length).toBeLessThan(20_000);
    expect(lines[1]).toContain(': created "a\\nb"');
    expect(lines[0]).toMatch(/^\[(71 changes|partial: the newest \d+ of 71 changes)/);
  });

  test("leaves out what a rule closes, and other projects", async () => {
    const base = await realpath(await mkdtemp(join(tmpdir(), "plumb-two-")));
    await put(base, { "one/a.txt": "a", "two/b.txt": "b" });
    const closed = (place: { relative: string }): void => {
      if (place.relative.startsWith("secret")) throw new ToolError("denied", "closed");
    };
    const [one, two] = [join(base, "one"), join(base, "two")];
    const state = join(base, "state");
    await using both = await callable(filesystem, { roots: [one, two], state });
    const id = await write(both, join(two, "b.txt"), "B");
    const across = await change(both, "move_path", { from: "a.txt", to: join(two, "a.txt") });
    await write(both, "secret.txt", "s");
    await using ws = await callable(filesystem, { roots: [one], state, permit: closed });
    expect(await list(ws)).toEqual(["[no changes by tools here]"]);
    expect(await refused(ws, id)).toMatch(/^not_found: there is no change/);
    expect(await refused(ws, across)).toMatch(/^denied: change .* is also about files outside the roots/);
    expect(await list(both)).toHaveLength(4);
    await rm(base, { recursive: true });
  });
});

test("a change made through one root is taken back through a root above it and through one below it", async () => {
  const base = await realpath(await mkdtemp(join(tmpdir(), "plumb-nested-")));
  await put(base, { "p/sub/a.txt": "a", "p/sub/b.txt": "b" });
  const state = join(base, "state");
  const through = (...roots: string[]): Promise<Called> =>
    callable(filesystem, { roots: roots.map((root) => join(base, root)), state });
  const byInner = await (async () => {
    await using inner = await through("p/sub");
    return await write(inner, "a.txt", "A");
  })();
  const byOuter = await (async () => {
    await using outer = await through("p");
    await undo(outer, byInner);
    expect(await text(outer, "sub/a.txt")).toBe("a");
    return await write(outer, "sub/b.txt", "B");
  })();
  {
    await using inner = await through("p/sub");
    expect((await list(inner))[1]).toContain(`${byOuter} `);
    expect(await refused(inner, byOuter)).toMatch(/^unavailable: /);
    await using both = await through("p/sub", "p");
    await undo(both, byOuter);
    expect(await text(both, "b.txt")).toBe("b");
  }
  await rm(base, { recursive: true });
});

test("a moved folder comes back with what was put in since; a folder made anew in its place is not it", async () => {
  await using ws = await ground({ "d/a": "a" });
  const id = await change(ws, "move_path", { from: "d", to: "e" });
  await put(ws.dir, { "e/new": "n" });
  await undo(ws, id);
  expect(await contents(ws.dir)).toEqual({ d: "", "d/a": "a", "d/new": "n" });
  const again = await change(ws, "move_path", { from: "d", to: "e" });
  await rename(join(ws.dir, "e"), join(ws.dir, "f"));
  await put(ws.dir, { "e/other": "o" });
  expect(await refused(ws, again)).toMatch(/^conflict: e changed since/);
});

test(
  "any changes, undone from the last one and made again from the first, give each state again",
  { timeout: 200_000 },
  async () => {
    const name = fc.constantFrom("a", "b", "d/a", "d/b", "d/e/a", "d", "d/e");
    const step = fc.oneof(
      fc.record({
        tool: fc.constant("write_file"),
        input: fc.record({
          path: name,
          content: fc.constantFrom("1", "2", "3"),
          overwrite: fc.constant(true),
        }),
      }),
      fc.record({ tool: fc.constant("delete_path"), input: fc.record({ path: name }) }),
      fc.record({
        tool: fc.constant("move_path"),
        input: fc.record({ from: name, to: name, copy: fc.boolean(), overwrite: fc.boolean() }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
        await using ws = await ground({ a: "a", "d/a": "da", "d/e/a": "dea" });
        const states = [await contents(ws.dir)];
        const ids: string[] = [];
        for (const { tool, input } of steps) {
          const { error, parts } = await ws.call(tool, input);
          const id = /; change ([0-9a-f]{8})/.exec(JSON.stringify(parts))?.[1];
          if (error !== undefined || id === undefined) continue;
          ids.push(id);
          states.push(await contents(ws.dir));
        }
        const undos: string[] = [];
        for (const [index, id] of [...ids.entries()].toReversed()) {
          undos.push(await undo(ws, id));
          expect(await contents(ws.dir)).toEqual(states[index]);
        }
        for (const [index, id] of undos.toReversed().entries()) {
          await undo(ws, id);
          expect(await contents(ws.dir)).toEqual(states[index + 1]);
        }
        for (const [index, id] of [...ids.entries()].toReversed()) {
          await undo(ws, id);
          expect(await contents(ws.dir)).toEqual(states[index]);
        }
      }),
      { numRuns: 30 },
    );
  },
);
