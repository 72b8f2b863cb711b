import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  deciding,
  hooked,
  on,
  printing,
  teller,
  type Hooked,
  type HookedOptions,
  type HookGroup,
} from "../support/hooked.ts";
import { served } from "../support/served.ts";
import { answerOf, lastRun, saidIn } from "./scripted.ts";

const WRITE = { input: { path: "a.txt", content: "x" } };
const CLOSED = { "hooks.failClosed": true };

/** A handler of a type that a server does not run. */
function ofType(type: string, more: Readonly<Record<string, unknown>> = {}): HookGroup {
  const fields = {
    mcp_tool: { server: "s", tool: "t" },
    prompt: { prompt: "ok?" },
    agent: { prompt: "ok?" },
  }[type];
  return { matcher: "Write", hooks: [{ type, ...fields, ...more }] };
}

describe("what cannot guard", () => {
  const CASES: readonly (readonly [what: string, options: HookedOptions, says: RegExp])[] = [
    [
      "a hook that fails",
      { home: { PreToolUse: [on("Write", "exit 1")] } },
      /its failure blocks: exit code 1/u,
    ],
    [
      "a script that is not there",
      { home: { PreToolUse: [on("Write", "./no/such/script.sh")] } },
      /its failure blocks: exit code 127/u,
    ],
    [
      "a program that is not there, without a shell",
      { home: { PreToolUse: [on("Write", "/no/such/program", { args: [] })] } },
      /its failure blocks: could not start/u,
    ],
    [
      "a script that may not be executed",
      { files: { "../guard.sh": "exit 2" }, home: { PreToolUse: [on("Write", "../guard.sh")] } },
      /its failure blocks: exit code 126/u,
    ],
    [
      "a hook that hangs",
      { home: { PreToolUse: [on("Write", "sleep 60", { timeout: 0.3 })] } },
      /its failure blocks: still running at its time limit/u,
    ],
    [
      "a hook that nobody approved",
      { project: { PreToolUse: [on("Write", "true")] } },
      /nobody approved this hook as it is now/u,
    ],
    [
      "a matcher that is no expression",
      { home: { PreToolUse: [on("(Write", "exit 2")] } },
      /the matcher of a hook cannot be used/u,
    ],
    [
      "an http hook whose address nobody allowed",
      {
        home: { PreToolUse: [{ matcher: "Write", hooks: [{ type: "http", url: "http://127.0.0.1:9/x" }] }] },
      },
      /its failure blocks: could not start/u,
    ],
    [
      "an mcp_tool hook",
      { home: { PreToolUse: [ofType("mcp_tool")] } },
      /handlers of type mcp_tool are not run here/u,
    ],
    [
      "a prompt hook",
      { home: { PreToolUse: [ofType("prompt")] } },
      /handlers of type prompt are not run here/u,
    ],
    [
      "an agent hook",
      { home: { PreToolUse: [ofType("agent")] } },
      /handlers of type agent are not run here/u,
    ],
  ];

  test.each(CASES)("lets the call through by default: %s", async (_what, options) => {
    await using here = await hooked(options);
    const answer = await answerOf(here, "write_file", WRITE);
    expect(answer.error, answer.text).toBeUndefined();
    expect(existsSync(join(here.root, "a.txt"))).toBe(true);
  });

  test.each(CASES)("denies the call with hooks.failClosed: %s", async (_what, options, says) => {
    await using here = await hooked({ ...options, flags: CLOSED });
    const answer = await answerOf(here, "write_file", WRITE);
    expect(answer.error).toBe("denied");
    expect(answer.text).toMatch(says);
    expect(existsSync(join(here.root, "a.txt"))).toBe(false);
    // only what it was to guard
    expect((await answerOf(here, "list_directory", { input: { path: "." } })).error).toBe(
      says.source.includes("matcher") ? "denied" : undefined,
    );
  });

  test.each([
    ["a command", on("Write", "exit 1", { onFailure: "continue" })],
    ["a prompt", ofType("prompt", { onFailure: "continue" })],
  ])("lets the call through with hooks.failClosed, when %s says so for itself", async (_what, group) => {
    await using here = await hooked({ home: { PreToolUse: [group] }, flags: CLOSED });
    const answer = await answerOf(here, "write_file", WRITE);
    expect(answer.error, answer.text).toBeUndefined();
  });

  test.each(["mcp_tool", "prompt", "agent"])(
    "counts as failed with onFailure: block, as a %s",
    async (type) => {
      await using here = await hooked({ home: { PreToolUse: [ofType(type, { onFailure: "block" })] } });
      const answer = await answerOf(here, "write_file", WRITE);
      expect(answer.error).toBe("denied");
      expect(answer.text).toContain(`handlers of type ${type} are not run here`);
      const { text } = await answerOf(here, "hooks_status", { input: {} });
      expect(text).toMatch(/blocks every call that it selects/u);
      expect(await lastRun(here)).toContain("failed: could not start");
    },
  );

  test("denies every call while a file is broken, and says which, as long as hooks fail closed", async () => {
    await using here = await hooked({ flags: CLOSED });
    await mkdir(join(here.root, ".plumbline"), { recursive: true });
    await writeFile(join(here.root, ".plumbline/hooks.json"), '{"hooks": {');
    const answer = await answerOf(here, "write_file", WRITE);
    expect(answer.error).toBe("denied");
    expect(answer.text).toContain("a file of hooks cannot be read");
    await writeFile(join(here.root, ".plumbline/hooks.json"), '{"hooks": {}}');
    expect((await answerOf(here, "write_file", WRITE)).error).toBeUndefined();
  });

  test("in one file costs the hooks of the others nothing", async () => {
    await using here = await hooked({ home: { PreToolUse: [on("Write", "echo no >&2; exit 2")] } });
    await mkdir(join(here.root, ".plumbline"), { recursive: true });
    await writeFile(join(here.root, ".plumbline/hooks.json"), '{"hooks": {\n"PreToolUse": [}');
    expect((await answerOf(here, "write_file", WRITE)).error).toBe("denied");
    const { text } = await answerOf(here, "hooks_status", { input: {} });
    expect(text).toMatch(/\.plumbline\/hooks\.json[^]*line 2/u);
  });
});

describe("hooks of several files", () => {
  const context = (words: string): string => deciding("allow", { additionalContext: words });

  test("are added up in the order home, project, local, and the same handler runs once", async () => {
    const twice = on("Write", teller(context("twice").replace("cat > /dev/null; ", "")));
    await using here = await hooked({
      home: { PreToolUse: [on("Write", context("home")), twice] },
      project: { PreToolUse: [twice, on("Write", context("project"))] },
      local: { PreToolUse: [on("Write", context("local")), twice] },
    });
    const { handlers } = await here.suite.hooks.report();
    expect(handlers).toHaveLength(6);
    // nobody approved the project's: only those from home run
    expect(saidIn((await answerOf(here, "write_file", WRITE)).text)).toEqual(["home", "twice"]);
    await using trusting = await served(here, { "hooks.trusted": handlers.map(({ hash }) => hash) });
    const { text } = await answerOf(trusting, "write_file", { input: { path: "b.txt", content: "x" } });
    expect(saidIn(text)).toEqual(["home", "twice", "project", "local"]);
    expect(await here.told()).toHaveLength(2);
  });

  test("run by a hash from --trust-hooks as long as they are what it was made of", async () => {
    const project = { PreToolUse: [on("Write", "echo no >&2; exit 2")] };
    await using other = await hooked({ project });
    await using here = await hooked({ project });
    const hashOf = async ({ suite }: Pick<Hooked, "suite">): Promise<string[]> =>
      (await suite.hooks.report()).handlers.map(({ hash }) => hash);
    // it holds the project's folder, so that of another project is worth nothing
    await using mistaken = await served(here, { "hooks.trusted": await hashOf(other) });
    expect((await answerOf(mistaken, "write_file", WRITE)).error).toBeUndefined();
    await using again = await served(here, { "hooks.trusted": await hashOf(here) });
    expect((await answerOf(again, "write_file", WRITE)).error).toBe("denied");
    await writeFile(
      join(here.root, ".plumbline/hooks.json"),
      JSON.stringify({ hooks: { PreToolUse: [on("Write", "echo changed >&2; exit 2")] } }),
    );
    expect(
      (await answerOf(again, "write_file", { input: { path: "n.txt", content: "x" } })).error,
    ).toBeUndefined();
  });

  test("can be turned off: all by the person's own file, the project's by the project's", async () => {
    const home = { PreToolUse: [on("Write", "echo home >&2; exit 2")] };
    await using here = await hooked({ home });
    const put = (path: string, value: unknown) => here.put(path, JSON.stringify(value));
    await put(".plumbline/hooks.json", { disableAllHooks: true, hooks: {} });
    expect((await answerOf(here, "write_file", WRITE)).error).toBe("denied");
    await put("../home/config/hooks.json", { disableAllHooks: true, hooks: home });
    expect((await answerOf(here, "write_file", WRITE)).error).toBeUndefined();
    const { text } = await answerOf(here, "hooks_status", { input: {} });
    expect(text).toContain("disableAllHooks");
  });

  test("that are turned off do not block by a type that is not run here", async () => {
    await using here = await hooked({ flags: CLOSED });
    await here.put(
      "../home/config/hooks.json",
      JSON.stringify({
        disableAllHooks: true,
        hooks: { PreToolUse: [ofType("prompt"), ofType("agent", { onFailure: "block" })] },
      }),
    );
    expect((await answerOf(here, "write_file", WRITE)).error).toBeUndefined();
  });

  test("of several roots each run in their own", async () => {
    await using other = await hooked();
    await using here = await hooked({ home: { PreToolUse: [on("Write", teller())] } });
    await using both = await served(here, { roots: [here.root, other.root] });
    for (const root of [here.root, other.root]) {
      const answer = await answerOf(both, "write_file", {
        input: { path: join(root, "n.txt"), content: "x" },
      });
      expect(answer.error, answer.text).toBeUndefined();
    }
    const told = await here.told();
    expect(new Set(told.map(({ tool_input }) => tool_input.file_path))).toEqual(
      new Set([join(here.root, "n.txt"), join(other.root, "n.txt")]),
    );
    expect(told.map(({ cwd }) => cwd)).toEqual([here.root, here.root]);
  });
});

describe("Claude's own files", () => {
  const settings = { hooks: { PreToolUse: [on("Write", "echo from claude >&2; exit 2")] } };

  test.each([
    ["never", "claude-code", undefined],
    ["never", "other", undefined],
    ["auto", "claude-code", undefined],
    ["auto", "Claude Code", undefined],
    ["auto", "claude_code/2.1", undefined],
    ["auto", "cursor-vscode", "denied"],
    ["auto", "my-claude-code", "denied"],
    ["always", "claude-code", "denied"],
    ["always", "other", "denied"],
  ] as const)("with %s and the client %s", async (importClaude, name, error) => {
    await using here = await hooked({ flags: { "hooks.importClaude": importClaude } });
    await here.put("../home/.claude/settings.json", JSON.stringify({ permissions: {}, ...settings }));
    const answer = await answerOf(here, "write_file", { ...WRITE, caller: { name } });
    expect(answer.error).toBe(error);
  });

  test("of a project wait for approval like its own", async () => {
    await using here = await hooked({ flags: { "hooks.importClaude": "always" } });
    await here.put(".claude/settings.json", JSON.stringify(settings));
    expect((await answerOf(here, "write_file", WRITE)).error).toBeUndefined();
    expect(await lastRun(here)).toContain("not run: pending");
  });

  test("that are a link to our own do not run twice", async () => {
    await using here = await hooked({
      home: { PreToolUse: [on("Write", teller(printing({}).replace("cat > /dev/null; ", "")))] },
      flags: { "hooks.importClaude": "always" },
    });
    await mkdir(join(here.root, "../home/.claude"), { recursive: true });
    await symlink(join(here.configFolder, "hooks.json"), join(here.root, "../home/.claude/settings.json"));
    await answerOf(here, "write_file", WRITE);
    expect(await here.told()).toHaveLength(1);
  });
});
