import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import type { View } from "../../shared/tool.ts";
import { callable, type Called, type CallOptions } from "../support/call-tool.ts";

type Files = Readonly<Record<string, string>>;

/** A name that ends in `/` is a directory, a content that begins with `->` a link. */
function put(dir: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(dir, name);
    mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (text.startsWith("->")) symlinkSync(text.slice(2), path);
    else if (!name.endsWith("/")) writeFileSync(path, text);
  }
}

async function ground(files: Files = {}, options: CallOptions = {}): Promise<Called> {
  const ws = await callable(filesystem, options);
  put(ws.dir, files);
  return ws;
}

function toolOf(ws: Called, name: string) {
  const endpoint = ws.endpoints.find(({ tool }) => tool.name === name);
  if (endpoint === undefined) throw new Error(`no tool ${name}`);
  return endpoint.tool;
}

async function viewsOf(ws: Called, name: string, input: object): Promise<readonly View[]> {
  const tool = toolOf(ws, name);
  return await tool.views.of(tool.input.parse(input), { signal: new AbortController().signal });
}

/** Without what rewrites. */
async function shown(ws: Called, name: string, input: object): Promise<unknown[]> {
  const views = await viewsOf(ws, name, input);
  return views.map((view) => Object.fromEntries(Object.entries(view).filter(([key]) => key !== "rewrite")));
}

function absolute(ws: Called, path: string): string {
  const { root, parts } = ws.workspace.locate(path);
  return join(root.path, ...parts);
}

/** What a hook is given, and so what it gives back when it changes nothing. */
function claudeInput(ws: Called, { tool, path = "", input }: View): Record<string, unknown> {
  const key = tool === "Grep" || tool === "Glob" ? "path" : "file_path";
  return { [key]: absolute(ws, path), ...input };
}

/** Our input after a hook changed some of Claude's arguments; `undefined` takes one away. */
async function rewritten(ws: Called, name: string, { given, changes }: { given: object; changes: object }) {
  const [view] = await viewsOf(ws, name, given);
  if (view?.rewrite === undefined) throw new Error("cannot be rewritten");
  const wanted = { ...claudeInput(ws, view), ...changes };
  const own = view.rewrite(
    Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
  );
  return own === undefined ? undefined : toolOf(ws, name).input.parse(own);
}

/** The change that an answer tells of. */
function idIn(said: string): string {
  return /^[0-9a-f]{8}/.exec(said.split("; change ").at(-1) ?? "")?.[0] ?? "";
}

const GONE = { old_string: "", new_string: "", replace_all: false };

describe("a call as Claude's own tools would show it", () => {
  test("reading", async () => {
    await using ws = await ground({ "a.txt": "one\n", "dir/b.txt": "two\n" });
    expect(await shown(ws, "read_file", { path: "a.txt" })).toEqual([
      { tool: "Read", path: "a.txt", input: {} },
    ]);
    expect(await shown(ws, "read_file", { path: "a.txt", startLine: 3, endLine: 7 })).toEqual([
      { tool: "Read", path: "a.txt", input: { offset: 3, limit: 5 } },
    ]);
    expect(await shown(ws, "read_file", { path: "a.txt", endLine: 7 })).toMatchObject([
      { input: { limit: 7 } },
    ]);
    expect(await shown(ws, "read_files", { paths: ["a.txt", "dir/b.txt", "./a.txt"] })).toEqual([
      { tool: "Read", path: "a.txt", input: {} },
      { tool: "Read", path: "dir/b.txt", input: {} },
    ]);
    expect(await shown(ws, "read_resource", { uri: `file://${ws.dir}/a.txt` })).toEqual([
      { tool: "Read", path: `${ws.dir}/a.txt`, input: {} },
    ]);
    expect(await shown(ws, "read_resource", { uri: "https://example.com" })).toEqual([]);
  });

  test("listing and searching", async () => {
    await using ws = await ground({ "dir/b.txt": "two\n" });
    const glob = (path: string, pattern: string) => [{ tool: "Glob", path, input: { pattern } }];
    expect(await shown(ws, "list_directory", {})).toEqual(glob(".", "*"));
    expect(await shown(ws, "list_directory", { path: "dir", depth: 3 })).toEqual(glob("dir", "**/*"));
    expect(await shown(ws, "find_files", { globs: ["*.ts"] })).toEqual(glob(".", "*.ts"));
    expect(await shown(ws, "find_files", { globs: ["*.ts", "!x", "*.md"] })).toEqual(
      glob(".", "{*.ts,*.md}"),
    );
    expect(await shown(ws, "find_files", { globs: ["!x"] })).toEqual(glob(".", "**/*"));
    expect(await shown(ws, "stat_path", { path: "dir/b.txt", hash: true })).toEqual(glob("dir", "b.txt"));
    expect(
      await shown(ws, "search_text", { pattern: "a.b", literal: true, globs: ["*.ts"], mode: "files" }),
    ).toEqual([
      {
        tool: "Grep",
        path: ".",
        input: {
          pattern: String.raw`a\.b`,
          glob: "*.ts",
          output_mode: "files_with_matches",
          "-i": false,
          multiline: false,
          head_limit: 200,
        },
      },
    ]);
  });

  test("writing and editing", async () => {
    await using ws = await ground({ "a.txt": "one\n" });
    const write = (input: object) => [{ tool: "Write", path: "a.txt", input }];
    expect(await shown(ws, "write_file", { path: "a.txt", content: "x" })).toEqual(write({ content: "x" }));
    expect(await shown(ws, "write_file", { path: "a.txt", content: "w6Q=", as: "base64" })).toEqual(
      write({ content: "ä" }),
    );
    expect(await shown(ws, "write_file", { path: "a.txt", content: "/w==", as: "base64" })).toEqual(
      write({}),
    );
    expect(await shown(ws, "write_file", { path: "a.txt", content: "?", as: "base64" })).toEqual(write({}));
    const edits = [
      { oldText: "a", newText: "b" },
      { oldText: "c", newText: "d", replaceAll: true },
    ];
    expect(await shown(ws, "edit_file", { path: "a.txt", edits: edits.slice(1) })).toEqual([
      { tool: "Edit", path: "a.txt", input: { old_string: "c", new_string: "d", replace_all: true } },
    ]);
    expect(await shown(ws, "edit_file", { path: "a.txt", edits })).toEqual([
      {
        tool: "Edit",
        also: ["MultiEdit"],
        path: "a.txt",
        input: {
          old_string: "a\nc",
          new_string: "b\nd",
          replace_all: true,
          edits: [
            { old_string: "a", new_string: "b", replace_all: false },
            { old_string: "c", new_string: "d", replace_all: true },
          ],
        },
      },
    ]);
  });

  test("patching", async () => {
    await using ws = await ground();
    const patch = `--- /dev/null
+++ b/new.txt
@@ -0,0 +1,2 @@
+one
+two
--- a/old.txt
+++ b/old.txt
@@ -1,2 +1,2 @@
 same
-before
+after
@@ -9 +9 @@
-nine
+neun
--- a/gone.txt
+++ /dev/null
@@ -1 +0,0 @@
-last
diff --git a/x.sh b/x.sh
old mode 100644
new mode 100755
diff --git a/from.txt b/to.txt
rename from from.txt
rename to to.txt
diff --git a/read.txt b/copy.txt
copy from read.txt
copy to copy.txt
--- a/read.txt
+++ b/copy.txt
@@ -1 +1 @@
-one
+eins
`;
    const edit = (path: string, old_string: string, new_string: string) => ({
      tool: "Edit",
      path,
      input: { old_string, new_string, replace_all: false },
    });
    expect(await shown(ws, "apply_patch", { patch })).toEqual([
      { tool: "Write", path: "new.txt", input: { content: "one\ntwo\n" } },
      edit("old.txt", "same\nbefore\nnine", "same\nafter\nneun"),
      edit("gone.txt", "last", ""),
      edit("x.sh", "", ""),
      edit("from.txt", "", ""),
      { tool: "Write", path: "to.txt", input: {} },
      { tool: "Read", path: "read.txt", input: {} },
      { ...edit("copy.txt", "one", "eins"), also: ["Write"] },
    ]);
    expect(await shown(ws, "apply_patch", { patch: "no patch" })).toEqual([]);
  });

  test("moving, copying and deleting, directories file by file", async () => {
    await using ws = await ground({ "dir/a": "1", "dir/in/b": "2", "dir/link": "->../x", x: "3" });
    const edit = (path: string) => ({ tool: "Edit", path, input: GONE });
    const write = (path: string) => ({ tool: "Write", path, input: {} });
    const read = (path: string) => ({ tool: "Read", path, input: {} });
    const [from, to] = ["dir", "new/place"].map((dir) =>
      ["/a", "/in/b", "/link", ""].map((name) => `${dir}${name}`),
    );
    expect(await shown(ws, "delete_path", { path: "dir" })).toEqual(from?.map(edit));
    expect(await shown(ws, "delete_path", { path: "missing" })).toEqual([edit("missing")]);
    expect(await shown(ws, "move_path", { from: "dir", to: "new/place" })).toEqual([
      ...(to ?? []).map(write),
      ...(from ?? []).map(edit),
    ]);
    expect(await shown(ws, "move_path", { from: "dir", to: "new/place", copy: true })).toEqual([
      ...(to ?? []).map(write),
      ...(from ?? []).map(read),
    ]);
    expect(await shown(ws, "move_path", { from: "x", to: "dir", overwrite: true })).toEqual([
      write("dir"),
      edit("x"),
      ...["dir/a", "dir/in/b", "dir/link"].map(edit),
    ]);
  });

  test("taking back, at the chosen paths only", async () => {
    await using ws = await ground({ "dir/a": "1", "dir/b": "2", x: "3" });
    const change = async (name: string, input: object): Promise<string> =>
      idIn((await ws.texts(name, input))[0] ?? "");
    const write = (path: string) => ({ tool: "Write", path, input: {} });
    const edit = (path: string) => ({ tool: "Edit", path, input: GONE });
    const undoing = async (id: string, paths?: string[]) =>
      await shown(ws, "undo_change", { action: "revert", change: id, paths });
    const patch =
      "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-3\n\\ No newline at end of file\n+4\n--- /dev/null\n+++ b/y\n@@ -0,0 +1 @@\n+5\n";
    const patched = await change("apply_patch", { patch });
    expect(await undoing(patched)).toEqual([write("x"), edit("y")]);
    expect(await undoing(patched, ["y"])).toEqual([edit("y")]);
    expect(await undoing(patched.toUpperCase(), ["."])).toHaveLength(2);
    expect(await shown(ws, "undo_change", { change: patched })).toEqual([]);
    expect(await undoing("00000000")).toEqual([]);
    expect(await undoing(patched, ["../out"])).toEqual([]);

    const moved = await change("move_path", { from: "dir", to: "other" });
    const all = (dir: string) => [`${dir}/a`, `${dir}/b`, dir];
    expect(await undoing(moved)).toEqual([...all("dir").map(write), ...all("other").map(edit)]);
    const deleted = await change("delete_path", { path: "other" });
    expect(await undoing(deleted)).toEqual(all("other").map(write));
    const undone = await change("undo_change", { action: "revert", change: deleted });
    expect(await undoing(undone)).toEqual(all("other").map(edit));
    const again = await change("undo_change", { action: "revert", change: undone });
    expect(await undoing(again)).toEqual(all("other").map(write));
    // what was deleted once more is kept under another name
    expect(await undoing(deleted)).toEqual(all("other").map(write));
  });

  test("a path that leads elsewhere by a link is shown under both names", async () => {
    await using ws = await ground({ "real/a": "one", link: "->real", file: "->real/a", out: "->/etc" });
    const paths = async (name: string, input: object) =>
      (await viewsOf(ws, name, input)).map(({ path }) => path);
    expect(await paths("write_file", { path: "link/a", content: "" })).toEqual(["link/a", "real/a"]);
    expect(await paths("read_file", { path: "file" })).toEqual(["file", "real/a"]);
    expect(await paths("search_text", { pattern: "x", path: "link" })).toEqual(["link", "real"]);
    // the link itself goes, and not what it leads to
    expect(await paths("delete_path", { path: "file" })).toEqual(["file"]);
    expect(await paths("delete_path", { path: "link/a" })).toEqual(["link/a", "real/a"]);
    expect(await paths("read_file", { path: "out/passwd" })).toEqual(["out/passwd"]);
    expect(await paths("write_file", { path: "real/../real/./a", content: "" })).toEqual([
      "real/../real/./a",
    ]);
  });

  test("says how many files of a large directory have no view of their own", async () => {
    const names = Array.from({ length: 450 }, (_, index) => `dir/${String(index).padStart(3, "0")}`);
    await using ws = await ground(Object.fromEntries(names.map((name) => [name, name])));
    const deleting = await viewsOf(ws, "delete_path", { path: "dir" });
    expect(deleting.map(({ path }) => path)).toEqual([...names.slice(0, 200), "dir"]);
    expect(deleting.at(-1)).toEqual({ tool: "Edit", path: "dir", more: 250, input: { ...GONE, more: 250 } });
    const moving = await viewsOf(ws, "move_path", { from: "dir", to: "new" });
    expect(moving).toHaveLength(202);
    expect(moving.filter(({ more }) => more === 350).map(({ path }) => path)).toEqual(["new", "dir"]);
    put(ws.dir, { "large/a": "" });
    const over = await viewsOf(ws, "move_path", { from: "large", to: "dir", overwrite: true });
    expect(over.filter(({ more }) => more !== undefined)).toMatchObject([{ tool: "Edit", path: "dir" }]);
  });

  test("a root that is not the first is named by absolute paths", async () => {
    await using first = await ground();
    await using second = await ground({ "dir/a": "1", link: "->dir" });
    await using ws = await callable(filesystem, { roots: [first.dir, second.dir] });
    const deleting = await viewsOf(ws, "delete_path", { path: `${second.dir}/dir` });
    expect(deleting.map(({ path }) => path)).toEqual([`${second.dir}/dir/a`, `${second.dir}/dir`]);
    const reading = await viewsOf(ws, "read_file", { path: `${second.dir}/link/a` });
    expect(reading.map(({ path }) => path)).toEqual([`${second.dir}/link/a`, `${second.dir}/dir/a`]);
  });
});

describe("other arguments that a hook wants", () => {
  test("are said in our terms, the rest stays", async () => {
    await using ws = await ground({ a: "1", link: "->a" });
    const write = { path: "a", content: "x", overwrite: true };
    const inRoot = (name: string): string => join(ws.dir, name);
    const as = (name: string, given: object, changes: object) => rewritten(ws, name, { given, changes });
    expect(await as("write_file", write, { content: "y" })).toEqual({ ...write, as: "text", content: "y" });
    expect(await as("write_file", write, { file_path: inRoot("b") })).toEqual({
      ...write,
      as: "text",
      path: inRoot("b"),
    });
    expect(await as("write_file", { ...write, content: "eA==", as: "base64" }, { content: "ä" })).toEqual({
      ...write,
      as: "base64",
      content: "w6Q=",
    });
    expect(await as("write_file", { ...write, path: "link" }, { content: "y" })).toMatchObject({
      path: "link",
    });
    expect(await as("read_file", { path: "a", tail: 3 }, { offset: 0, limit: 10 })).toMatchObject({
      startLine: 1,
      endLine: 10,
      tail: undefined,
    });
    expect(await as("read_file", { path: "a", cursor: "x" }, { file_path: inRoot("b") })).not.toHaveProperty(
      "cursor",
    );
    expect(
      await as("read_resource", { uri: `file://${inRoot("a")}` }, { file_path: inRoot("b c") }),
    ).toMatchObject({
      uri: `file://${inRoot("b%20c")}`,
    });
    expect(await as("find_files", { globs: ["*.a", "!x"] }, { pattern: "*.b" })).toMatchObject({
      globs: ["*.b", "!x"],
      path: ".",
    });
    expect(await as("find_files", { globs: ["*.a"], path: "a" }, { path: undefined })).toMatchObject({
      path: ".",
    });
    expect(
      await as(
        "search_text",
        { pattern: "a.b", literal: true, globs: ["*.a", "!x"], ignored: true },
        { pattern: "c.", "-i": true, "-C": 2 },
      ),
    ).toMatchObject({
      pattern: "c.",
      literal: false,
      ignoreCase: true,
      context: 2,
      globs: ["*.a", "!x"],
      ignored: true,
    });
    expect(await as("search_text", { pattern: "a.b", literal: true }, { glob: "*.z" })).toMatchObject({
      pattern: "a.b",
      literal: true,
      globs: ["*.z"],
    });
  });

  test("change edits by edits, since joined texts do not tell where one ended", async () => {
    await using ws = await ground({ a: "1" });
    const edits = [
      { oldText: "a", newText: "b", replaceAll: false },
      { oldText: "c", newText: "d", replaceAll: true },
    ];
    const asOne = (changes: object) =>
      rewritten(ws, "edit_file", { given: { path: "a", edits: edits.slice(0, 1), dryRun: true }, changes });
    expect(await asOne({ new_string: "z", replace_all: undefined })).toEqual({
      path: "a",
      dryRun: true,
      edits: [{ oldText: "a", newText: "z", replaceAll: false }],
    });
    const as = (changes: object) => rewritten(ws, "edit_file", { given: { path: "a", edits }, changes });
    const other = [{ old_string: "a", new_string: "z" }];
    const own = { edits: [{ oldText: "a", newText: "z", replaceAll: false }], path: "a", dryRun: false };
    expect(await as({ edits: other })).toEqual(own);
    const none = { old_string: undefined, new_string: undefined, replace_all: undefined };
    expect(await as({ edits: other, ...none })).toEqual(own);
    expect(await as(none)).toEqual({ edits, path: "a", dryRun: false });
    expect(await as({ new_string: "z" })).toBeUndefined();
  });

  test.each([
    ["write_file", { path: "a", content: "/w==", as: "base64" }, { content: "x" }],
    ["write_file", { path: "a", content: "x" }, { content: 5 }],
    ["write_file", { path: "a", content: "x" }, { content: "y", mode: "append" }],
    ["write_file", { path: "a", content: "x" }, { file_path: undefined }],
    ["write_file", { path: "a", content: "x" }, { file_path: 5 }],
    ["read_file", { path: "a", as: "base64" }, { offset: 5 }],
    ["read_file", { path: "a" }, { pages: "1-5" }],
    ["list_directory", { path: "." }, { pattern: "*.ts" }],
    ["search_text", { pattern: "x" }, { type: "ts" }],
    ["search_text", { pattern: "x" }, { output_mode: "lines" }],
  ])("of %s are refused when they cannot be said: %j %j", async (name, given, changes) => {
    await using ws = await ground({ a: "1" });
    expect(await rewritten(ws, name, { given, changes })).toBeUndefined();
  });
});

/** Files and links with what they hold and may, without the trash. */
function standing(dir: string, below = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(join(dir, below))) {
    if (name === ".plumbline") continue;
    const inner = join(below, name);
    const path = join(dir, inner);
    const stats = lstatSync(path);
    if (stats.isDirectory()) for (const [each, facts] of standing(dir, inner)) found.set(each, facts);
    else if (stats.isSymbolicLink()) found.set(path, `-> ${readlinkSync(path)}`);
    else found.set(path, `${stats.mode} ${readFileSync(path, "latin1")}`);
  }
  return found;
}

function changedIn(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
}

const RUNS = Number(process.env["PLUMB_RUNS"] ?? 80);
const segment = fc.constantFrom("a", "b", "d", "e", "l");
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
/** One of the files that stand there, or any path. */
const spelled = fc.record({
  existing: fc.option(fc.nat(20)),
  path,
  how: fc.constantFrom("", "./", "d/../", "absolute"),
});
type Spelled = typeof spelled extends fc.Arbitrary<infer T> ? T : never;
const content = fc.constantFrom("one\n", "one\ntwo\n", "one\ntwo\nthree\n", "");
const tree = fc.array(
  fc.record({
    path,
    text: fc.oneof({ weight: 3, arbitrary: content }, { weight: 1, arbitrary: path.map((to) => `->${to}`) }),
  }),
  { minLength: 6, maxLength: 16 },
);
const KINDS = ["create", "change", "delete", "rename", "rename and change", "copy", "mode"] as const;
type Kind = (typeof KINDS)[number];
const patchFile = fc.record({
  kind: fc.constantFrom(...KINDS),
  from: spelled,
  to: path,
});
const action = fc.oneof(
  fc.record({ do: fc.constant("write" as const), at: spelled, content, base64: fc.boolean() }),
  fc.record({ do: fc.constant("edit" as const), at: spelled }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("patch" as const),
      files: fc.array(patchFile, { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("move" as const),
      at: spelled,
      to: spelled,
      copy: fc.boolean(),
      overwrite: fc.boolean(),
    }),
  },
  fc.record({ do: fc.constant("delete" as const), at: spelled }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("undo" as const),
      back: fc.nat(3),
      paths: fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.array(path, { minLength: 1, maxLength: 2 }) },
      ),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Plants what can stand beside what is there already. */
function plant(dir: string, entries: readonly { readonly path: string; readonly text: string }[]): void {
  for (const { path: name, text } of entries) {
    try {
      put(dir, { [name]: text });
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
    }
  }
}

function textAt(dir: string, name: string): string {
  try {
    return readFileSync(join(dir, name), "utf8");
  } catch {
    return "one\n";
  }
}

function patchOf(
  dir: string,
  { kind, from, to }: { readonly kind: Kind; readonly from: string; readonly to: string },
): string {
  const lines = textAt(dir, from).split("\n").slice(0, -1);
  const all = (sign: string): string => lines.map((line) => `${sign}${line}\n`).join("");
  const hunk = `@@ -1,${lines.length} +1,${lines.length + 1} @@\n${all(" ")}+more\n`;
  const moved = (verb: string): string =>
    `diff --git a/${from} b/${to}\n${verb} from ${from}\n${verb} to ${to}\n`;
  switch (kind) {
    case "create":
      return `--- /dev/null\n+++ b/${to}\n@@ -0,0 +1 @@\n+new\n`;
    case "change":
      return `--- a/${from}\n+++ b/${from}\n${hunk}`;
    case "delete":
      return `--- a/${from}\n+++ /dev/null\n@@ -1,${lines.length} +0,0 @@\n${all("-")}`;
    case "rename":
    case "copy":
      return moved(kind);
    case "rename and change":
      return `${moved("rename")}--- a/${from}\n+++ b/${to}\n${hunk}`;
    case "mode":
      return `diff --git a/${from} b/${from}\nold mode 100644\nnew mode 100755\n`;
    default:
      return kind satisfies never;
  }
}

/** The call that does it, with arguments that fit what stands there. */
function callOf(dir: string, action: Action, ids: readonly string[]): [string, object] {
  const files = [...standing(dir).keys()].map((file) => relative(dir, file));
  const chosen = ({ existing, path: name }: Spelled): string =>
    (existing === null ? undefined : files[existing % files.length]) ?? name;
  const at = (place: Spelled): string =>
    place.how === "absolute" ? join(dir, chosen(place)) : `${place.how}${chosen(place)}`;
  switch (action.do) {
    case "write": {
      const text = action.base64 ? Buffer.from(action.content).toString("base64") : action.content;
      return [
        "write_file",
        { path: at(action.at), content: text, as: action.base64 ? "base64" : "text", overwrite: true },
      ];
    }
    case "edit": {
      const oldText = textAt(dir, chosen(action.at)) || "x";
      return ["edit_file", { path: at(action.at), edits: [{ oldText, newText: `${oldText}edited\n` }] }];
    }
    case "patch":
      return [
        "apply_patch",
        { patch: action.files.map((file) => patchOf(dir, { ...file, from: chosen(file.from) })).join("") },
      ];
    case "move":
      return [
        "move_path",
        { from: at(action.at), to: at(action.to), copy: action.copy, overwrite: action.overwrite },
      ];
    case "delete":
      return ["delete_path", { path: at(action.at) }];
    case "undo":
      return [
        "undo_change",
        { action: "revert", change: ids.at(-1 - action.back) ?? "00000000", paths: action.paths },
      ];
    default:
      return action satisfies never;
  }
}

describe("no file changes without a view", () => {
  test.each(["handles", "compare"] as const)(
    "whatever tree and whatever calls, by %s",
    async (containment) => {
      const did: Record<string, number> = {};
      await fc.assert(
        fc.asyncProperty(
          tree,
          fc.array(action, { minLength: 1, maxLength: 12 }),
          async (entries, actions) => {
            await using ws = await ground({}, { containment });
            plant(ws.dir, entries);
            const ids: string[] = [];
            for (const each of actions) {
              const [name, input] = callOf(ws.dir, each, ids);
              const views = await viewsOf(ws, name, input);
              const before = standing(ws.dir);
              const answer = await ws.call(name, input);
              const changed = changedIn(before, standing(ws.dir));
              if (answer.error !== undefined) expect(changed).toEqual([]);
              const seen = views
                .filter(({ tool }) => tool === "Write" || tool === "Edit")
                .map(({ path: at = "" }) => absolute(ws, at));
              expect(
                changed.filter((file) => !seen.includes(file)),
                `${name} ${JSON.stringify(input)}`,
              ).toEqual([]);
              if (changed.length > 0) {
                expect(seen, JSON.stringify(input)).toEqual([...new Set(seen)]);
                did[name] = (did[name] ?? 0) + 1;
              }
              const [part] = answer.parts;
              if (answer.error === undefined && part?.type === "text") ids.push(idIn(part.text));
            }
          },
        ),
        { numRuns: RUNS },
      );
      expect(Object.keys(did).toSorted()).toEqual([
        "apply_patch",
        "delete_path",
        "edit_file",
        "move_path",
        "undo_change",
        "write_file",
      ]);
    },
    300_000,
  );

  test("undone and made again, a large directory at both ends", async () => {
    const names = Array.from({ length: 150 }, (_, index) => `dir/${index}/file`);
    await using ws = await ground(Object.fromEntries(names.map((name) => [name, name])));
    chmodSync(join(ws.dir, "dir/0/file"), 0o600);
    const steps: [string, object][] = [
      ["move_path", { from: "dir", to: "new/dir" }],
      ["delete_path", { path: "new" }],
    ];
    for (let round = 0; round < 5; round++) {
      const [name, input] = steps.shift() ?? ["", {}];
      const views = await viewsOf(ws, name, input);
      const before = standing(ws.dir);
      const [said = ""] = await ws.texts(name, input);
      const whole = views
        .filter(({ more }) => more !== undefined)
        .map(({ path: at = "" }) => absolute(ws, at));
      const seen = new Set(views.map(({ path: at = "" }) => absolute(ws, at)));
      const changed = changedIn(before, standing(ws.dir));
      const isSeen = (file: string): boolean =>
        seen.has(file) || whole.some((folder) => file.startsWith(`${folder}/`));
      expect(changed.length).toBeGreaterThan(100);
      expect(changed.filter((file) => !isSeen(file))).toEqual([]);
      expect(views.length).toBeLessThanOrEqual(202);
      expect(whole).toHaveLength(name === "move_path" ? 2 : 0);
      if (steps.length === 0) steps.push(["undo_change", { action: "revert", change: idIn(said) }]);
    }
  });
});
