import { describe, expect, test } from "vitest";
import { hooked, on, teller, type Hooked, type Told } from "../support/hooked.ts";
import { answerOf } from "./scripted.ts";

const FILES = {
  "a.txt": "one\ntwo\n",
  "src/b.ts": "export {};\n",
  "d/x.txt": "x\n",
  "d/e/y.txt": "y\n",
  "gone.txt": "g\n",
};

const WATCHING = {
  PreToolUse: [on(undefined, teller())],
  PostToolUse: [on(undefined, teller())],
  PostToolUseFailure: [on(undefined, teller())],
};

const PATCH = [
  "--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n-one\n+1\n two\n",
  "--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+n\n",
  "--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-g\n",
].join("");

type Shown = readonly [tool: string, input: Readonly<Record<string, unknown>>];

const blank = { old_string: "", new_string: "", replace_all: false };

/** What hooks are told of a call of each of our tools: Claude's names, its arguments, `/R` for the root. */
const CALLS: readonly (readonly [tool: string, input: Shown[1], told: readonly Shown[]])[] = [
  ["read_file", { path: "a.txt" }, [["Read", { file_path: "/R/a.txt" }]]],
  [
    "read_files",
    { paths: ["a.txt", "src/b.ts"] },
    [
      ["Read", { file_path: "/R/a.txt" }],
      ["Read", { file_path: "/R/src/b.ts" }],
    ],
  ],
  ["list_directory", { path: "src" }, [["Glob", { path: "/R/src", pattern: "*" }]]],
  ["find_files", { globs: ["**/*.ts"], path: "src" }, [["Glob", { path: "/R/src", pattern: "**/*.ts" }]]],
  [
    "search_text",
    { pattern: "one", path: "src" },
    [
      [
        "Grep",
        {
          path: "/R/src",
          pattern: "one",
          output_mode: "content",
          "-i": false,
          multiline: false,
          head_limit: 200,
        },
      ],
    ],
  ],
  ["stat_path", { path: "src/b.ts" }, [["Glob", { path: "/R/src", pattern: "b.ts" }]]],
  ["write_file", { path: "n.txt", content: "n" }, [["Write", { file_path: "/R/n.txt", content: "n" }]]],
  [
    "edit_file",
    { path: "a.txt", edits: [{ oldText: "one", newText: "1" }] },
    [["Edit", { file_path: "/R/a.txt", old_string: "one", new_string: "1", replace_all: false }]],
  ],
  [
    "apply_patch",
    { patch: PATCH },
    [
      ["Edit", { file_path: "/R/a.txt", old_string: "one\ntwo", new_string: "1\ntwo", replace_all: false }],
      ["Edit", { file_path: "/R/gone.txt", old_string: "g", new_string: "", replace_all: false }],
      ["Write", { file_path: "/R/new.txt", content: "n\n" }],
    ],
  ],
  [
    "move_path",
    { from: "d", to: "moved" },
    [
      ["Edit", { file_path: "/R/d", ...blank }],
      ["Edit", { file_path: "/R/d/e/y.txt", ...blank }],
      ["Edit", { file_path: "/R/d/x.txt", ...blank }],
      ["Write", { file_path: "/R/moved" }],
      ["Write", { file_path: "/R/moved/e/y.txt" }],
      ["Write", { file_path: "/R/moved/x.txt" }],
    ],
  ],
  [
    "delete_path",
    { path: "d" },
    [
      ["Edit", { file_path: "/R/d", ...blank }],
      ["Edit", { file_path: "/R/d/e/y.txt", ...blank }],
      ["Edit", { file_path: "/R/d/x.txt", ...blank }],
    ],
  ],
  ["undo_change", { action: "list" }, [["mcp__filesystem__undo_change", { action: "list", limit: 20 }]]],
  ["hooks_status", {}, [["mcp__hooks__hooks_status", {}]]],
];

/** The root as `/R`. */
function unrooted(here: Hooked, value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(here.root, "/R"));
}

async function toldBy(here: Hooked, event: string): Promise<Told[]> {
  return (await here.told()).filter(({ hook_event_name }) => hook_event_name === event);
}

/** Name and arguments of each, in order of name and file. */
function shownOf(here: Hooked, told: readonly Told[]): unknown {
  const shown = told.map(({ tool_name, tool_input }) => [tool_name, tool_input]);
  return unrooted(
    here,
    shown.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  );
}

describe.each(CALLS)("hooks around %s", (tool, input, shown) => {
  test("are told of it by Claude's names and arguments, before and after", async () => {
    await using here = await hooked({ files: FILES, home: WATCHING });
    const answer = await answerOf(here, tool, { input });
    expect(answer.error, answer.text).toBeUndefined();
    const [before, after] = [await toldBy(here, "PreToolUse"), await toldBy(here, "PostToolUse")];
    expect(shownOf(here, before)).toEqual(shown);
    expect(shownOf(here, after)).toEqual(shown);
    expect(await toldBy(here, "PostToolUseFailure")).toEqual([]);
    const server = tool === "hooks_status" ? "hooks" : "filesystem";
    for (const each of [...before, ...after]) {
      expect(each).toMatchObject({
        cwd: here.root,
        session_id: "test",
        transcript_path: "",
        permission_mode: "default",
        tool_use_id: "call-1",
        mcp_server: { name: server, source: "plumbline" },
        plumbline: { tool: `${server}.${tool}`, input },
      });
    }
    for (const each of before) expect(Object.keys(each)).not.toContain("tool_response");
    for (const each of after) {
      expect(each["duration_ms"]).toBeTypeOf("number");
      if (each.tool_name.startsWith("mcp__")) expect(each["tool_response"]).toMatchObject([{ type: "text" }]);
      else {
        const { file_path: filePath } = each.tool_input;
        const about = filePath === undefined ? {} : { filePath };
        expect(each["tool_response"]).toMatchObject({ success: true, ...about, text: expect.any(String) });
      }
    }
  });

  test("are told once with our own arguments when they ask for our own name", async () => {
    for (const prefix of ["mcp__filesystem__", "mcp__plumbline__", ""]) {
      const name = `${prefix}${tool}`;
      await using here = await hooked({ files: FILES, home: { PreToolUse: [on(name, teller())] } });
      await answerOf(here, tool, { input });
      const told = await here.told();
      const server = tool === "hooks_status" ? "hooks" : "filesystem";
      if (prefix === "mcp__filesystem__" && server === "hooks") expect(told).toEqual([]);
      else expect(told).toMatchObject([{ tool_name: `mcp__${server}__${tool}`, tool_input: input }]);
    }
  });
});

test("the time of a call is that of its tool, and not that of hooks before it", async () => {
  await using here = await hooked({
    files: FILES,
    home: {
      PreToolUse: [on("Read", "sleep 1.5")],
      PostToolUse: [on("Read", teller())],
      PostToolUseFailure: [on("Read", teller())],
    },
  });
  await answerOf(here, "read_file", { input: { path: "a.txt" } });
  await answerOf(here, "read_file", { input: { path: "nothing.txt" } });
  for (const each of await here.told()) expect(each["duration_ms"]).toBeLessThan(1_400);
});

test("a failure is told with its words, and only to the hooks of failures", async () => {
  await using here = await hooked({ files: FILES, home: WATCHING });
  await answerOf(here, "edit_file", { input: { path: "a.txt", edits: [{ oldText: "nine", newText: "9" }] } });
  expect((await here.told()).map(({ hook_event_name }) => hook_event_name)).toEqual([
    "PreToolUse",
    "PostToolUseFailure",
  ]);
  const [failed] = await toldBy(here, "PostToolUseFailure");
  expect(failed).toMatchObject({
    tool_name: "Edit",
    tool_use_id: "call-1",
    is_interrupt: false,
    error: expect.stringMatching(/^not_found: |^conflict: |^invalid_input: /u),
    duration_ms: expect.any(Number),
  });
});

test("several edits of one file are a MultiEdit to who asks for that, and an Edit to who does not", async () => {
  await using here = await hooked({
    files: FILES,
    home: {
      PreToolUse: [on("MultiEdit", teller()), on("Write|Edit|MultiEdit", teller(": all"))],
    },
  });
  const edits = [
    { oldText: "one", newText: "1" },
    { oldText: "two", newText: "2" },
  ];
  await answerOf(here, "edit_file", { input: { path: "a.txt", edits } });
  const told = await here.told();
  expect(told.map(({ tool_name }) => tool_name).toSorted()).toEqual(["Edit", "MultiEdit"]);
  for (const { tool_input } of told)
    expect(tool_input["edits"]).toEqual([
      { old_string: "one", new_string: "1", replace_all: false },
      { old_string: "two", new_string: "2", replace_all: false },
    ]);
});

describe("rules", () => {
  const patch = "--- a/src/b.ts\n+++ b/src/b.ts\n@@ -1 +1 @@\n-export {};\n+export { };\n";
  test.each<[rule: string, tool: string, input: unknown, files: readonly string[]]>([
    [
      "Edit(*.ts)",
      "edit_file",
      { path: "src/b.ts", edits: [{ oldText: "{}", newText: "{ }" }] },
      ["/R/src/b.ts"],
    ],
    ["Edit(*.ts)", "edit_file", { path: "a.txt", edits: [{ oldText: "one", newText: "1" }] }, []],
    ["Edit(*.ts)", "write_file", { path: "n.ts", content: "" }, ["/R/n.ts"]],
    ["Edit(*.ts)", "apply_patch", { patch: PATCH + patch }, ["/R/src/b.ts"]],
    ["Edit(./src/**)", "delete_path", { path: "src" }, ["/R/src/b.ts"]],
    ["Read(./src/**)", "read_files", { paths: ["a.txt", "src/b.ts"] }, ["/R/src/b.ts"]],
    ["Read(./src/**)", "read_file", { path: "a.txt" }, []],
    ["Write", "write_file", { path: "n.txt", content: "" }, ["/R/n.txt"]],
    ["Bash(git *)", "write_file", { path: "n.txt", content: "" }, []],
  ])("if %s runs for the files of %s that it is about", async (rule, tool, input, files) => {
    await using here = await hooked({
      files: FILES,
      home: { PreToolUse: [on("*", teller(), { if: rule })] },
    });
    expect((await answerOf(here, tool, { input })).error).toBeUndefined();
    const told = (await here.told()).map(({ tool_input }) => tool_input.file_path);
    const about = files.filter((file) => !told.includes(file.replace("/R", here.root)));
    expect(about).toEqual([]);
    if (files.length === 0) expect(told).toEqual([]);
    expect(told).not.toContain(`${here.root}/a.txt`);
  });
});
