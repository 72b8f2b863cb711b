import { existsSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { damagingInputs, FILLERS, onlyReads, writesPaths, type Input } from "../support/attack-inputs.ts";
import { INSIDE } from "../support/links.ts";
import { served, type Served } from "../support/served.ts";
import { swapper } from "../support/swap.ts";
import { mender, snapshot } from "../support/tree.ts";
import { SECRET, temporary, type Ground } from "../support/workspace.ts";

const YES = { kind: "yes", lifetime: "once" } as const;
const NO = { kind: "no", how: "decline" } as const;
const FILLER = FILLERS["from"] ?? "";

/** Never written, whatever stands there. */
const PROTECTED_FILES = [
  ".git/config",
  ".git/hooks/pre-commit",
  ".mcp.json",
  ".plumbline/hooks.json",
  ".claude/settings.json",
  ".npmrc",
  "vendor/lib/.git/config",
];
const PROTECTED = [
  ...PROTECTED_FILES,
  ".git",
  ".plumbline",
  "vendor/lib/.git",
  "link-to-git/config",
  "link-to-mcp",
];
/** Nor read. */
const SECRET_FILES = [".env", ".env.local", "deep/er/.env", "id_rsa", "server.pem", ".plumbline/trash/x"];
const SECRETS = [...SECRET_FILES, "other-name"];
/** Spellings that are other names here and the same ones on other systems, and what is not there yet. */
const SPELLINGS = [
  ".GIT/config",
  ".git./config",
  ".git /hooks/x",
  "git~1/config",
  ".MCP.json",
  ".mcp.json.",
  ".mcp.json::$DATA",
  "MCP~1.JSO",
  ".Plumbline/new.json",
  ".g\u200cit/config",
  ".ENV",
  ".env.",
  "ENV~1",
  ".env.production",
  "new/.git/config",
  "./deep/../.env",
];
const RUNS_LATER = [
  ".github/workflows/x.yml",
  ".husky/pre-commit",
  ".vscode/tasks.json",
  "sub/.gitlab-ci.yml",
];

async function planted(): Promise<Ground> {
  const files = [...PROTECTED_FILES, ...SECRET_FILES, ...RUNS_LATER, "plain.txt"];
  const ground = await temporary({
    ...Object.fromEntries(files.map((path) => [path, INSIDE])),
    [FILLER]: "FILLER",
    "cfg/mcp.json": "{}",
    "wf/workflows/x.yml": "on: push",
  });
  symlinkSync(".git", join(ground.root, "link-to-git"));
  symlinkSync(".mcp.json", join(ground.root, "link-to-mcp"));
  linkSync(join(ground.root, ".env"), join(ground.root, "other-name"));
  return ground;
}

/** Every tool that writes, with every argument that would change the place. */
function* damages(at: Served, path: string, root: string): Generator<{ name: string; input: Input }> {
  for (const endpoint of at.endpoints.filter(writesPaths))
    for (const input of damagingInputs(endpoint, path, { root, change: "00000000" }))
      yield { name: endpoint.tool.name, input };
}

/** Whether the call would only read the place, and write elsewhere. */
function onlyReadsIt({ copy, to, patch, action }: Input, path: string): boolean {
  if (action === "list") return true;
  if (typeof patch === "string") return patch.includes("copy from") && !patch.includes(`copy from ${FILLER}`);
  return copy === true && to !== path;
}

/** A link that is moved or deleted is a place by itself: what it leads to stays. */
function takesTheLink(name: string, path: string): boolean {
  return path === "link-to-mcp" && ["move_path", "delete_path"].includes(name);
}

describe("what is protected", () => {
  test("is not changed by any tool, by whatever name", { timeout: 60_000 }, async () => {
    await using ground = await planted();
    await using at = await served(ground);
    const mend = mender(ground.root, [".plumbline/trash/.gitignore"]);
    for (const path of [...PROTECTED, ...SECRETS, ...SPELLINGS]) {
      for (const { name, input } of damages(at, path, ground.root)) {
        const { text, error, asked } = await at.call(name, input, YES);
        const where = `${name} ${JSON.stringify(input)}: ${text}`;
        expect(error, where).not.toBe("internal");
        expect(asked, where).toBeUndefined();
        const mended = mend();
        const isLink = takesTheLink(name, path);
        const own = isLink ? [path, FILLER].map((each) => join(ground.root, each)) : [];
        const others = mended.filter((each) => !isFree(each, ground) && !own.includes(each));
        if (isLink || onlyReadsIt(input, path)) expect(others, where).toEqual([]);
        else {
          expect(error, where).toBeDefined();
          expect(mended, where).toEqual([]);
        }
        if (SECRETS.includes(path) && name !== "undo_change") expect(error, where).toBe("denied");
      }
    }
  });

  test.each([
    ["delete_path", { path: "deep" }, "deep/er/.env"],
    ["delete_path", { path: "vendor" }, "vendor/lib/.git"],
    ["move_path", { from: "deep", to: "shallow" }, "deep/er/.env"],
    ["move_path", { from: "deep", to: "shallow", copy: true }, "deep/er/.env"],
    ["move_path", { from: "vendor", to: "vendored" }, "vendor/lib/.git"],
    ["move_path", { from: "vendor", to: "vendored", copy: true }, "vendored/lib/.git"],
    ["move_path", { from: "cfg", to: ".cursor" }, ".cursor/mcp.json"],
    ["move_path", { from: "cfg", to: ".cursor", copy: true }, ".cursor/mcp.json"],
    ["move_path", { from: "cfg", to: ".git/x" }, ".git/x"],
    ["move_path", { from: "cfg", to: "link-to-git/x" }, ".git/x"],
    ["move_path", { from: "wf", to: ".github", overwrite: true }, ".github"],
    ["move_path", { from: "plain.txt", to: "deep", overwrite: true }, "deep/er/.env"],
    ["move_path", { from: "cfg", to: "deep", overwrite: true, copy: true }, "deep/er/.env"],
  ])("is not changed within a directory: %s %j", async (name, input, named) => {
    await using ground = await planted();
    await using at = await served(ground);
    const mend = mender(ground.root, [".plumbline/trash/.gitignore"]);
    const { error, text } = await at.call(name, input);
    expect(error, text).toBe("denied");
    expect(text).toContain(named);
    expect(mend()).toEqual([]);
  });

  test("is not changed by an undo either, when it became protected since", async () => {
    await using ground = await temporary({ "kept.lock": "one\n", "dir/x": "" });
    const changes: string[] = [];
    {
      await using at = await served(ground);
      for (const [name, input] of [
        ["edit_file", { path: "kept.lock", edits: [{ oldText: "one", newText: "two" }] }],
        ["move_path", { from: "kept.lock", to: "dir/kept.lock" }],
        ["write_file", { path: "new.lock", content: "new" }],
        ["move_path", { from: "dir", to: "other" }],
      ] as const)
        changes.push(idIn((await at.call(name, input)).text));
    }
    await using at = await served(ground, { protect: ["*.lock", "**/*.lock"] });
    const before = snapshot(ground.root);
    for (const change of changes.toReversed()) {
      const { error, text } = await at.call("undo_change", { action: "revert", change });
      expect([error, text]).toEqual(["denied", expect.stringContaining(".lock is protected")]);
    }
    expect(snapshot(ground.root)).toEqual(before);
  });

  test("is not copied by one of its other names", async () => {
    await using ground = await planted();
    await using at = await served(ground);
    mkdirSync(join(ground.root, "folder"));
    linkSync(join(ground.root, ".env"), join(ground.root, "folder/notes.txt"));
    const { error, text } = await at.call("move_path", { from: "folder", to: "copied", copy: true });
    expect([error, text]).toEqual(["denied", expect.stringContaining("notes.txt")]);
    expect(existsSync(join(ground.root, "copied"))).toBe(false);
  });

  test("stays so while a directory is exchanged with a link to it", { timeout: 60_000 }, async () => {
    await using ground = await temporary({ ".git/secret.txt": INSIDE, ".git/deep/secret.txt": INSIDE });
    const { root } = ground;
    const closed = join(root, ".git");
    await using at = await served(ground);
    const before = snapshot(closed);
    await using swap = await swapper({ root, outside: closed });
    const calls = [...swap.files, ...swap.directories, "swap/new.txt", "swap/deep/new/er.txt"].flatMap(
      (path) => [...damages(at, path, root)],
    );
    let worked = 0;
    const end = Date.now() + 3_000;
    for (let turn = 0; Date.now() < end; turn += 4) {
      const batch = [0, 1, 2, 3].map((step) => calls[(turn + step) % calls.length]);
      const outcomes = await Promise.all(batch.map((one) => at.call(one?.name ?? "", one?.input, YES)));
      worked += outcomes.filter(({ error }) => error === undefined).length;
      writeFileSync(join(root, FILLER), "FILLER");
    }
    await swap.stop();
    expect(worked).toBeGreaterThan(3);
    expect(snapshot(closed)).toEqual(before);
  });
});

describe("what has a name outside the root as well", () => {
  test.each([
    ["write_file", { path: "a.txt", content: "new", overwrite: true }],
    ["edit_file", { path: "a.txt", edits: [{ oldText: SECRET, newText: "new" }] }],
    ["apply_patch", { patch: `--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-${SECRET}\n+new\n` }],
    ["delete_path", { path: "a.txt" }],
    ["move_path", { from: "b.txt", to: "a.txt", overwrite: true }],
    ["move_path", { from: "a.txt", to: "c.txt" }],
  ])("keeps its bytes there: %s %j", async (name, input) => {
    await using ground = await temporary({ "b.txt": "new" });
    const [inside, outside] = [join(ground.root, "a.txt"), join(ground.outside, "secret.txt")];
    linkSync(outside, inside);
    const mode = statSync(outside).mode;
    await using at = await served(ground);
    const { error, text } = await at.call(name, input);
    expect(error, text).toBeUndefined();
    expect(readFileSync(outside, "utf8")).toBe(SECRET);
    expect(statSync(outside).mode).toBe(mode);
    const undone = await at.call("undo_change", { action: "revert", change: idIn(text) });
    expect(undone.error, undone.text).toBeUndefined();
    expect(statSync(inside).ino).toBe(statSync(outside).ino);
    expect(readFileSync(outside, "utf8")).toBe(SECRET);
  });

  test("and one that was edited under one of its names can be read under the others", async () => {
    await using ground = await temporary({ "a.txt": "one" });
    linkSync(join(ground.root, "a.txt"), join(ground.root, "b.txt"));
    await using at = await served(ground);
    await at.call("edit_file", { path: "a.txt", edits: [{ oldText: "one", newText: "two" }] });
    // as long as the names of secrets are remembered
    await sleep(2_100);
    expect((await at.call("read_file", { path: "b.txt" })).text).toContain("one");
    expect((await at.call("read_file", { path: "a.txt" })).text).toContain("two");
    const edits = [{ oldText: "one", newText: "three" }];
    expect((await at.call("edit_file", { path: "b.txt", edits })).error).toBeUndefined();
  });
});

describe("what runs later by itself", () => {
  test("is not changed by a client that cannot ask, and the answer says who can allow it", async () => {
    await using ground = await planted();
    await using at = await served(ground);
    const mend = mender(ground.root, [".plumbline/trash"]);
    for (const path of [...RUNS_LATER, ".Husky/pre-push", "lefthook.yml"]) {
      for (const { name, input } of damages(at, path, ground.root)) {
        const { error, text } = await at.call(name, input);
        const mended = mend();
        if (onlyReadsIt(input, path)) continue;
        const where = `${name} ${JSON.stringify(input)}`;
        expect(mended, where).toEqual([]);
        expect([error, text], where).toEqual(["denied", expect.stringContaining("will run later by itself")]);
        expect(text, where).toContain(`plumbline approvals grant filesystem.${name} --once --path `);
      }
    }
  });

  test("is changed after a question that names it, and not after a no", async () => {
    await using ground = await planted();
    await using at = await served(ground);
    const mend = mender(ground.root, [".plumbline/trash"]);
    const worked = new Map<string, number>();
    for (const path of RUNS_LATER) {
      for (const { name, input } of damages(at, path, ground.root)) {
        if (onlyReadsIt(input, path)) continue;
        const where = `${name} ${JSON.stringify(input)}`;
        const refused = await at.call(name, input, NO);
        expect(refused.asked?.message, where).toContain(path);
        expect(refused.text, where).toMatch(/^denied: the person said no/);
        expect(mend(), where).toEqual([]);
        const allowed = await at.call(name, input, YES);
        expect(allowed.asked?.message, where).toContain(path);
        if (allowed.error !== "denied" && mend().length > 0) worked.set(name, (worked.get(name) ?? 0) + 1);
      }
    }
    expect([...worked.keys()].toSorted()).toEqual([
      "apply_patch",
      "delete_path",
      "edit_file",
      "move_path",
      "write_file",
    ]);
  });

  test("is written exactly as it was asked about", async () => {
    await using ground = await planted();
    await using at = await served(ground);
    const path = ".github/workflows/x.yml";
    const input = { path, content: "on: push\n", overwrite: true };
    const { text, asked } = await at.call("write_file", input, YES);
    expect(text).toContain("[replaced .github/workflows/x.yml");
    expect(asked?.message).toContain(`- ${path}`);
    expect(readFileSync(join(ground.root, path), "utf8")).toBe("on: push\n");
  });

  test("is not slipped in by a move of a directory", async () => {
    await using ground = await planted();
    await using at = await served(ground);
    const mend = mender(ground.root, [".plumbline/trash"]);
    for (const copy of [true, false]) {
      const { error, text } = await at.call("move_path", { from: "wf", to: "new/.github", copy });
      expect([error, text]).toEqual(["denied", expect.stringContaining("new/.github/workflows")]);
      expect(mend().filter((path) => existsSync(path))).toEqual([]);
    }
  });
});

describe("what is served", () => {
  test("with --read-only: of the tools that write only those that can also list, and only that", async () => {
    await using ground = await temporary({ "a.txt": "one" });
    let change: string;
    {
      await using at = await served(ground);
      change = idIn((await at.call("write_file", { path: "a.txt", content: "two", overwrite: true })).text);
    }
    await using at = await served(ground, { readOnly: true });
    const writing = at.endpoints.filter((endpoint) => !onlyReads(endpoint)).map(({ tool }) => tool.name);
    const lists = ["git_stash", "git_merge", "git_worktree", "git_branches"];
    expect(writing).toEqual(["undo_change", ...lists]);
    for (const action of [
      { name: "git_stash", action: "drop" },
      { name: "git_branches", action: "create" },
    ])
      expect(await at.call(action.name, { action: action.action }, YES)).toMatchObject({ error: "denied" });
    expect((await at.call("undo_change", { action: "list" })).text).toContain(change);
    const { error, text } = await at.call("undo_change", { action: "revert", change }, YES);
    expect([error, text]).toEqual(["denied", expect.stringContaining("this server only reads")]);
    expect(readFileSync(join(ground.root, "a.txt"), "utf8")).toBe("two");
  });

  test("with --tools: those that are named", async () => {
    await using ground = await temporary();
    await using at = await served(ground, { tools: ["read_file", "edit_file"] });
    expect(at.endpoints.map(({ tool }) => tool.name)).toEqual(["read_file", "edit_file"]);
  });
});

function idIn(text: string): string {
  const [, id] = /change ([0-9a-f]{8})/.exec(text) ?? [];
  if (id === undefined) throw new Error(`no change: ${text}`);
  return id;
}

/** What a copy may make: its target, and the trash. */
function isFree(path: string, { root }: Ground): boolean {
  return [FILLERS["to"] ?? "", ".plumbline/trash"].some((free) => path.startsWith(join(root, free)));
}
