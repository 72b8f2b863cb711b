import { getEventListeners } from "node:events";
import { readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findShell } from "../../../hooks/run/find-shell.ts";
import { dead, missing, runIn, scriptFolder, type ScriptFolder } from "./support.ts";

const MIB = 1024 * 1024;

describe("a command line", () => {
  test.each([
    ["a quoted variable", '"$CLAUDE_PROJECT_DIR"/say.sh'],
    ["a quoted path", '"${CLAUDE_PROJECT_DIR}/say.sh"'],
    ["our own name for it", '"$PLUMBLINE_PROJECT_DIR/say.sh"'],
    ["a relative path", "./say.sh"],
    ["an explicit shell", `bash -c './say.sh'`],
    ["a pipeline", "./say.sh | tr a-z A-Z | tr A-Z a-z"],
    ["several lines", "if true\nthen\n  ./say.sh\nfi"],
    ["a heredoc", "cat <<'END'\nhello\nEND"],
    ["what only bash knows", "[[ hello == h* ]] && ./say.sh"],
  ])("runs with %s, also in a folder with a space and quotes in its name", async (_, command) => {
    await using folder = await scriptFolder(`my "own" it's`);
    await folder.script("say.sh", "#!/bin/sh\necho hello\n");
    expect(await runIn(folder, { command })).toMatchObject({
      end: "exit",
      code: 0,
      stdout: "hello\n",
      stderr: "",
      cut: false,
    });
  });

  test("runs with an unquoted variable where the folder has no space", async () => {
    await using folder = await scriptFolder();
    await folder.script("say.sh", "#!/bin/sh\necho hello\n");
    const { stdout } = await runIn(folder, { command: "$CLAUDE_PROJECT_DIR/say.sh" });
    expect(stdout).toBe("hello\n");
  });

  test.each(["$(touch escaped)", "`touch escaped`", "a; touch escaped", "${HOME}"])(
    "leaves a folder that is called %s as it is",
    async (name) => {
      await using folder = await scriptFolder(name);
      await folder.script("say.sh", "#!/bin/sh\npwd\n");
      for (const command of ['"$CLAUDE_PROJECT_DIR"/say.sh', "$CLAUDE_PROJECT_DIR/say.sh", "./say.sh"])
        await runIn(folder, { command });
      const quoted = await runIn(folder, { command: '"${CLAUDE_PROJECT_DIR}/say.sh"' });
      expect(quoted.stdout).toBe(`${folder.path}\n`);
      expect(await readdir(folder.path)).toEqual(["say.sh"]);
    },
  );

  test("knows ~ as the person's home", async () => {
    await using folder = await scriptFolder();
    const env = { HOME: folder.path };
    await folder.script("say.sh", "#!/bin/sh\necho home\n");
    expect(await runIn(folder, { command: "~/say.sh" }, { env })).toMatchObject({
      code: 0,
      stdout: "home\n",
    });
  });

  test("gives the shell's own code for what is not there or may not be executed", async () => {
    await using folder = await scriptFolder();
    await folder.script("plain.sh", "echo no\n", 0o644);
    expect(await runIn(folder, { command: "./gone.sh" })).toMatchObject({ end: "exit", code: 127 });
    expect(await runIn(folder, { command: "./plain.sh" })).toMatchObject({ end: "exit", code: 126 });
  });

  test("runs with bash where it is, and with sh where it is not", async () => {
    await using folder = await scriptFolder();
    expect((await findShell("bash")).program).toBe("bash");
    const before = process.env["PATH"];
    await symlink("/bin/sh", join(folder.path, "sh"));
    process.env["PATH"] = folder.path;
    try {
      expect((await findShell("bash")).program).toBe("sh");
      expect(await runIn(folder, { command: "echo $0" })).toMatchObject({ code: 0, stdout: "sh\n" });
    } finally {
      process.env["PATH"] = before;
    }
  });

  test("is refused in our words when no PowerShell is there to run it", async ({ skip }) => {
    await using folder = await scriptFolder();
    if (missing("pwsh") === undefined) skip("pwsh is installed");
    const refused = await runIn(folder, { command: "exit 2", shell: "powershell" });
    expect(refused).toMatchObject({ end: "unstartable", stdout: "" });
    expect(refused.stderr).toMatch(/^the program powershell.exe could not be started/u);
  });

  test("decides by its exit code under PowerShell", async ({ skip }) => {
    const reason = missing("pwsh");
    if (reason !== undefined) skip(reason);
    await using folder = await scriptFolder();
    const command = '[Console]::Error.Write("no"); exit 2';
    expect(await runIn(folder, { command, shell: "powershell" })).toMatchObject({ code: 2, stderr: "no" });
  });
});

describe("a program with arguments", () => {
  const print = "process.stdout.write(JSON.stringify(process.argv.slice(1)))";

  test("gets each as it is, and only the two placeholders are filled", async () => {
    await using folder = await scriptFolder("$& $(touch escaped)");
    const args = [
      "-e",
      print,
      "--",
      "${CLAUDE_PROJECT_DIR}/a b",
      "$PLUMBLINE_PROJECT_DIR/x",
      "$CLAUDE_PROJECT_DIRS",
      "$HOME",
      "*",
      "`id`",
      "",
    ];
    const { stdout } = await runIn(folder, { command: process.execPath, args });
    expect(JSON.parse(stdout)).toEqual([
      `${folder.path}/a b`,
      `${folder.path}/x`,
      "$CLAUDE_PROJECT_DIRS",
      "$HOME",
      "*",
      "`id`",
      "",
    ]);
    expect(await readdir(folder.path)).toEqual([]);
  });

  test("that is a shell gets its line unfilled, and runs nothing that a folder's name says", async () => {
    await using folder = await scriptFolder("$(touch escaped)`touch escaped`");
    const line = 'printf "%s|" "${CLAUDE_PROJECT_DIR}" "$1"';
    for (const [command, ...args] of [
      ["bash", "-c", line, "x", "$CLAUDE_PROJECT_DIR"],
      [
        "/usr/bin/env",
        "-i",
        "CLAUDE_PROJECT_DIR=$CLAUDE_PROJECT_DIR",
        "/bin/sh",
        "-ec",
        line,
        "x",
        "$CLAUDE_PROJECT_DIR",
      ],
    ] as const) {
      expect(await runIn(folder, { command, args })).toMatchObject({
        stdout: `${folder.path}|${folder.path}|`,
      });
      expect(await readdir(folder.path)).toEqual([]);
    }
  });

  test("is no shell even without any", async () => {
    await using folder = await scriptFolder("a b");
    await folder.script("say it.sh", "#!/bin/sh\necho $#\n");
    const command = "${CLAUDE_PROJECT_DIR}/say it.sh";
    expect(await runIn(folder, { command, args: [] })).toMatchObject({ code: 0, stdout: "0\n" });
    expect(await runIn(folder, { command: "./say it.sh", args: [] })).toMatchObject({
      code: 0,
      stdout: "0\n",
    });
    expect(await runIn(folder, { command: "echo hello", args: [] })).toMatchObject({ end: "unstartable" });
  });

  test("that cannot be started is told in our words, with foreign text escaped", async () => {
    await using folder = await scriptFolder();
    await folder.script("plain.sh", "echo no\n", 0o644);
    const words = async (...of: Parameters<typeof runIn>): Promise<string> => {
      const run = await runIn(...of);
      expect(run).toMatchObject({ end: "unstartable", stdout: "", cut: false });
      expect(run.code).toBe(undefined);
      return run.stderr;
    };
    expect(await words(folder, { command: "./no\u001b[2J", args: [] })).toBe(
      `the program ./no\\u{1b}[2J could not be started: there is no such program, or no folder ${folder.path}`,
    );
    expect(await words(folder, { command: "./plain.sh", args: [] })).toBe(
      "the program ./plain.sh could not be started: it may not be executed",
    );
    expect(await words(folder, { command: "true", args: ["x".repeat(3_000_000)] })).toMatch(/: E2BIG$/u);
    expect(await words(folder, { command: "true" }, { cwd: join(folder.path, "gone") })).toMatch(
      /or no folder/u,
    );
    expect(await words(folder, { command: "true" }, { cwd: join(folder.path, "plain.sh") })).toMatch(
      /: ENOTDIR$/u,
    );
    expect(await words(folder, { command: "true\0" })).toBe("the command holds a NUL character");
    expect(await words(folder, { command: "true", args: ["\0"] })).toBe("the command holds a NUL character");
  });
});

describe("what a handler reads and says", () => {
  test.for([
    ["python3", "import json, sys\nprint(json.load(sys.stdin)['tool_name'])"],
    ["node", 'process.stdin.on("data", (text) => console.log(JSON.parse(text).tool_name))'],
    ["bash", "read -r line; [[ $line =~ tool_name.:.([a-z_]+) ]] && echo ${BASH_REMATCH[1]}"],
  ] as const)("%s scripts read the payload", async ([program, text], { skip }) => {
    const reason = missing(program);
    if (reason !== undefined) skip(reason);
    await using folder = await scriptFolder();
    await folder.script("hook", `#!/usr/bin/env ${program}\n${text}\n`);
    const run = await runIn(folder, { command: "./hook" }, { stdin: '{"tool_name":"write_file"}' });
    expect(run).toMatchObject({ end: "exit", code: 0, stdout: "write_file\n", stderr: "" });
  });

  test("a megabyte is read whole, or not at all, or in part", async () => {
    await using folder = await scriptFolder();
    const about = { stdin: "x".repeat(MIB) };
    expect(await runIn(folder, { command: "wc -c" }, about)).toMatchObject({ stdout: `${MIB}\n` });
    expect(await runIn(folder, { command: "echo ok" }, about)).toMatchObject({ code: 0, stdout: "ok\n" });
    expect(await runIn(folder, { command: "exec 0<&-; sleep 0.2; exit 2" }, about)).toMatchObject({
      code: 2,
    });
    expect(await runIn(folder, { command: "head -c 10; exit 3" }, about)).toMatchObject({
      code: 3,
      stdout: "x".repeat(10),
    });
  });

  test.each([0, 1, 2, 3, 127])("exit code %i is given as it is, with what was said", async (code) => {
    await using folder = await scriptFolder();
    const run = await runIn(folder, { command: `echo out; echo why >&2; exit ${code}` });
    expect(run).toMatchObject({ end: "exit", code, stdout: "out\n", stderr: "why\n" });
    expect(run.ms).toBeLessThan(20_000);
  });

  test("an end by a signal has no exit code", async () => {
    await using folder = await scriptFolder();
    const run = await runIn(folder, { command: "echo half; kill -9 $$" });
    expect(run).toMatchObject({ end: "signal", stdout: "half\n" });
    expect(run.code).toBe(undefined);
  });

  test("a flood does not keep a program from its exit code, and its beginning is kept", async () => {
    await using folder = await scriptFolder();
    const flood = await runIn(folder, { command: "head -c 5242880 /dev/zero | tr '\\0' a; exit 2" });
    expect(flood).toMatchObject({ end: "exit", code: 2, cut: true });
    expect(flood.stdout).toBe("a".repeat(MIB));
    const loud = await runIn(folder, { command: "head -c 5242880 /dev/zero | tr '\\0' a >&2; exit 2" });
    expect(loud).toMatchObject({ end: "exit", code: 2, cut: false, stderr: "a".repeat(65_536) });
    const exact = await runIn(folder, { command: `head -c ${MIB} /dev/zero | tr '\\0' a` });
    expect(exact).toMatchObject({ cut: false, stdout: "a".repeat(MIB) });
  });

  test("bytes that are no text become U+FFFD, and a BOM is dropped", async () => {
    await using folder = await scriptFolder();
    expect(await runIn(folder, { command: "printf 'a\\377\\000b'" })).toMatchObject({ stdout: "a\uFFFD\0b" });
    expect(await runIn(folder, { command: `printf '\\357\\273\\277{}'` })).toMatchObject({ stdout: "{}" });
  });

  test("any text comes back as it was given", async () => {
    await using folder = await scriptFolder();
    const text = fc.string({ unit: "grapheme" }).filter((each) => !each.startsWith("\uFEFF"));
    await fc.assert(
      fc.asyncProperty(text, async (stdin) => {
        expect((await runIn(folder, { command: "cat", args: [] }, { stdin })).stdout).toBe(stdin);
      }),
      { numRuns: 20 },
    );
  });
});

describe("a handler's time", () => {
  const polite = { timeoutMs: 1_000 };

  test("ends with SIGTERM first, and keeps what was said until then", async () => {
    await using folder = await scriptFolder();
    const command = `trap 'echo bye; exit 0' TERM; echo '{"a":1}'; sleep 60 & wait`;
    const run = await runIn(folder, { ...polite, command });
    expect(run).toMatchObject({ end: "timeout", stdout: '{"a":1}\nbye\n' });
    expect(run.code).toBe(undefined);
    expect(run.ms).toBeGreaterThanOrEqual(990);
  });

  test("ends for a whole group that ignores SIGTERM, two seconds later", async () => {
    await using folder = await scriptFolder();
    const command = "trap '' TERM; (trap '' TERM; sleep 60) & echo $! $$; sleep 60; wait";
    const run = await runIn(folder, { ...polite, command });
    expect(run.end).toBe("timeout");
    expect(run.ms).toBeGreaterThanOrEqual(2_900);
    expect(await dead(run.stdout.trim().split(" ").map(Number))).toBe(true);
  });

  test("ends for a flood without end", async () => {
    await using folder = await scriptFolder();
    const run = await runIn(folder, { ...polite, command: "yes" });
    expect(run).toMatchObject({ end: "timeout", cut: true });
    expect(run.stdout).toHaveLength(MIB);
  });

  test("ends for many processes at once", async () => {
    await using folder = await scriptFolder();
    const command = "for i in $(seq 100); do (sleep 60 & echo $!; wait) & done; wait";
    const run = await runIn(folder, { timeoutMs: 3_000, command });
    expect(run.end).toBe("timeout");
    const pids = run.stdout.trim().split("\n").map(Number);
    expect(pids.length).toBeGreaterThan(10);
    expect(await dead(pids)).toBe(true);
  });

  test("ends with the caller's signal, whose reason is thrown when the group is dead", async () => {
    await using folder = await scriptFolder();
    const caller = new AbortController();
    const running = runIn(folder, { command: "echo $$ > pid; sleep 60" }, { signal: caller.signal });
    const pid = Number(await folder.text("pid"));
    caller.abort(new Error("taken back"));
    await expect(running).rejects.toThrow("taken back");
    expect(await dead([pid])).toBe(true);
    await expect(runIn(folder, { command: "touch late" }, { signal: caller.signal })).rejects.toThrow(
      "taken back",
    );
    expect(await readdir(folder.path)).toEqual(["pid"]);
  });

  test("leaves no listener on the caller's signal", async () => {
    await using folder = await scriptFolder();
    const { signal } = new AbortController();
    await runIn(folder, { command: "true" }, { signal });
    await runIn(folder, { command: "gone", args: [] }, { signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("what a handler leaves behind", () => {
  test("is dead when the handler has ended", async () => {
    await using folder = await scriptFolder();
    const run = await runIn(folder, { command: "sleep 60 & echo $!; nohup sleep 60 >&2 & echo $!; exit 2" });
    expect(run).toMatchObject({ end: "exit", code: 2 });
    expect(await dead(run.stdout.trim().split("\n").map(Number))).toBe(true);
  });

  test("does not hold the answer when it left the group with our pipes", async ({ skip }) => {
    const reason = missing("setsid");
    if (reason !== undefined) skip(reason);
    await using folder = await scriptFolder();
    const run = await runIn(folder, { command: "setsid sleep 8 & echo '{}'; exit 2" });
    expect(run).toMatchObject({ end: "exit", code: 2, stdout: "{}\n" });
    expect(run.ms).toBeLessThan(6_000);
  });
});

describe("a handler's environment", () => {
  test("holds its folder and its event, and nothing that the person did not list", async () => {
    await using folder = await scriptFolder();
    process.env["SECRET_TOKEN"] = "hunter2";
    process.env["PLUMBLINE_HTTP_TOKEN"] = "hunter2";
    try {
      const names = await variablesOf(folder);
      expect(names.get("CLAUDE_PROJECT_DIR")).toBe(folder.path);
      expect(names.get("PLUMBLINE_PROJECT_DIR")).toBe(folder.path);
      expect(names.get("PLUMBLINE_HOOK_EVENT")).toBe("PreToolUse");
      expect(names.get("PLUMBLINE_HOOK_DEPTH")).toBe("1");
      expect(names.get("HOME")).toBe(process.env["HOME"]);
      expect([...names.values()].join("\n")).not.toContain("hunter2");
    } finally {
      delete process.env["SECRET_TOKEN"];
      delete process.env["PLUMBLINE_HTTP_TOKEN"];
    }
  });
});

async function variablesOf(folder: ScriptFolder): Promise<Map<string, string>> {
  const { stdout } = await runIn(folder, { command: "env", args: ["-0"] });
  return new Map(stdout.split("\0").map((line) => [line.split("=")[0] ?? "", line.replace(/^[^=]*=/u, "")]));
}
