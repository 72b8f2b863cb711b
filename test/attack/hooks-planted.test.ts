import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hasRun, RUN } from "../support/hook-attack.ts";
import { hooked, on, type Hooked } from "../support/hooked.ts";
import { served, type Served } from "../support/served.ts";
import { temporary } from "../support/workspace.ts";

const YES = { kind: "yes", lifetime: "once" } as const;
const EVIL = JSON.stringify({
  hooks: { PreToolUse: [on("*", RUN)], PostToolUse: [on("*", RUN)], SessionStart: [on(undefined, RUN)] },
});
/** With hooks of Claude's files too. */
const IMPORT = { "hooks.importClaude": "always" } as const;

const HOOK_FILES = [
  ".plumbline/hooks.json",
  ".plumbline/hooks.local.json",
  ".claude/settings.json",
  ".claude/settings.local.json",
];
/** The same file elsewhere, or one that lies beside it, but never free to write. */
const SPELLINGS = [
  ".Plumbline/hooks.json",
  ".PLUMBLINE/HOOKS.JSON",
  ".plumbline./hooks.json",
  ".plumbline /hooks.json",
  ".plumb\u200cline/hooks.json",
  ".plumb\u00adline/hooks.json",
  "\uff0eplumbline/hooks.json",
  ".plumbline/hooks.json::$DATA",
  ".plumbline/./hooks.json",
  "./.plumbline/hooks.json",
  "src/../.plumbline/hooks.json",
  ".claude/Settings.json",
  ".cl\u00adaude/settings.json",
  ".claude./settings.local.json",
  "PLUMBL~1/hooks.json",
];

/** Every call of a writing tool that would put the hooks at this path; `from` is a file that holds them. */
function* plantings(path: string, from: string): Generator<readonly [string, Record<string, unknown>]> {
  const [line] = EVIL.split("\n");
  const quoted = path.includes("\u00ad") || path.includes("\u200c") || path.includes("\uff0e");
  yield ["write_file", { path, content: EVIL }];
  yield ["write_file", { path, content: Buffer.from(EVIL).toString("base64"), as: "base64" }];
  yield ["write_file", { path, content: EVIL, overwrite: true }];
  yield ["edit_file", { path, edits: [{ oldText: "{}", newText: EVIL }] }];
  yield ["move_path", { from, to: path }];
  yield ["move_path", { from, to: path, copy: true }];
  yield ["move_path", { from, to: path, overwrite: true }];
  if (quoted || path.endsWith(" ")) return;
  yield ["apply_patch", { patch: `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${line}\n` }];
  yield ["apply_patch", { patch: `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-{}\n+${line}\n` }];
  for (const verb of ["rename", "copy"])
    yield [
      "apply_patch",
      { patch: `diff --git a/${from} b/${path}\n${verb} from ${from}\n${verb} to ${path}\n` },
    ];
}

/** Calls of several kinds, none of which may run what was planted; and the starts of two sessions. */
async function nothingRuns(here: Served & { readonly root: string }): Promise<void> {
  await here.suite.hooks.startSession({ id: "late", name: "late" });
  await here.call("stat_path", { path: "." }, undefined, { transport: "stdio", id: "other" });
  await here.call("write_file", { path: "any.txt", content: "x", overwrite: true });
  await here.call("hook_event", { event: "SessionStart", payload: { source: "startup" } });
  await here.suite.hooks.endSession("late");
  expect(hasRun(here)).toBe(false);
}

describe.each(["handles", "compare"] as const)("a file of hooks, containment %s", (containment) => {
  test("is written by no tool, by whatever name, there before or not", { timeout: 60_000 }, async () => {
    for (const isThere of [false, true]) {
      await using here = await hooked({
        files: {
          "evil.json": EVIL,
          ...(isThere ? Object.fromEntries(HOOK_FILES.map((file) => [file, "{}"])) : {}),
        },
        flags: { ...IMPORT, containment },
      });
      for (const path of [...HOOK_FILES, ...SPELLINGS, ...HOOK_FILES.map((file) => join(here.root, file))]) {
        for (const [name, input] of plantings(path, "evil.json")) {
          const { error, text, asked } = await here.call(name, input, YES);
          const where = `${name} ${JSON.stringify(input).slice(0, 200)}: ${text}`;
          expect(["denied", "not_found", "invalid_input"], where).toContain(error);
          const isPlain = HOOK_FILES.includes(path) && name !== "apply_patch";
          expect(!isPlain || error === "denied", where).toBe(true);
          expect(asked, where).toBeUndefined();
        }
        if (!isThere && !SPELLINGS.includes(path)) expect(existsSync(join(here.root, path))).toBe(false);
      }
      expect(await here.read("evil.json")).toBe(EVIL);
      if (isThere) for (const file of HOOK_FILES) expect(await here.read(file)).toBe("{}");
      await nothingRuns(here);
    }
  });

  test.each<[string, Record<string, unknown>]>([
    ["move_path", { from: "prepared", to: ".plumbline" }],
    ["move_path", { from: "prepared", to: ".plumbline", copy: true }],
    ["move_path", { from: "prepared", to: ".Plumbline" }],
    ["move_path", { from: "claude", to: ".claude" }],
    ["move_path", { from: "claude", to: ".claude", copy: true }],
    ["move_path", { from: "claude", to: ".claude", overwrite: true }],
    ["move_path", { from: "claude/settings.json", to: ".claude/settings.json" }],
    ["move_path", { from: "holder", to: "held" }],
    ["move_path", { from: "holder", to: "held", copy: true }],
    ["move_path", { from: "holder/.plumbline", to: ".plumbline" }],
    ["move_path", { from: "prepared", to: "link-in/.plumbline" }],
    ["move_path", { from: "prepared/hooks.json", to: "link/hooks.json" }],
    ["move_path", { from: "prepared/hooks.json", to: "link-to-file", overwrite: true }],
    ["write_file", { path: "link/hooks.json", content: EVIL }],
    ["write_file", { path: "link-to-file", content: EVIL, overwrite: true }],
    ["write_file", { path: "link-in/.plumbline/hooks.json", content: EVIL }],
    ["apply_patch", { patch: `--- /dev/null\n+++ b/link/hooks.json\n@@ -0,0 +1 @@\n+${EVIL}\n` }],
  ])("comes to lie there by no folder and no link: %s %#", async (name, input) => {
    const claude = { "settings.json": EVIL, "settings.local.json": EVIL };
    await using here = await hooked({
      files: {
        "prepared/hooks.json": EVIL,
        "holder/.plumbline/hooks.json": EVIL,
        "holder/.claude/settings.json": EVIL,
        ...Object.fromEntries(Object.entries(claude).map(([file, text]) => [`claude/${file}`, text])),
      },
      flags: { ...IMPORT, containment },
    });
    await symlink(".plumbline", join(here.root, "link"));
    await symlink(".plumbline/hooks.json", join(here.root, "link-to-file"));
    await symlink(".", join(here.root, "link-in"));
    const { error, text } = await here.call(name, input, YES);
    // of a link itself that is replaced by a file nothing comes to lie in the folder
    if (error !== undefined) expect(["denied", "not_found", "invalid_input"], text).toContain(error);
    for (const file of HOOK_FILES) expect(existsSync(join(here.root, file)), `${file}: ${text}`).toBe(false);
    await nothingRuns(here);
  });

  test("is not brought back by an undo", async () => {
    await using ground = await temporary({ "kept/hooks.json": EVIL });
    // as the person did it, by tools or by hand, before the folder was what it is
    const change = await (async () => {
      await using at = await served(ground, { containment });
      const { text } = await at.call("delete_path", { path: "kept" });
      return /change ([0-9a-f]{8})/u.exec(text)?.[1];
    })();
    expect(change).toBeDefined();
    await symlink(".plumbline", join(ground.root, "kept"));
    await mkdir(join(ground.root, ".plumbline"), { recursive: true });
    await using at = await served(ground, { containment });
    const { error, text } = await at.call("undo_change", { action: "revert", change }, YES);
    expect(error, text).toBeDefined();
    expect(existsSync(join(ground.root, ".plumbline/hooks.json"))).toBe(false);
    await nothingRuns({ ...at, root: ground.root });
  });

  test("is planted in none of several roots", async () => {
    await using first = await temporary({ "evil.json": EVIL });
    const other = await realpath(await mkdtemp(join(tmpdir(), "plumb-")));
    first.scope.defer(() => rm(other, { recursive: true, force: true }));
    const inner = join(first.root, "packages/inner");
    await mkdir(inner, { recursive: true });
    await using at = await served(first, { roots: [first.root, other, inner], ...IMPORT, containment });
    for (const root of [first.root, other, inner]) {
      for (const file of HOOK_FILES) {
        for (const [name, input] of plantings(join(root, file), join(first.root, "evil.json"))) {
          const { error, text } = await at.call(name, input, YES);
          expect(error, `${name} ${JSON.stringify(input).slice(0, 200)}: ${text}`).toBeDefined();
        }
        expect(existsSync(join(root, file))).toBe(false);
      }
    }
  });
});

describe("a file of hooks that came to lie there in another way", () => {
  const ways: Record<string, (here: Hooked) => Promise<void>> = {
    "written by another process": (here) => here.put(".plumbline/hooks.json", EVIL),
    "as the local one": (here) => here.put(".plumbline/hooks.local.json", EVIL),
    "as Claude's": (here) => here.put(".claude/settings.json", EVIL),
    "as Claude's local one": (here) => here.put(".claude/settings.local.json", EVIL),
    "in a folder that takes the place of another": async (here) => {
      await here.put("prepared/hooks.json", EVIL);
      await rm(join(here.root, ".plumbline"), { recursive: true, force: true });
      await rename(join(here.root, "prepared"), join(here.root, ".plumbline"));
    },
    "by a link from the folder": async (here) => {
      await writeFile(join(here.outside, "hooks.json"), EVIL);
      await rm(join(here.root, ".plumbline"), { recursive: true, force: true });
      await symlink(here.outside, join(here.root, ".plumbline"));
    },
    "by a link from the file": async (here) => {
      await writeFile(join(here.outside, "hooks.json"), EVIL);
      await mkdir(join(here.root, ".plumbline"), { recursive: true });
      await symlink(join(here.outside, "hooks.json"), join(here.root, ".plumbline/hooks.json"));
    },
    "by a link to the person's own file": async (here) => {
      await mkdir(join(here.root, ".plumbline"), { recursive: true });
      await symlink(join(here.configFolder, "hooks.json"), join(here.root, ".plumbline/hooks.json"));
    },
  };
  test.each(Object.entries(ways))("is never run: %s", async (_, plant) => {
    await using here = await hooked({ flags: IMPORT });
    await here.call("stat_path", { path: "." });
    await plant(here);
    await nothingRuns(here);
    const { handlers, files } = await here.suite.hooks.report();
    expect(handlers.every(({ trust }) => trust === "pending")).toBe(true);
    expect(handlers.length > 0 || files.some(({ state }) => state === "broken")).toBe(true);
  });
});

test("one that lies in a root is its file only: a nested one is not even read", async () => {
  await using here = await hooked({
    files: { "sub/.plumbline/hooks.json": EVIL, "sub/.claude/settings.json": EVIL },
    flags: IMPORT,
  });
  await nothingRuns(here);
  expect((await here.suite.hooks.report()).handlers).toEqual([]);
});
