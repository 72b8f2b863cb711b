import { existsSync } from "node:fs";
import {
  chmod,
  chown,
  cp,
  mkdir,
  readFile,
  rename,
  rm,
  symlink,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { person } from "../commands/command-line.ts";
import { approve, hasRun, RUN, RUN_SCRIPT, trusts } from "../support/hook-attack.ts";
import { deciding, hooked, on, teller, type Hooked, type HookGroup } from "../support/hooked.ts";
import { served } from "../support/served.ts";

const YES = { kind: "yes", lifetime: "once" } as const;
const SCRIPT = "tools/check.sh";
const COMMAND = 'bash "$CLAUDE_PROJECT_DIR"/tools/check.sh';

function textOf(groups: readonly HookGroup[], event = "PreToolUse"): string {
  return JSON.stringify({ hooks: { [event]: groups } });
}

/** Calls, of which none may run the canary; the same with a fresh start of everything. */
async function waitsAgain(here: Hooked): Promise<void> {
  for (const name of ["stat_path", "read_file"]) await here.call(name, { path: "a.txt" });
  await using again = await served(here);
  const { error } = await again.call("read_file", { path: "a.txt" });
  expect(error).toBeUndefined();
  await using closed = await served(here, { "hooks.failClosed": true });
  expect((await closed.call("read_file", { path: "a.txt" })).error).toBe("denied");
  expect(hasRun(here)).toBe(false);
  expect((await again.suite.hooks.report()).handlers.some(({ trust }) => trust === "approved")).toBe(false);
}

describe("an approved handler that is changed", () => {
  const group = on("Read|Glob", RUN, { timeout: 20 });
  const changes: Record<string, string> = {
    "its command": textOf([on("Read|Glob", `${RUN}; true`, { timeout: 20 })]),
    "a blank in its command": textOf([on("Read|Glob", `${RUN} `, { timeout: 20 })]),
    "its matcher": textOf([on("*", RUN, { timeout: 20 })]),
    "a blank in its matcher": textOf([on("Read| Glob", RUN, { timeout: 20 })]),
    "its condition": textOf([on("Read|Glob", RUN, { timeout: 20, if: "Read" })]),
    "its time": textOf([on("Read|Glob", RUN, { timeout: 21 })]),
    "its arguments": textOf([on("Read|Glob", "sh", { timeout: 20, args: ["-c", RUN] })]),
    "what its failure means": textOf([on("Read|Glob", RUN, { timeout: 20, onFailure: "block" })]),
    "being waited for": textOf([on("Read|Glob", RUN, { timeout: 20, async: true })]),
    "its event": textOf([group], "PostToolUse"),
    "a character that nobody sees": textOf([on("Read|Glob", `${RUN} #\u200b`, { timeout: 20 })]),
  };
  test.each(Object.entries(changes))("waits again: %s", async (_, text) => {
    await using here = await hooked({ files: { "a.txt": "a" }, project: { PreToolUse: [group] } });
    await approve(here);
    await here.call("read_file", { path: "a.txt" });
    expect(hasRun(here)).toBe(true);
    await here.put(".plumbline/hooks.json", text);
    await here.call("read_file", { path: "a.txt" });
    expect(hasRun(here)).toBe(false);
    // what guards nothing denies nothing
    if (!/PostToolUse|async/u.test(text)) await waitsAgain(here);
  });

  test("in a way that does not count stays approved: its place, and what is said of it", async () => {
    await using here = await hooked({ files: { "a.txt": "a" }, project: { PreToolUse: [group] } });
    await approve(here);
    const described = {
      ...group,
      hooks: group.hooks.map((each) => ({ ...each, statusMessage: "\u202e$(x)" })),
    };
    await here.put(".plumbline/hooks.json", `\n\n${textOf([on("Bash", "true"), described])}\n`);
    await here.call("read_file", { path: "a.txt" });
    expect(hasRun(here)).toBe(true);
  });

  test("in one file leaves no way to run by the other's approval, or in a copy of the project", async () => {
    await using here = await hooked({
      files: { "a.txt": "a", [SCRIPT]: RUN_SCRIPT },
      project: { PreToolUse: [on("*", COMMAND)] },
    });
    await approve(here);
    const copy = join(dirname(here.root), "copy");
    await cp(here.root, copy, { recursive: true });
    await using other = await served({ ...here, root: copy });
    await other.call("read_file", { path: "a.txt" });
    expect(hasRun(here)).toBe(false);
    expect((await other.suite.hooks.report()).handlers.map(({ trust }) => trust)).toEqual(["pending"]);
    await rename(here.root, `${here.root}-old`);
    await rename(copy, here.root);
    await here.call("read_file", { path: "a.txt" });
    expect(hasRun(here), "the same text at the same place is the same").toBe(true);
  });
});

describe("the script of an approved handler", () => {
  async function approved(command = COMMAND): Promise<Hooked> {
    const here = await hooked({
      files: {
        "a.txt": "a",
        [SCRIPT]: "#!/bin/sh\ntrue\n",
        "other/check.sh": RUN_SCRIPT,
        "mine.sh": RUN_SCRIPT,
      },
      project: { PreToolUse: [on("*", command)] },
    });
    await approve(here);
    expect(await trusts(here)).toEqual(["approved"]);
    return here;
  }

  const byTools: [string, Record<string, unknown>][] = [
    ["write_file", { path: SCRIPT, content: RUN_SCRIPT, overwrite: true }],
    ["write_file", { path: "TOOLS/../tools/check.sh", content: RUN_SCRIPT, overwrite: true }],
    ["write_file", { path: "link/check.sh", content: RUN_SCRIPT, overwrite: true }],
    ["write_file", { path: "check-link", content: RUN_SCRIPT, overwrite: true }],
    ["edit_file", { path: SCRIPT, edits: [{ oldText: "true", newText: RUN }] }],
    ["apply_patch", { patch: `--- a/${SCRIPT}\n+++ b/${SCRIPT}\n@@ -2 +2 @@\n-true\n+${RUN}\n` }],
    ["apply_patch", { patch: `diff --git a/${SCRIPT} b/${SCRIPT}\nold mode 100644\nnew mode 100755\n` }],
    [
      "apply_patch",
      { patch: `diff --git a/mine.sh b/${SCRIPT}\nrename from mine.sh\nrename to ${SCRIPT}\n` },
    ],
    ["move_path", { from: "mine.sh", to: SCRIPT, overwrite: true }],
    ["move_path", { from: "mine.sh", to: SCRIPT, overwrite: true, copy: true }],
    ["move_path", { from: "other", to: "tools", overwrite: true }],
    ["move_path", { from: "tools", to: "elsewhere" }],
    ["move_path", { from: SCRIPT, to: "elsewhere.sh" }],
    ["delete_path", { path: SCRIPT }],
    ["delete_path", { path: "tools" }],
  ];
  test.each(byTools)(
    "is a question before a tool touches it, and waits when it did: %s %j",
    async (name, input) => {
      await using here = await approved();
      await symlink("tools", join(here.root, "link"));
      await symlink(SCRIPT, join(here.root, "check-link"));
      const before = await here.read(SCRIPT);
      const unasked = await here.call(name, input);
      // a patch that does not fit fails before anybody is asked
      expect(unasked.error, unasked.text).toBeDefined();
      expect(await here.read(SCRIPT)).toBe(before);
      const { asked, error, text } = await here.call(name, input, YES);
      if (error !== undefined && asked === undefined)
        return expect(["invalid_input", "conflict", "not_found"], text).toContain(error);
      expect(asked?.message).toMatch(/tools/u);
      expect(asked?.message).toContain("will run later by itself");
      // a mode does not count, and a patch that does not fit did nothing
      const isSame = existsSync(join(here.root, SCRIPT)) && (await here.read(SCRIPT)) === before;
      expect(isSame).toBe(String(input["patch"]).startsWith("diff"));
      if (!isSame) await waitsAgain(here);
    },
  );

  test("comes back changed by no undo without a question", async () => {
    await using here = await hooked({ files: { "a.txt": "a", [SCRIPT]: RUN_SCRIPT } });
    const { text } = await here.call("write_file", {
      path: SCRIPT,
      content: "#!/bin/sh\ntrue\n",
      overwrite: true,
    });
    const change = /change ([0-9a-f]{8})/u.exec(text)?.[1];
    await here.put(".plumbline/hooks.json", textOf([on("*", COMMAND)]));
    await approve(here);
    const undo = { action: "revert", change };
    expect((await here.call("undo_change", undo)).error).toBe("denied");
    expect(await here.read(SCRIPT)).not.toBe(RUN_SCRIPT);
    const { asked } = await here.call("undo_change", { ...undo, paths: [SCRIPT] }, YES);
    expect(asked?.message).toContain(SCRIPT);
    expect(await here.read(SCRIPT)).toBe(RUN_SCRIPT);
    await waitsAgain(here);
  });

  const byOthers: Record<string, (here: Hooked) => Promise<void>> = {
    "written over": (here) => here.put(SCRIPT, RUN_SCRIPT),
    "written over with the same length and times": async (here) => {
      const { length } = await here.read(SCRIPT);
      await here.put(SCRIPT, "touch ../canary".padEnd(length, "#"));
      await utimes(join(here.root, SCRIPT), 1, 1);
    },
    "removed and written": async (here) => {
      await unlink(join(here.root, SCRIPT));
      await here.put(SCRIPT, RUN_SCRIPT);
    },
    removed: (here) => unlink(join(here.root, SCRIPT)),
    "renamed into its place": (here) => rename(join(here.root, "mine.sh"), join(here.root, SCRIPT)),
    "a link in its place": async (here) => {
      await unlink(join(here.root, SCRIPT));
      await symlink("../mine.sh", join(here.root, SCRIPT));
    },
    "another folder in its folder's place": async (here) => {
      await rename(join(here.root, "tools"), join(here.root, "old"));
      await rename(join(here.root, "other"), join(here.root, "tools"));
    },
    "a link in its folder's place": async (here) => {
      await rename(join(here.root, "tools"), join(here.root, "old"));
      await symlink("other", join(here.root, "tools"));
    },
    "a pipe in its place": async (here) => {
      await unlink(join(here.root, SCRIPT));
      execFileSync("mkfifo", [join(here.root, SCRIPT)]);
    },
  };
  test.each(Object.entries(byOthers))("waits when another process changed it: %s", async (_, change) => {
    await using here = await approved();
    await here.call("read_file", { path: "a.txt" });
    expect(hasRun(here)).toBe(false);
    await change(here);
    await waitsAgain(here);
  });

  test("waits when the link that leads to it leads elsewhere", async () => {
    await using here = await hooked({ files: { "a.txt": "a", "good.sh": "true\n", "bad.sh": RUN_SCRIPT } });
    await symlink("good.sh", join(here.root, "check"));
    await here.put(".plumbline/hooks.json", textOf([on("*", "bash ./check")]));
    await approve(here);
    expect(await trusts(here)).toEqual(["approved"]);
    await unlink(join(here.root, "check"));
    await symlink("bad.sh", join(here.root, "check"));
    await waitsAgain(here);
    await here.put("bad.sh", "true\n");
    await waitsAgain(here);
  });

  test("waits when a hook before it changes it in the same call", async () => {
    const changing = `cat > /dev/null; cp "$CLAUDE_PROJECT_DIR"/mine.sh "$CLAUDE_PROJECT_DIR"/${SCRIPT}; sleep 0.3`;
    const slow = Array.from({ length: 4 }, (_, index) => on("*", `${changing}; exit 0 # ${index}`));
    await using here = await hooked({
      files: { "a.txt": "a", [SCRIPT]: "true\n", "mine.sh": RUN_SCRIPT },
      project: { PreToolUse: [...slow, on("*", COMMAND)] },
    });
    await approve(here);
    await here.call("read_file", { path: "a.txt" });
    expect(hasRun(here)).toBe(false);
  });

  test("is asked about under the name that a home file gives it, too", async () => {
    await using here = await hooked({
      files: { "a.txt": "a", [SCRIPT]: "true\n" },
      home: { PreToolUse: [on("*", COMMAND)] },
    });
    const input = { path: SCRIPT, content: RUN_SCRIPT, overwrite: true };
    expect((await here.call("write_file", input)).error).toBe("denied");
    expect(await here.read(SCRIPT)).toBe("true\n");
  });
});

test("a project that switches hooks off leaves the person's own and the local ones on", async () => {
  const guard = deciding("deny");
  await using here = await hooked({
    files: { "a.txt": "a" },
    home: { PreToolUse: [on("Write", guard)] },
    local: { PreToolUse: [on("Read", guard)] },
  });
  await approve(here);
  await here.put(".plumbline/hooks.json", JSON.stringify({ disableAllHooks: true }));
  await here.put(".claude/settings.json", JSON.stringify({ disableAllHooks: true }));
  expect((await here.call("write_file", { path: "b.txt", content: "" })).error).toBe("denied");
  expect((await here.call("read_file", { path: "a.txt" })).error).toBe("denied");
  await here.put(".plumbline/hooks.local.json", JSON.stringify({ disableAllHooks: true }));
  expect((await here.call("write_file", { path: "b.txt", content: "" })).error).toBe("denied");
});

describe("a file of hooks that is no plain file", () => {
  const isRoot = process.getuid?.() === 0;
  const project: Record<string, (file: string, here: Hooked) => Promise<void>> = {
    "a link outside": async (file, here) => {
      await writeFile(join(here.outside, "hooks.json"), textOf([on("*", RUN)]));
      await symlink(join(here.outside, "hooks.json"), file);
    },
    "a link to a file of the machine": (file) => symlink("/etc/passwd", file),
    "a link to itself": (file) => symlink("hooks.json", file),
    "a pipe": async (file) => void execFileSync("mkfifo", [file]),
    "a link to a device": (file) => symlink("/dev/zero", file),
    "a folder": (file) => mkdir(file),
    "a huge one": (file) => writeFile(file, `${textOf([on("*", RUN)])}${" ".repeat(300_000)}`),
    "no text": (file) => writeFile(file, Buffer.from([0xff, 0xfe, 0x7b, 0])),
    "half a JSON": (file) => writeFile(file, textOf([on("*", RUN)]).slice(0, -1)),
    "a JSON as deep as the sea": (file) => writeFile(file, "[".repeat(200_000)),
    "the same key twice": (file) =>
      writeFile(file, textOf([on("*", RUN)]).replace('{"hooks"', '{"hooks":{},"hooks"')),
  };
  test.each(Object.entries(project))(
    "is not run, told, and keeps no other from running: %s",
    async (_, spoil) => {
      await using here = await hooked({ files: { "a.txt": "a" }, home: { PreToolUse: [on("*", teller())] } });
      await mkdir(join(here.root, ".plumbline"), { recursive: true });
      await spoil(join(here.root, ".plumbline/hooks.json"), here);
      const { error, text } = await here.call("read_file", { path: "a.txt" });
      expect(error, text).toBeUndefined();
      expect(await here.told()).toHaveLength(1);
      const { files } = await here.suite.hooks.report();
      expect(files.find(({ file }) => file.endsWith("root/.plumbline/hooks.json"))?.state).toBe("broken");
      expect(JSON.stringify(files)).not.toContain("root:x:0");
      await using closed = await served(here, { "hooks.failClosed": true });
      expect((await closed.call("read_file", { path: "a.txt" })).error).toBe("denied");
      expect(hasRun(here)).toBe(false);
    },
  );

  test("a folder that is a link outside is not looked into", async () => {
    await using here = await hooked({ files: { "a.txt": "a" } });
    await writeFile(join(here.outside, "hooks.json"), textOf([on("*", RUN)]));
    await symlink(here.outside, join(here.root, ".plumbline"));
    await here.call("read_file", { path: "a.txt" });
    expect(hasRun(here)).toBe(false);
    expect((await here.suite.hooks.report()).handlers).toEqual([]);
  });

  const home: Record<string, (file: string) => Promise<void>> = {
    "every user can write": (file) => chmod(file, 0o666),
    ...(isRoot ? { "belongs to another": (file: string) => chown(file, 65_534, 65_534) } : {}),
  };
  test.each(Object.entries(home))("one of the person's own that %s is not run", async (_, spoil) => {
    await using here = await hooked({ files: { "a.txt": "a" }, home: { PreToolUse: [on("*", RUN)] } });
    await spoil(join(here.configFolder, "hooks.json"));
    await here.call("read_file", { path: "a.txt" });
    expect(hasRun(here)).toBe(false);
    await using closed = await served(here, { "hooks.failClosed": true });
    expect((await closed.call("read_file", { path: "a.txt" })).error).toBe("denied");
  });
});

describe("approvals that may be another's word", () => {
  const isRoot = process.getuid?.() === 0;
  const spoil: Record<string, (file: string) => Promise<void>> = {
    "a file that every user can write": (file) => chmod(file, 0o666),
    "a file that the group can write": (file) => chmod(file, 0o660),
    "a link": async (file) => {
      await rename(file, `${file}.real`);
      await symlink(`${file}.real`, file);
    },
    "half a file": async (file) => writeFile(file, (await readFile(file, "utf8")).slice(0, -4)),
    "one key more": async (file) => writeFile(file, (await readFile(file, "utf8")).replace("{", '{"x":1,')),
    "another version": async (file) =>
      writeFile(file, (await readFile(file, "utf8")).replace('"version": 1', '"version": 2')),
    "another kind": async (file) =>
      writeFile(file, (await readFile(file, "utf8")).replaceAll('"hook"', '"check"')),
    "a folder": async (file) => {
      await rm(file);
      await mkdir(file);
    },
    ...(isRoot ? { "another's file": (file: string) => chown(file, 65_534, 65_534) } : {}),
  };
  test.each(Object.entries(spoil))("approve nothing: %s", async (_, change) => {
    await using here = await hooked({ files: { "a.txt": "a" }, project: { PreToolUse: [on("*", RUN)] } });
    await approve(here);
    await here.call("read_file", { path: "a.txt" });
    expect(hasRun(here)).toBe(true);
    await change(join(here.stateFolder, "trust.json"));
    await waitsAgain(here);
  });

  test("are in no tool's reach, wherever they lie", async () => {
    await using here = await hooked({ files: { "a.txt": "a" }, project: { PreToolUse: [on("*", RUN)] } });
    const { handlers } = await here.suite.hooks.report();
    const trust = JSON.stringify({
      version: 1,
      trusted: [{ kind: "hook", subject: "x", hash: handlers[0]?.hash, at: new Date().toISOString() }],
    });
    await using wide = await served(here, { roots: [here.root, dirname(here.root)] });
    for (const [name, input] of [
      ["write_file", { path: join(here.stateFolder, "trust.json"), content: trust }],
      ["write_file", { path: join(here.configFolder, "hooks.json"), content: textOf([on("*", RUN)]) }],
      ["write_file", { path: join(here.configFolder, "config.json"), content: "{}" }],
      ["move_path", { from: join(here.root, "a.txt"), to: join(here.stateFolder, "trust.json") }],
    ] as const) {
      const { error, text } = await wide.call(name, input, YES);
      expect(error, text).toBe("denied");
    }
    expect(existsSync(join(here.stateFolder, "trust.json"))).toBe(false);
    await here.call("read_file", { path: "a.txt" });
    expect(hasRun(here)).toBe(false);
  });
});

test("by the built command: approved runs, changed waits, failing closed denies", async () => {
  await using me = await person();
  await me.write("project/a.txt", "one\n");
  await me.write(`project/${SCRIPT}`, RUN_SCRIPT);
  await me.write("project/.plumbline/hooks.json", textOf([on("*", COMMAND)]));
  const read = (...flags: string[]) =>
    me.plumbline(["call", "filesystem", "read_file", '{"path":"a.txt"}', ...flags]);
  const { stdout } = await me.plumbline(["hooks", "trust"]);
  const hash = /--yes ([0-9a-f]{64})/u.exec(stdout)?.[1] ?? "";
  expect(stdout).toContain(RUN);
  await me.plumbline(["hooks", "trust", "--yes", hash]);
  await read();
  expect(hasRun({ root: me.project })).toBe(true);
  await me.write(`project/${SCRIPT}`, `${RUN_SCRIPT}# more\n`);
  expect((await read()).code).toBe(0);
  expect((await read("--trust-hooks", hash)).code).toBe(0);
  const closed = await read("--hooks-fail-closed");
  expect(closed.code).toBe(1);
  expect(closed.stderr).toContain("nobody approved this hook as it is now");
  expect(hasRun({ root: me.project })).toBe(false);
  expect((await me.plumbline(["hooks", "status"])).stdout).toMatch(/changed/u);
});
