import { existsSync } from "node:fs";
import { readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { deciding, hooked, on, printing, teller, type Hooked, type Told } from "../support/hooked.ts";

const HOUR = { kind: "yes", lifetime: "once" } as const;

/** What hooks were told: event, name and file of each, in no order. */
async function firings(here: Hooked): Promise<string[]> {
  const told = await here.told();
  const line = ({ hook_event_name, tool_name, tool_input: { file_path, path } }: Told): string =>
    [hook_event_name, tool_name, (file_path ?? path ?? "").replace(here.root, "")].join(" ").trim();
  return told.map(line).toSorted();
}

describe("before a call", () => {
  test("a guard made for Write and Edit refuses our edit of a file, and the model hears why", async () => {
    const guard = `python3 -c '
import json, sys
path = json.load(sys.stdin)["tool_input"]["file_path"]
if "/migrations/" in path:
    print("migrations are closed: " + path, file=sys.stderr)
    sys.exit(2)
'`;
    await using here = await hooked({
      files: { "migrations/1.sql": "old\n", "src/a.ts": "old\n" },
      home: { PreToolUse: [on("Write|Edit|MultiEdit", guard)] },
    });
    const edits = [{ oldText: "old", newText: "new" }];
    const denied = await here.call("edit_file", { path: "migrations/1.sql", edits });
    expect(denied.error).toBe("denied");
    expect(denied.text).toContain(`migrations are closed: ${here.root}/migrations/1.sql`);
    expect(denied.text).toContain("hooks.json");
    expect(await here.read("migrations/1.sql")).toBe("old\n");
    expect((await here.call("edit_file", { path: "src/a.ts", edits })).error).toBeUndefined();
    const into = await here.call("move_path", { from: "src/a.ts", to: "migrations/2.sql" });
    expect(into.error).toBe("denied");
    const tree = await here.call("delete_path", { path: "migrations" });
    expect(tree.error).toBe("denied");
    expect(await here.read("migrations/1.sql")).toBe("old\n");
  });

  test("every file that a call touches is told once, by its absolute path", async () => {
    await using here = await hooked({
      files: { "a.txt": "a\n", "dir/b.txt": "b\n", "dir/deep/c.txt": "c\n", "gone.txt": "x\n" },
      home: { PreToolUse: [on("Write|Edit", teller())] },
    });
    const patch = [
      "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+A\n",
      "--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+n\n",
      "--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
    ].join("");
    expect((await here.call("apply_patch", { patch })).error).toBeUndefined();
    const patched = await firings(here);
    expect(patched.map((line) => line.split(" ").at(-1))).toEqual(["/a.txt", "/gone.txt", "/new.txt"]);
    await here.call("move_path", { from: "dir", to: "moved" });
    const moved = (await firings(here)).filter((line) => !patched.includes(line));
    for (const file of ["/dir/b.txt", "/dir/deep/c.txt", "/moved/b.txt", "/moved/deep/c.txt"])
      expect(moved.filter((line) => line.endsWith(` ${file}`))).toHaveLength(1);
  });

  test("an undo is told file by file too", async () => {
    await using here = await hooked({
      files: { "a.txt": "a\n", "b.txt": "b\n" },
      home: { PreToolUse: [on("Write|Edit", teller())] },
    });
    const patch =
      "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+A\n--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-b\n+B\n";
    const { text } = await here.call("apply_patch", { patch });
    const change = /change ([0-9a-f]{8})/u.exec(text)?.[1];
    const before = (await here.told()).length;
    expect((await here.call("undo_change", { action: "revert", change })).error).toBeUndefined();
    const undone = (await here.told()).slice(before);
    expect(undone.map(({ tool_input }) => String(tool_input.file_path)).toSorted()).toEqual([
      `${here.root}/a.txt`,
      `${here.root}/b.txt`,
    ]);
  });

  test("a hook for our own names gets our own arguments", async () => {
    await using here = await hooked({
      files: { "a.txt": "a\n" },
      home: { PreToolUse: [on("mcp__filesystem__.*", teller())] },
    });
    await here.call("read_file", { path: "a.txt" });
    const [payload] = await here.told();
    expect(payload).toMatchObject({
      hook_event_name: "PreToolUse",
      tool_name: "mcp__filesystem__read_file",
      tool_input: { path: "a.txt" },
      cwd: here.root,
      mcp_server: { name: "filesystem" },
    });
  });

  test("the strictest of several hooks wins, in whatever order they end", async () => {
    const slow = `sleep 0.3; ${deciding("allow")}`;
    await using here = await hooked({
      files: { "a.txt": "a\n" },
      home: {
        PreToolUse: [
          on("Read", slow),
          on("Read", deciding("deny", { permissionDecisionReason: "not this" })),
        ],
      },
    });
    const answer = await here.call("read_file", { path: "a.txt" });
    expect(answer.error).toBe("denied");
    expect(answer.text).toContain("not this");
  });

  test("a hook that asks is one question with its reason, and runs once", async () => {
    await using here = await hooked({
      files: { "a.txt": "a\n" },
      home: {
        PreToolUse: [
          on("Write", teller("true")),
          on("Write", deciding("ask", { permissionDecisionReason: "really?" })),
        ],
      },
    });
    const input = { path: "b.txt", content: "b" };
    const refused = await here.call("write_file", input);
    expect(refused.error).toBe("denied");
    expect(refused.text).toContain("really?");
    const said = await here.call("write_file", input, HOUR);
    expect(said.error).toBeUndefined();
    expect(said.asked?.message).toContain("a hook asks");
    expect(await here.told()).toHaveLength(2);
  });

  test("a hook's allow does not answer what we would ask ourselves", async () => {
    await using here = await hooked({
      home: { PreToolUse: [on("*", deciding("allow"))] },
    });
    const answer = await here.call("write_file", { path: ".github/workflows/ci.yml", content: "x" });
    expect(answer.error).toBe("denied");
    expect(existsSync(join(here.root, ".github"))).toBe(false);
  });

  test("what a hook tells the model stands behind the answer", async () => {
    await using here = await hooked({
      files: { "a.txt": "a\n" },
      home: { PreToolUse: [on("Read", deciding("allow", { additionalContext: "mind the gap" }))] },
    });
    const { text } = await here.call("read_file", { path: "a.txt" });
    expect(text).toMatch(/a\n[^]*\[hook .*hooks\.json:\d+\] mind the gap$/u);
  });
});

describe("a hook that rewrites the arguments", () => {
  const rewriting = (updatedInput: Readonly<Record<string, unknown>>): string =>
    deciding("allow", { updatedInput });

  test("changes what is written, in the terms that it knows", async () => {
    const rewrite = `python3 -c '
import json, sys
given = json.load(sys.stdin)["tool_input"]
given["content"] = "theirs"
print(json.dumps({"hookSpecificOutput": {"hookEventName": "PreToolUse", "updatedInput": given}}))
'`;
    await using here = await hooked({
      home: { PreToolUse: [on("Write", rewrite)] },
    });
    expect((await here.call("write_file", { path: "a.txt", content: "ours" })).error).toBeUndefined();
    expect(await here.read("a.txt")).toBe("theirs");
  });

  test.each([
    ["outside of the root", (root: string) => `${root}/../outside/secret.txt`],
    ["a secret", (root: string) => `${root}/.env`],
    ["a protected place", (root: string) => `${root}/.git/hooks/pre-commit`],
    ["a link that leads out", (root: string) => `${root}/way-out/secret.txt`],
    ["the hooks' own file", (root: string) => `${root}/.plumbline/hooks.json`],
  ])("gets nothing that the caller would not get: %s", async (_what, target) => {
    await using here = await hooked();
    await symlink(here.outside, join(here.root, "way-out"));
    const to = target(here.root);
    await here.put(
      "../home/config/hooks.json",
      JSON.stringify({
        hooks: {
          PreToolUse: [on("Write", rewriting({ file_path: to, content: "DAMAGE", overwrite: true }))],
        },
      }),
    );
    const answer = await here.call("write_file", { path: "a.txt", content: "x" });
    expect(answer.error).toBeDefined();
    expect(existsSync(join(here.root, "a.txt"))).toBe(false);
    const there = existsSync(to) ? await here.read(to.slice(here.root.length + 1)) : "";
    expect(there).not.toContain("DAMAGE");
  });

  test("into something that the tool does not take is told as the hook's fault", async () => {
    await using here = await hooked({
      files: { "a.txt": "a\n" },
      home: { PreToolUse: [on("^mcp__filesystem__", rewriting({ pathh: "a.txt" }))] },
    });
    const answer = await here.call("read_file", { path: "a.txt" });
    expect(answer.error).toBe("external");
    expect(answer.text).toContain("a hook gave read_file arguments that it does not take");
  });

  test("of one file among many is refused instead of forgotten", async () => {
    await using here = await hooked({
      files: { "a.txt": "a\n", "b.txt": "b\n" },
      home: {
        PreToolUse: [on("Edit", rewriting({ file_path: "/elsewhere", old_string: "a", new_string: "z" }))],
      },
    });
    const patch =
      "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+A\n--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-b\n+B\n";
    const answer = await here.call("apply_patch", { patch });
    expect(answer.error).toBe("denied");
    expect(await here.read("a.txt")).toBe("a\n");
  });
});

describe("after a call", () => {
  test("hooks are told what came of it, and may add to the answer, after the fact", async () => {
    const block = printing({ decision: "block", reason: "the linter found 2 errors" });
    await using here = await hooked({
      home: { PostToolUse: [on("Write", teller()), on("Write", block)] },
    });
    const answer = await here.call("write_file", { path: "a.txt", content: "a" });
    expect(answer.error).toBeUndefined();
    expect(answer.text).toContain("created a.txt");
    expect(answer.text).toContain("the linter found 2 errors");
    const [payload] = await here.told();
    expect(payload).toMatchObject({
      hook_event_name: "PostToolUse",
      tool_name: "Write",
      tool_response: { success: true, filePath: `${here.root}/a.txt` },
    });
  });

  test("a formatter runs for each file, and the model learns that the file changed again", async () => {
    const format = `python3 -c '
import json, sys
path = json.load(sys.stdin)["tool_input"]["file_path"]
text = open(path).read().upper()
open(path, "w").write(text)
'`;
    await using here = await hooked({
      files: { "a.txt": "one\n" },
      home: { PostToolUse: [on("Write|Edit", format)] },
    });
    const edits = [{ oldText: "one", newText: "two" }];
    const { text } = await here.call("edit_file", { path: "a.txt", edits });
    expect(await here.read("a.txt")).toBe("TWO\n");
    expect(text).toMatch(/a\.txt changed again/u);
  });

  test("the answer can be replaced by a text, and by nothing that is no answer", async () => {
    const replace = (value: unknown): string =>
      printing({ hookSpecificOutput: { hookEventName: "PostToolUse", updatedToolOutput: value } });
    await using here = await hooked({
      files: { "a.txt": "secret\n", "b.txt": "kept\n" },
      home: {
        PostToolUse: [
          on(
            "Read",
            `case "$(cat)" in *a.txt*) ${replace("[masked]")} ;; *) ${replace({ no: "answer" })} ;; esac`.replaceAll(
              "cat > /dev/null; ",
              "",
            ),
          ),
        ],
      },
    });
    expect((await here.call("read_file", { path: "a.txt" })).text).toBe("[masked]");
    expect((await here.call("read_file", { path: "b.txt" })).text).toContain("kept");
  });

  test("a tool that failed is told by its own event", async () => {
    await using here = await hooked({
      home: {
        PostToolUse: [on("*", teller())],
        PostToolUseFailure: [
          on("*", teller()),
          on(
            "Read",
            printing({
              hookSpecificOutput: { hookEventName: "PostToolUseFailure", additionalContext: "look in docs/" },
            }),
          ),
        ],
      },
    });
    const answer = await here.call("read_file", { path: "nothing.txt" });
    expect(answer.error).toBe("not_found");
    expect(answer.text).toContain("look in docs/");
    const told = await here.told();
    expect(told.map(({ hook_event_name }) => hook_event_name)).toEqual(["PostToolUseFailure"]);
    expect(told[0]?.["error"]).toContain("not_found");
  });
});

test("the audit names the hook that denied a call", async () => {
  await using here = await hooked({
    files: { "a.txt": "a\n" },
    home: { PreToolUse: [on("Read", deciding("deny"))] },
  });
  await here.call("read_file", { path: "a.txt" });
  await here.suite.scope.close();
  const folder = join(here.stateFolder, "audit");
  const [project = ""] = await readdir(folder);
  const lines = await readFile(join(folder, project, "audit.jsonl"), "utf8");
  expect(lines).toMatch(/"because":"hook [^"]*hooks\.json:\d+"/u);
});
