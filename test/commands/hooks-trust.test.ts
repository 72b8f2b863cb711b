import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { person, type Person } from "./command-line.ts";
import { onTerminal } from "./on-terminal.ts";

const HOOKS = {
  hooks: {
    PreToolUse: [{ matcher: "Write|Edit", hooks: [{ type: "command", command: "bash tools/check.sh" }] }],
    PostToolUse: [{ hooks: [{ type: "command", command: "echo \u202Eevil\u001b[2J" }] }],
  },
};

async function planted(hooks: unknown = HOOKS): Promise<Person> {
  const me = await person();
  await me.write("project/.plumbline/hooks.json", hooks);
  await me.write("project/tools/check.sh", "#!/bin/sh\necho \u001b[31mchecked\n");
  return me;
}

async function waiting(me: Person): Promise<{ hash: string; state: string; runs: string }[]> {
  const { stdout } = await me.plumbline(["hooks", "trust", "--json"]);
  return z
    .array(z.looseObject({ hash: z.string(), state: z.string(), runs: z.string() }))
    .parse(JSON.parse(stdout));
}

describe("plumbline hooks trust", () => {
  test("shows what waits whole, with the texts of scripts, and approves nothing without a terminal", async () => {
    await using me = await planted();
    const { code, stdout } = await me.plumbline(["hooks", "trust"]);
    expect(code).toBe(1);
    expect(stdout).toContain("PreToolUse, matcher Write|Edit, at most 60 s\n  $ bash tools/check.sh\n");
    expect(stdout).toContain(String.raw`    | echo \u{1b}[31mchecked`);
    expect(stdout).toContain(String.raw`  $ echo \u{202e}evil\u{1b}[2J`);
    expect(stdout).toContain(
      "2 hooks wait for approval. Without a terminal:\n  plumbline hooks trust --yes ",
    );
    expect(stdout).not.toMatch(/[^\n\P{Cc}]/u);
    expect(await waiting(me)).toHaveLength(2);
  });

  test("approves what has the hashes that it showed, until that changes", async () => {
    await using me = await planted();
    const [check, evil] = await waiting(me);
    const first = await me.plumbline(["hooks", "trust", "--yes", check?.hash ?? ""]);
    expect(first).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("Approved 1. Whatever changes waits again."),
    });
    expect(first.stdout).toContain("1 hook waits for approval");
    const both = ["--yes", check?.hash ?? "", "--yes", evil?.hash ?? ""];
    expect(await me.plumbline(["hooks", "trust", ...both])).toMatchObject({ code: 0 });
    expect(await me.plumbline(["hooks", "trust"])).toMatchObject({
      code: 0,
      stdout: "No hook of this project waits for approval.\n",
    });
    const listed = await me.plumbline(["trust", "--list"]);
    expect(listed.stdout).toMatch(
      /^hook +\/.*hooks\.json PreToolUse\[0\]\.hooks\[0\] \([0-9a-f]{12}\): bash tools/mu,
    );
    await me.write("project/tools/check.sh", "evil\n");
    expect(await waiting(me)).toMatchObject([{ state: "changed", runs: "bash tools/check.sh" }]);
    expect(await me.plumbline(["hooks", "trust", "--yes", check?.hash ?? ""])).toMatchObject({ code: 2 });
    await me.plumbline(["trust", "--revoke", evil?.hash.slice(0, 12) ?? ""]);
    expect(await waiting(me)).toHaveLength(2);
  });

  test("takes no hash but a whole one of a hook that is there", async () => {
    await using me = await planted();
    const [check] = await waiting(me);
    for (const hash of ["0".repeat(64), "", check?.hash.slice(0, 63) ?? "", "\u001b[2J"]) {
      const { code, stderr } = await me.plumbline(["hooks", "trust", `--yes=${hash}`]);
      expect([code, stderr]).toEqual([2, expect.stringContaining("no hook has the hash")]);
      expect(stderr).not.toContain("\u001b");
    }
    expect(await waiting(me)).toHaveLength(2);
  });

  test("counts what is given by flag, and asks about no hook of the person's own", async () => {
    await using me = await planted();
    await me.write(".config/plumbline/hooks.json", {
      hooks: { PreToolUse: [{ hooks: [{ type: "command", command: "mine" }] }] },
    });
    const [check, evil] = await waiting(me);
    const flags = ["--trust-hooks", check?.hash ?? "", "--trust-hooks", evil?.hash ?? ""];
    expect(await me.plumbline(["hooks", "trust", ...flags])).toMatchObject({ code: 0 });
    expect(await waiting(me)).toHaveLength(2);
  });

  test("says so when trust cannot be read, and approves nothing", async () => {
    await using me = await planted();
    const [check] = await waiting(me);
    await me.plumbline(["hooks", "trust", "--yes", check?.hash ?? ""]);
    await chmod(join(me.state, "trust.json"), 0o666);
    const { code, stdout } = await me.plumbline(["hooks", "trust"]);
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining("cannot be approved: nothing is trusted: cannot read "),
    ]);
    expect(stdout).toContain("others may write it; close it with chmod 600");
  });

  test.runIf(onTerminal !== undefined)("asks on a terminal, about all or each", async () => {
    await using me = await planted();
    const asked = (...lines: string[]) => onTerminal?.(me, "hooks trust", { lines });
    expect((await asked("n"))?.code).toBe(1);
    expect(await waiting(me)).toHaveLength(2);
    const each = await asked("e", "n", "y");
    expect(each?.output).toContain("Approve all 2? [y/N, e: each by itself]");
    expect(await waiting(me)).toMatchObject([{ runs: "bash tools/check.sh" }]);
    const last = await asked("yes");
    expect([last?.code, last?.output]).toEqual([0, expect.stringContaining("Approved 1.")]);
    expect(await readFile(join(me.state, "trust.json"), "utf8")).toContain("tools/check.sh");
  });
});

test("hooks trust says what changed, and which file is not read", async () => {
  await using me = await planted();
  const hashes = (await waiting(me)).flatMap(({ hash }) => ["--yes", hash]);
  await me.plumbline(["hooks", "trust", ...hashes]);
  await me.write("project/tools/check.sh", "other\n");
  await me.write("project/.plumbline/hooks.local.json", "{\n oops");
  const { stdout, stderr } = await me.plumbline(["hooks", "trust"]);
  expect(stdout).toContain("at most 60 s (changed since you approved it)\n");
  expect(stderr).toMatch(/hooks\.local\.json:2: not JSON, .*; nothing in it is run\n$/u);
});

test.runIf(onTerminal !== undefined)(
  "a call asks whether hooks may run, and then what one of them asks",
  async () => {
    const asks = {
      hookEventName: "PreToolUse",
      permissionDecision: "ask",
      permissionDecisionReason: "sure?",
    };
    await using me = await planted({
      hooks: {
        PreToolUse: [
          { hooks: [{ type: "command", command: `echo '${JSON.stringify({ hookSpecificOutput: asks })}'` }] },
        ],
      },
    });
    await me.write("project/a.txt", "hello\n");
    const call = (...lines: string[]) =>
      onTerminal?.(me, `call filesystem read_file '{"path":"a.txt"}'`, { lines });
    const declined = await call("n");
    expect([declined?.code, declined?.output]).toEqual([0, expect.stringContaining("hello")]);
    const refused = await call("y", "n");
    expect([refused?.code, refused?.output]).toEqual([1, expect.stringContaining("the person said no")]);
    const allowed = await call("y");
    expect(allowed?.output).toContain("Asked because a hook asks: ");
    expect([allowed?.code, allowed?.output]).toEqual([0, expect.stringContaining("hello")]);
    const { stdout } = await me.plumbline(["audit"]);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split("  ").slice(2, 3).join("")),
    ).toEqual(["asked", "ok", "asked", "asked", "denied", "asked", "ok"]);
  },
);

test("plumbline trust says that hooks of the folder wait, and how to look at them", async () => {
  await using me = await planted();
  await me.write("project/.git/HEAD", "ref: refs/heads/main\n");
  await me.write("project/.git/config", "");
  const { code, stdout } = await me.plumbline(["trust"]);
  // nobody was there to say yes
  expect(code).toBe(1);
  expect(stdout).toContain(`2 hooks wait for approval: plumbline hooks trust --root ${me.project}`);
});
