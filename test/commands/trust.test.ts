import { execFileSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { person, type Person } from "./command-line.ts";
import { onTerminal } from "./on-terminal.ts";

async function withRepository(): Promise<Person> {
  const me = await person();
  gitIn(me, me.project, "init", "-q");
  gitIn(
    me,
    me.project,
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@b",
    "commit",
    "-q",
    "--allow-empty",
    "-m",
    "x",
  );
  return me;
}

function gitIn(me: Person, cwd: string, ...args: string[]): void {
  execFileSync("git", args, { cwd, env: { ...me.env }, stdio: "pipe" });
}

function hashIn(stdout: string): string {
  return /^Hash ([0-9a-f]{64})$/m.exec(stdout)?.[1] ?? "";
}

describe("plumbline trust", () => {
  test("names the drivers of attributes, the scripts of the repository and where trust is kept", async () => {
    await using me = await withRepository();
    gitIn(me, me.project, "config", "filter.x.clean", "sh tools/clean.sh");
    await me.write("project/tools/clean.sh", "cat");
    await me.write("project/.gitattributes", "*.bin filter=l\u001bfs merge=union\n");
    const { stdout, code } = await me.plumbline(["trust"]);
    expect(code).toBe(1);
    expect(stdout).toContain(`Kept for ${me.project}/.git\n`);
    expect(stdout).toContain(String.raw`Attributes name: filter l\u{1b}fs, merge union.`);
    expect(stdout).toContain("  filter.x.clean = sh tools/clean.sh\n");
    expect(stdout).toMatch(/^ {2}[0-9a-f]{16} .*\/project\/tools\/clean\.sh$/mu);
    const yes = await me.plumbline(["trust", "--yes", hashIn(stdout)]);
    expect(yes).toMatchObject({ code: 0, stdout: expect.stringContaining("Trusted. Whatever changes") });
    await me.write("project/tools/clean.sh", "evil");
    expect((await me.plumbline(["trust"])).code).toBe(1);
  });

  test("covers linked worktrees, and gives one whose scripts differ a trust of its own", async () => {
    await using me = await withRepository();
    gitIn(me, me.project, "config", "core.hooksPath", ".hooks");
    gitIn(me, me.project, "worktree", "add", "-q", "../linked");
    const linked = join(me.home, "linked");
    const { stdout } = await me.plumbline(["trust"]);
    await me.plumbline(["trust", "--yes", hashIn(stdout)]);
    expect(await me.plumbline(["trust", linked])).toMatchObject({ code: 0 });
    await chmod(await me.write("linked/.hooks/pre-commit", "#!/bin/sh\n"), 0o755);
    const other = await me.plumbline(["trust", linked]);
    expect(other.code).toBe(1);
    await me.plumbline(["trust", linked, "--yes", hashIn(other.stdout)]);
    expect(await me.plumbline(["trust", linked])).toMatchObject({ code: 0 });
    expect(await me.plumbline(["trust"])).toMatchObject({ code: 0 });
    expect((await me.plumbline(["trust", "--list"])).stdout).toContain(`${me.project}/.git/worktrees/linked`);
  });

  test("takes a bare repository, and says what is none", async () => {
    await using me = await withRepository();
    gitIn(me, me.home, "init", "-q", "--bare", "bare.git");
    expect((await me.plumbline(["trust", join(me.home, "bare.git")])).stdout).toContain(
      `Repository ${me.home}/bare.git\nKept for ${me.home}/bare.git\n`,
    );
    expect(await me.plumbline(["trust", me.home])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("is not the top folder of a git repository"),
    });
    expect(await me.plumbline(["trust", join(me.home, "none")])).toMatchObject({ code: 2 });
  });

  test.skipIf(onTerminal === undefined)(
    "asks at a terminal, for a repository with nothing of its own too",
    async () => {
      await using me = await withRepository();
      const no = await onTerminal?.(me, "trust", { lines: ["n"] });
      expect(no).toMatchObject({ code: 1, output: expect.stringContaining("Trust all of this? [y/N]") });
      expect(no?.output).toContain("git would run nothing of this repository's own.");
      const yes = await onTerminal?.(me, "trust", { lines: ["y"] });
      expect(yes).toMatchObject({ code: 0, output: expect.stringContaining("Trusted.") });
      expect((await me.plumbline(["trust"])).stdout).toContain("It is trusted already");
    },
  );
});
