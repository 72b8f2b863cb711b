import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOf, trashOf } from "./files.ts";
import { serve, tree, type Said, type Served, type Tree } from "./served.ts";

const COUNT = 16;
const LINES = Array.from({ length: COUNT }, (_, index) => `line ${index}\n`);
const FILE = "shared/list.txt";

/** They take turns. */
function turn<T>(all: readonly T[], index: number): T {
  const one = all[index % all.length];
  if (one === undefined) throw new Error("nobody is there");
  return one;
}

/** Each call edits a line of its own. */
function edits(servers: readonly Served[], paths: readonly string[], more: object = {}): Promise<Said[]> {
  return Promise.all(
    LINES.map((oldText, index) =>
      turn(servers, index).call("edit_file", {
        path: turn(paths, index),
        edits: [{ oldText, newText: `edited ${index}\n` }],
        ...more,
      }),
    ),
  );
}

function hashOf(answer: string): string {
  return /hash ([0-9a-f]+)/.exec(answer)?.[1] ?? "";
}

async function many(place: Tree, count: number): Promise<{ servers: Served[] } & AsyncDisposable> {
  const servers = await Promise.all(Array.from({ length: count }, () => serve(place)));
  return {
    servers,
    [Symbol.asyncDispose]: async () =>
      void (await Promise.all(servers.map((each) => each[Symbol.asyncDispose]()))),
  };
}

test.each([1, 2, 4])("16 edits of one file at once through %i servers are all kept", async (count) => {
  using place = tree({ [FILE]: LINES.join("") });
  await using running = await many(place, count);
  for (let round = 0; round < 3; round++) {
    await turn(running.servers, 0).did("write_file", {
      path: FILE,
      content: LINES.join(""),
      overwrite: true,
    });
    const said = await edits(running.servers, [FILE]);
    expect(said.filter(({ ok }) => !ok)).toEqual([]);
    expect(readFileSync(join(place.root, FILE), "utf8")).toBe(
      LINES.map((_, index) => `edited ${index}\n`).join(""),
    );
  }
  expect(trashOf(place.root).new).toEqual([]);
});

test.each([1, 2, 4])(
  "of 16 edits for one version of a file through %i servers one is kept, the others are refused",
  async (count) => {
    using place = tree({});
    await using running = await many(place, count);
    const written = await turn(running.servers, 0).did("write_file", { path: FILE, content: LINES.join("") });
    const said = await edits(running.servers, [FILE], { expectedHash: hashOf(written) });
    expect(said.filter(({ ok }) => ok).length).toBe(1);
    for (const { ok, text } of said) if (!ok) expect(text).toMatch(/^conflict: /);
    const kept = said.findIndex(({ ok }) => ok);
    const expected = LINES.map((line, index) => (index === kept ? `edited ${index}\n` : line));
    expect(readFileSync(join(place.root, FILE), "utf8")).toBe(expected.join(""));
  },
);

test("servers of nested roots see each other's edits, and each other's trash is none of their files", async () => {
  using place = tree({ [FILE]: LINES.join("") });
  await using above = await serve(place);
  await using below = await serve(place, { roots: [join(place.root, "shared")] });
  await using both = await serve(place, { roots: [join(place.root, "shared"), place.root] });
  const said = await edits([above, below, both], [FILE, "list.txt", join(place.root, FILE)]);
  expect(said.filter(({ ok }) => !ok)).toEqual([]);
  expect(readFileSync(join(place.root, FILE), "utf8")).toBe(
    LINES.map((_, index) => `edited ${index}\n`).join(""),
  );
  const listed = await above.did("find_files", { globs: ["**"], ignored: true });
  expect(listed).not.toMatch(/trash|\.old/);
  // whoever made the change, the one above takes it back: its roots lead to every trash
  const [, newest = ""] = /^([0-9a-f]{8}) /m.exec(await above.did("undo_change", {})) ?? [];
  await above.did("undo_change", { action: "revert", change: newest });
  const left = readFileSync(join(place.root, FILE), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("edited"));
  expect(left.length).toBe(COUNT - 1);
});

test("creating one file at once from four servers succeeds once", async () => {
  using place = tree({});
  await using running = await many(place, 4);
  for (let round = 0; round < 4; round++) {
    const path = `deep/${round}/er/new.txt`;
    const said = await Promise.all(
      running.servers.map((server, index) => server.call("write_file", { path, content: `by ${index}\n` })),
    );
    expect(said.filter(({ ok }) => ok).length).toBe(1);
    for (const { ok, text } of said) if (!ok) expect(text).toMatch(/^conflict: .* is there already/);
    const by = said.findIndex(({ ok }) => ok);
    expect(readFileSync(join(place.root, path), "utf8")).toBe(`by ${by}\n`);
  }
});

test("patches of the same files at once from four servers apply one after another, or not at all", async () => {
  const names = Array.from({ length: 8 }, (_, index) => `${index}.txt`);
  using place = tree(Object.fromEntries(names.map((name) => [name, LINES.join("")])));
  await using running = await many(place, 4);
  const patch = (index: number, order: readonly string[]): string =>
    order
      .map(
        (name) =>
          `--- a/${name}\n+++ b/${name}\n@@ -${index + 1} +${index + 1} @@\n-line ${index}\n+edited ${index}\n`,
      )
      .join("");
  const said = await Promise.all(
    LINES.map((_, index) =>
      turn(running.servers, index).call("apply_patch", {
        patch: patch(index, index % 2 === 0 ? names : names.toReversed()),
      }),
    ),
  );
  expect(said.filter(({ ok }) => !ok)).toEqual([]);
  const expected = LINES.map((_, index) => `edited ${index}\n`).join("");
  expect(filesOf(place.root)).toEqual(Object.fromEntries(names.map((name) => [name, expected])));
});

test("edits, moves, deletes and undos of one file at once from four servers lose nothing", async () => {
  using place = tree({ "a.txt": LINES.join("") });
  mkdirSync(join(place.root, "b"));
  await using running = await many(place, 4);
  let edited = 0;
  for (let round = 0; round < 8; round++) {
    const line = LINES[round] ?? "";
    const [edit, moved, deleted] = await Promise.all([
      turn(running.servers, 0).call("edit_file", {
        path: "a.txt",
        edits: [{ oldText: line, newText: `edited ${round}\n` }],
      }),
      turn(running.servers, 1).call("move_path", { from: "a.txt", to: "b/a.txt" }),
      turn(running.servers, 2).call("delete_path", { path: "a.txt" }),
    ]);
    if (edit.ok) edited += 1;
    for (const { ok, text } of [edit, moved, deleted])
      if (!ok) expect(text).toMatch(/^(not_found|conflict): /);
    expect([moved.ok, deleted.ok]).toContain(false);
    if (moved.ok) await turn(running.servers, 1).did("move_path", { from: "b/a.txt", to: "a.txt" });
    if (deleted.ok) {
      const change = /change ([0-9a-f]{8})/.exec(deleted.text)?.[1];
      await turn(running.servers, 3).did("undo_change", { action: "revert", change });
    }
    const text = readFileSync(join(place.root, "a.txt"), "utf8");
    expect(text.includes(`edited ${round}\n`)).toBe(edit.ok);
    expect(text.split("\n").length).toBe(COUNT + 1);
  }
  console.log(`${edited} of 8 edits came before the file was moved or deleted`);
});
