import { execFileSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { person } from "./command-line.ts";

test("rules are granted, listed and revoked", async () => {
  await using me = await person();
  expect((await me.plumbline(["approvals"])).stdout).toMatch(/^No rules/);
  await me.plumbline([
    "approvals",
    "grant",
    "filesystem.read_file",
    "--until",
    "1h",
    "--path",
    "a/**",
    "--path",
    "b",
  ]);
  await me.plumbline(["approvals", "grant", "git.*", "--deny", "--", "git", "push", "a b"]);
  const { stdout } = await me.plumbline(["approvals", "list", "--json"]);
  const rules = z.array(z.looseObject({ id: z.string() })).parse(JSON.parse(stdout));
  expect(rules).toEqual([
    expect.objectContaining({
      decision: "allow",
      tool: "filesystem.read_file",
      path: "a/**",
      until: expect.any(String),
    }),
    expect.objectContaining({ decision: "allow", tool: "filesystem.read_file", path: "b" }),
    expect.objectContaining({ decision: "deny", tool: "git.*", argv: ["git", "push", "a b"] }),
  ]);
  expect((await me.plumbline(["approvals", "list"])).stdout).toContain("$ git push 'a b'");
  expect((await me.plumbline(["approvals", "revoke", ...rules.map(({ id }) => id)])).code).toBe(0);
  expect(await me.plumbline(["approvals", "revoke", "0a0a0a0a"])).toMatchObject({ code: 1 });
  expect((await me.plumbline(["approvals", "list", "--json"])).stdout).toBe("[]\n");
});

test.each([
  [
    ["filesystem.read_fil", "--once"],
    'there is no tool "filesystem.read_fil"; did you mean "filesystem.read_file"?',
  ],
  [["read_file", "--once"], 'there is no tool "read_file"; did you mean "filesystem.read_file"?'],
  [["filesystem.read_file"], "say how long: --once, --until 1h or --always"],
  [["filesystem.read_file", "--once", "--always"], "--once, --until and --always exclude each other"],
  [["filesystem.read_file", "--until", "soon"], '"soon" is no time: write 30m, 1h, 7d or 2026-01-31T12:00'],
  [["filesystem.read_file", "--ask", "--deny"], "option '--deny' cannot be used with option '--ask'"],
])("approvals grant %j is refused", async (args, message) => {
  await using me = await person();
  expect(await me.plumbline(["approvals", "grant", ...args])).toEqual({
    code: 2,
    stdout: "",
    stderr: `plumbline: ${message}\n`,
  });
});

test("trust shows what a repository would run, escaped, and needs its hash without a terminal", async () => {
  await using me = await person();
  execFileSync("git", ["init", "-q"], { cwd: me.project, env: { ...me.env } });
  const bare = await me.plumbline(["trust"]);
  expect(bare.code).toBe(1);
  expect(bare.stdout).toContain("git would run nothing of this repository's own.");
  expect(bare.stdout).toContain(
    "your own git settings work as well: commit signing, filters such as git-lfs,",
  );
  expect(bare.stdout).toMatch(/Without a terminal: plumbline trust \. --yes [0-9a-f]{64}\n/);
  const hook = await me.write(
    "project/.git/hooks/pre-commit",
    "#!/bin/sh\nrm -rf / # \u001B[2K\u202Eharmless\n",
  );
  await chmod(hook, 0o755);
  const seen = await me.plumbline(["trust", me.project]);
  expect(seen.code).toBe(1);
  expect(seen.stdout).toContain(`git hook ${join(me.project, ".git/hooks/pre-commit")}`);
  expect(seen.stdout).toContain("  | rm -rf / # \\u{1b}[2K\\u{202e}harmless");
  const hash = /^Hash ([0-9a-f]{64})$/m.exec(seen.stdout)?.[1] ?? "";
  expect(await me.plumbline(["trust", "--yes", "0".repeat(64)])).toMatchObject({ code: 2 });
  expect(await me.plumbline(["trust", "--yes", hash])).toMatchObject({ code: 0 });
  expect((await me.plumbline(["trust"])).stdout).toContain("It is trusted already");
  expect(JSON.parse((await me.plumbline(["trust", "--list", "--json"])).stdout)).toMatchObject([
    { subject: join(me.project, ".git"), hash },
  ]);
  await me.write("project/.git/hooks/pre-commit", "#!/bin/sh\necho changed\n");
  expect((await me.plumbline(["trust"])).code).toBe(1);
  await me.write("project/.git/hooks/pre-commit", "#".repeat(70_000));
  expect(await me.plumbline(["trust", "--yes", hash])).toEqual({
    code: 2,
    stdout: "",
    stderr: `plumbline: ${hook} is larger than 64 KiB, so it cannot be shown whole, and what is not shown cannot be trusted\n`,
  });
  expect((await me.plumbline(["trust", "--revoke", hash.slice(0, 16)])).stdout).toContain(
    "no longer trusted",
  );
  expect((await me.plumbline(["trust", "--revoke", hash])).code).toBe(1);
});
