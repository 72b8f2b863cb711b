import { execFileSync } from "node:child_process";
import {
  chmod,
  chown,
  link,
  mkdir,
  mkdtemp,
  realpath,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { HookFiles, type HookPlaces, type HookSet } from "../../../hooks/config/hook-files.ts";

interface Place extends AsyncDisposable {
  readonly base: string;
  readonly root: string;
  readonly other: string;
  path(name: string): string;
  write(name: string, content: unknown): Promise<string>;
  files(options?: Partial<HookPlaces>): HookFiles;
}

/** Two roots and a home folder of their own. */
async function place(): Promise<Place> {
  const base = await realpath(await mkdtemp(join(tmpdir(), "plumbline-hooks-")));
  const root = join(base, "root");
  const other = join(base, "other");
  for (const folder of [root, other, join(base, "home")]) await mkdir(folder);
  return {
    base,
    root,
    other,
    path: (name) => join(base, name),
    async write(name, content) {
      const file = join(base, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
      return file;
    },
    files: (options = {}) =>
      new HookFiles({
        configFolder: join(base, "config"),
        home: join(base, "home"),
        roots: [root],
        importClaude: false,
        ...options,
      }),
    [Symbol.asyncDispose]: () => rm(base, { recursive: true, force: true }),
  };
}

/** A file with one handler on PreToolUse for each command. */
function hooks(...commands: string[]) {
  return { hooks: { PreToolUse: commands.map((command) => ({ hooks: [{ type: "command", command }] })) } };
}

/** `command` of what runs, `command!` of what does not. */
function commands({ handlers }: HookSet): string[] {
  return handlers.map(
    ({ handler, off }) => `${handler.command ?? handler.type}${off === undefined ? "" : "!"}`,
  );
}

function states(set: HookSet, { base }: Place): string[] {
  return set.files.map(({ source, state }) => `${source.file.slice(base.length + 1)}: ${state}`);
}

/** What is wrong with the first file that is wrong. */
function complaint({ files }: HookSet): string | undefined {
  const file = files.find(({ problems }) => problems.length > 0);
  return file === undefined ? undefined : `${file.state}: ${file.problems[0]?.message}`;
}

/** Until nothing is read again: stamps of files that were just written are not trusted yet. */
async function settled(files: HookFiles): Promise<HookSet> {
  for (;;) {
    await files.read();
    const set = files.read();
    if (!(set instanceof Promise)) return set;
    await sleep(10);
  }
}

describe("which files there are", () => {
  test("home, each root's, each root's own copy; Claude's beside ours when they are wanted", async () => {
    await using here = await place();
    await here.write("config/hooks.json", hooks("home"));
    await here.write("home/.claude/settings.json", hooks("home-claude"));
    for (const root of ["root", "other"]) {
      await here.write(`${root}/.plumbline/hooks.json`, hooks(root));
      await here.write(`${root}/.claude/settings.json`, hooks(`${root}-claude`));
      await here.write(`${root}/.plumbline/hooks.local.json`, hooks(`${root}-local`));
      await here.write(`${root}/.claude/settings.local.json`, hooks(`${root}-claude-local`));
    }
    const roots = [here.root, here.other];
    expect(commands(await here.files({ roots }).read())).toEqual([
      "home",
      "root",
      "other",
      "root-local",
      "other-local",
    ]);
    const set = await here.files({ roots, importClaude: true }).read();
    expect(commands(set)).toEqual([
      "home",
      "home-claude",
      "root",
      "root-claude",
      "other",
      "other-claude",
      "root-local",
      "root-claude-local",
      "other-local",
      "other-claude-local",
    ]);
    expect(set.handlers.slice(0, 4).map(({ source }) => source)).toEqual([
      { scope: "home", dialect: "plumbline", file: here.path("config/hooks.json") },
      { scope: "home", dialect: "claude", file: here.path("home/.claude/settings.json") },
      {
        scope: "project",
        dialect: "plumbline",
        file: here.path("root/.plumbline/hooks.json"),
        root: here.root,
      },
      { scope: "project", dialect: "claude", file: here.path("root/.claude/settings.json"), root: here.root },
    ]);
    expect(set.handlers[6]?.source.scope).toBe("local");
  });

  test("none there is no trouble", async () => {
    await using here = await place();
    const set = await here.files().read();
    expect([set.handlers, states(set, here), complaint(set)]).toEqual([
      [],
      [
        "config/hooks.json: missing",
        "root/.plumbline/hooks.json: missing",
        "root/.plumbline/hooks.local.json: missing",
      ],
      undefined,
    ]);
  });

  test("a root that is the home folder, or is named twice, gives its files once", async () => {
    await using here = await place();
    await here.write("home/.claude/settings.json", hooks("a"));
    const home = here.path("home");
    const set = await here.files({ roots: [home, home], importClaude: true }).read();
    expect([commands(set), set.handlers[0]?.source.scope]).toEqual([["a"], "home"]);
  });

  test("the same handler in two files stays twice, each with its origin", async () => {
    await using here = await place();
    await here.write("config/hooks.json", hooks("a"));
    await here.write("root/.plumbline/hooks.json", hooks("a"));
    const { handlers } = await here.files().read();
    expect(handlers.map(({ source, handler }) => `${source.scope} ${handler.command}`)).toEqual([
      "home a",
      "project a",
    ]);
  });
});

describe("disableAllHooks", () => {
  async function off(file: string): Promise<string[]> {
    await using here = await place();
    await here.write("config/hooks.json", hooks("home"));
    await here.write("root/.plumbline/hooks.json", hooks("root"));
    await here.write("root/.plumbline/hooks.local.json", hooks("local"));
    await here.write("other/.plumbline/hooks.json", hooks("other"));
    await here.write(file, { ...hooks("it"), disableAllHooks: true });
    const set = await here.files({ roots: [here.root, here.other], importClaude: true }).read();
    for (const { off: why } of set.handlers)
      if (why !== undefined) expect(why).toBe(`disableAllHooks in ${here.path(file)}`);
    return commands(set);
  }

  test("at home turns everything off", async () => {
    expect(await off("config/hooks.json")).toEqual(["it!", "root!", "other!", "local!"]);
    expect(await off("home/.claude/settings.json")).toEqual(["home!", "it!", "root!", "other!", "local!"]);
  });

  test("in a project turns off what that project brings, and nothing of the person's or of another's", async () => {
    expect(await off("root/.plumbline/hooks.json")).toEqual(["home", "it!", "other", "local"]);
    expect(await off("root/.plumbline/hooks.local.json")).toEqual(["home", "root!", "other", "it!"]);
    expect(await off("root/.claude/settings.json")).toEqual(["home", "root!", "it!", "other", "local"]);
  });

  test("in a file that is broken, or of another host, turns nothing off", async () => {
    await using here = await place();
    await here.write("root/.plumbline/hooks.json", hooks("root"));
    await here.write("config/hooks.json", '{ "disableAllHooks": true, }');
    await here.write("root/.plumbline/hooks.local.json", {
      disableAllHooks: true,
      hooks: { Stop: [{ command: "x" }] },
    });
    expect(commands(await here.files().read())).toEqual(["root", "x!"]);
  });
});

describe("what does not run", () => {
  test("types that need a model or a client, and why", async () => {
    await using here = await place();
    const handlers = [
      { type: "prompt", prompt: "x" },
      { type: "http", url: "https://a.test/" },
      { type: "mcp_tool", server: "a", tool: "b" },
    ];
    await here.write("config/hooks.json", { hooks: { PreToolUse: [{ hooks: handlers }] } });
    const set = await here.files().read();
    expect(set.handlers.map(({ off }) => off)).toEqual([
      "handlers of type prompt are not run here",
      undefined,
      "handlers of type mcp_tool are not run here",
    ]);
  });

  test("files in another host's shape: shown, never run", async () => {
    await using here = await place();
    await here.write("root/.plumbline/hooks.json", {
      version: 1,
      hooks: { preToolUse: [{ command: "x" }], afterFileEdit: [{ command: "y" }] },
    });
    const set = await here.files().read();
    expect([commands(set), set.handlers[0]?.off, complaint(set)]).toEqual([
      ["x!"],
      "written for Cursor, not in Claude Code's shape",
      "skipped: written for Cursor, not in Claude Code's shape: nothing in it is run",
    ]);
  });

  test("events that do not exist have no handlers", async () => {
    await using here = await place();
    await here.write("config/hooks.json", {
      hooks: { PreToolUze: [{ hooks: [{ type: "command", command: "x" }] }] },
    });
    const set = await here.files().read();
    expect([set.handlers, complaint(set)]).toEqual([
      [],
      "read: there is no event PreToolUze: nothing runs this; did you mean PreToolUse?",
    ]);
  });
});

describe("a file that is wrong", () => {
  test("contributes nothing, is named with its line, and the others go on", async () => {
    await using here = await place();
    await here.write("config/hooks.json", hooks("home"));
    await here.write("root/.plumbline/hooks.json", '{\n "hooks": {\n  "Stop": [}\n}');
    await here.write("root/.plumbline/hooks.local.json", hooks("local"));
    const set = await here.files().read();
    expect([commands(set), states(set, here), set.files[1]?.problems]).toEqual([
      ["home", "local"],
      [
        "config/hooks.json: read",
        "root/.plumbline/hooks.json: broken",
        "root/.plumbline/hooks.local.json: read",
      ],
      [
        {
          level: "error",
          code: "invalid_json",
          message: "not JSON, at column 12: expected a value",
          line: 3,
        },
      ],
    ]);
  });

  test("a link in a project is refused: at the file, at its folder, to a place inside of the project", async () => {
    for (const [from, to] of [
      ["root/.plumbline/hooks.json", "elsewhere/hooks.json"],
      ["root/.plumbline", "elsewhere"],
      ["root/.plumbline/hooks.json", "root/real.json"],
    ] as const) {
      await using here = await place();
      await here.write("elsewhere/hooks.json", hooks("x"));
      await here.write("root/real.json", hooks("x"));
      await mkdir(dirname(here.path(from)), { recursive: true });
      await symlink(here.path(to), here.path(from));
      const set = await here.files().read();
      expect([commands(set), complaint(set)]).toEqual([
        [],
        `broken: ${here.path("root/.plumbline/hooks.json")} is reached through a link or something that is no folder; it must be a plain file`,
      ]);
    }
  });

  test("Claude's files in a project are guarded in the same way", async () => {
    await using here = await place();
    await here.write("elsewhere/settings.json", hooks("x"));
    await symlink(here.path("elsewhere"), here.path("root/.claude"));
    const set = await here.files({ importClaude: true }).read();
    expect([commands(set), complaint(set)?.startsWith("broken: ")]).toEqual([[], true]);
  });

  test("a link at home is followed: it is the person's own", async () => {
    await using here = await place();
    await here.write("dotfiles/hooks.json", hooks("x"));
    await mkdir(here.path("config"));
    await symlink(here.path("dotfiles/hooks.json"), here.path("config/hooks.json"));
    const files = here.files();
    expect(commands(await settled(files))).toEqual(["x"]);
    await here.write("dotfiles/hooks.json", hooks("y"));
    expect(commands(await files.read())).toEqual(["y"]);
  });

  test.skipIf(process.platform === "win32")(
    "a FIFO, a folder and a socket's like do not hang anybody",
    async () => {
      for (const name of ["config/hooks.json", "root/.plumbline/hooks.json"]) {
        await using here = await place();
        await mkdir(dirname(here.path(name)), { recursive: true });
        execFileSync("mkfifo", [here.path(name)]);
        expect(complaint(await here.files().read())).toBe(
          `broken: ${here.path(name)} is not a regular file; configuration must be one`,
        );
        await rm(here.path(name));
        await mkdir(here.path(name));
        expect(complaint(await here.files().read())).toBe(
          `broken: ${here.path(name)} is not a regular file; configuration must be one`,
        );
      }
    },
  );

  test("one that is too large, or no text, is refused", async () => {
    await using here = await place();
    const file = await here.write("root/.plumbline/hooks.json", " ".repeat(256 * 1024) + "{}");
    expect(complaint(await here.files().read())).toBe(`broken: ${file} is larger than 256 KiB`);
    await writeFile(file, Buffer.from([0x7b, 0xff, 0x7d]));
    expect(complaint(await here.files().read())).toBe(`broken: ${file} is not UTF-8 text`);
  });

  test.skipIf(process.platform === "win32")("at home it has to be nobody else's to write", async () => {
    await using here = await place();
    const file = await here.write("config/hooks.json", hooks("x"));
    await chmod(file, 0o666);
    const files = here.files();
    expect([commands(await settled(files)), complaint(await files.read())]).toEqual([
      [],
      `broken: ${file} can be written by every user: chmod o-w it`,
    ]);
    await chmod(file, 0o644);
    expect(commands(await files.read())).toEqual(["x"]);
  });

  test.skipIf(process.getuid?.() !== 0)("at home it has to be this user's or root's", async () => {
    await using here = await place();
    const file = await here.write("home/.claude/settings.json", hooks("x"));
    await chown(file, 4_321, 0);
    const set = await here.files({ importClaude: true }).read();
    expect([commands(set), complaint(set)]).toEqual([
      [],
      `broken: ${file} belongs to another user, so its commands are not run`,
    ]);
  });

  test("a name with escapes is shown without them", async () => {
    await using here = await place();
    const root = here.path("a\u001B[2J\u202Eb");
    await mkdir(join(root, ".plumbline", "hooks.json"), { recursive: true });
    expect(complaint(await here.files({ roots: [root] }).read())).toContain("a\\u{1b}[2J\\u{202e}b");
  });
});

describe("changes", () => {
  test("while nothing changes the very same set is there at once", async () => {
    await using here = await place();
    await here.write("config/hooks.json", hooks("x"));
    await here.write("root/.plumbline/hooks.json", "broken");
    const files = here.files();
    const set = await settled(files);
    for (let time = 0; time < 100; time++) expect(files.read()).toBe(set);
    await writeFile(here.path("root/unrelated"), "");
    expect(files.read()).toBe(set);
  });

  test("a file that is touched, or written with the same text, gives the very same set", async () => {
    await using here = await place();
    const file = await here.write("config/hooks.json", hooks("x"));
    const files = here.files();
    const set = await settled(files);
    await utimes(file, 1, 1);
    expect(files.read()).toBeInstanceOf(Promise);
    await here.write("config/hooks.json", hooks("x"));
    expect(await files.read()).toBe(set);
  });

  test("each change shows at the next look, also with the same size and in the same moment", async () => {
    await using here = await place();
    const files = here.files();
    for (let round = 0; round < 300; round++) {
      const name = String(round % 10);
      await here.write("config/hooks.json", hooks(name));
      expect(commands(await files.read())).toEqual([name]);
    }
  });

  test("a file that appears, breaks, mends and goes away", async () => {
    await using here = await place();
    await here.write("config/hooks.json", hooks("home"));
    const files = here.files();
    const seen = async (): Promise<string[]> => commands(await settled(files));
    expect(await seen()).toEqual(["home"]);
    await here.write("root/.plumbline/hooks.json", hooks("a"));
    expect(await seen()).toEqual(["home", "a"]);
    await here.write("root/.plumbline/hooks.json", "{");
    expect(await seen()).toEqual(["home"]);
    expect(complaint(await files.read())).toBe("broken: not JSON, at column 2: the file ends too early");
    await here.write("root/.plumbline/hooks.json", hooks("b"));
    expect(await seen()).toEqual(["home", "b"]);
    await rm(here.path("root/.plumbline"), { recursive: true });
    expect(await seen()).toEqual(["home"]);
    await rm(here.path("config/hooks.json"));
    expect(await seen()).toEqual([]);
  });

  test("another file of the same size and age that is put in its place is seen", async () => {
    await using here = await place();
    const file = await here.write("root/.plumbline/hooks.json", hooks("a"));
    const next = await here.write("root/next.json", hooks("b"));
    await utimes(file, 1, 1);
    await utimes(next, 1, 1);
    const files = here.files();
    expect(commands(await settled(files))).toEqual(["a"]);
    await rename(next, file);
    expect(commands(await files.read())).toEqual(["b"]);
  });

  test("a file that becomes a link to the same contents is refused from then on", async () => {
    await using here = await place();
    const file = await here.write("root/.plumbline/hooks.json", hooks("a"));
    const files = here.files();
    expect(commands(await settled(files))).toEqual(["a"]);
    await link(file, here.path("same.json"));
    await rm(file);
    await symlink(here.path("same.json"), file);
    expect([commands(await files.read()), complaint(await files.read())?.startsWith("broken: ")]).toEqual([
      [],
      true,
    ]);
  });

  test("reads at the same time share one promise, and one that saw more wins", async () => {
    await using here = await place();
    await here.write("config/hooks.json", hooks("a"));
    const files = here.files();
    const first = files.read();
    expect(first).toBeInstanceOf(Promise);
    expect(files.read()).toBe(first);
    await here.write("config/hooks.json", hooks("longer"));
    expect(commands(await files.read())).toEqual(["longer"]);
    await first;
    expect(commands(await settled(files))).toEqual(["longer"]);
  });

  test("only the file that changed is read again", async () => {
    await using here = await place();
    await here.write("config/hooks.json", hooks("home"));
    await here.write("root/.plumbline/hooks.json", hooks("a"));
    const files = here.files();
    const before = await settled(files);
    await here.write("root/.plumbline/hooks.json", hooks("b"));
    const after = await files.read();
    expect(after.handlers[0]).toBe(before.handlers[0]);
    expect(after.files[0]).toBe(before.files[0]);
    expect(commands(after)).toEqual(["home", "b"]);
  });

  test("a look at six files that are as they were costs far less than a millisecond", async () => {
    await using here = await place();
    await here.write("config/hooks.json", hooks("x"));
    await here.write("root/.plumbline/hooks.json", hooks("x"));
    const files = here.files({ importClaude: true });
    await settled(files);
    const started = performance.now();
    for (let time = 0; time < 1_000; time++) void files.read();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
