import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { CLI, person } from "./command-line.ts";

test("call prints the answer, and audit shows the call", async () => {
  await using me = await person();
  await me.write("project/a.txt", "hello\n");
  const ran = await me.plumbline(["call", "filesystem", "read_file", '{"path":"a.txt"}']);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toContain("hello");
  const { stdout } = await me.plumbline(["audit"]);
  expect(stdout).toMatch(/filesystem\.read_file {2}ok {2}a\.txt .*plumbline call/);
  const lines = (await me.plumbline(["audit", "--json", "--since", "1h"])).stdout.trim().split("\n");
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
    expect.objectContaining({ tool: "filesystem.read_file", outcome: "ok", input: { path: "a.txt" } }),
  ]);
});

test("a failing call has exit code 1 and speaks on stderr", async () => {
  await using me = await person();
  const ran = await me.plumbline(["call", "filesystem", "read_file", '{"path":"none.txt"}']);
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr).toMatch(/^not_found: /);
  const json = await me.plumbline(["call", "filesystem", "read_file", "--json", '{"path":"none.txt"}']);
  expect(json).toMatchObject({ code: 1, stderr: "" });
  expect(JSON.parse(json.stdout)).toMatchObject({ isError: true, content: [{ type: "text" }] });
});

test("arguments come from stdin too", async () => {
  await using me = await person();
  await me.write("project/a.txt", "hello\n");
  const { stdout } = await me.plumbline(["call", "filesystem", "read_file", "-"], {
    stdin: '{"path":"a.txt"}',
  });
  expect(stdout).toContain("hello");
});

test("what a rule asks about is refused without a terminal, with the command that grants it, which works once", async () => {
  await using me = await person();
  await me.write("project/a.txt", "hello\n");
  await me.plumbline(["approvals", "grant", "filesystem.read_file", "--ask", "--path", "a.txt"]);
  const call = ["call", "filesystem", "read_file", '{"path":"a.txt"}'];
  const refused = await me.plumbline(call);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  const grant = /plumbline (approvals grant \S+ --once --path \S+)/.exec(refused.stderr)?.[1];
  expect(grant).toBeDefined();
  expect((await me.plumbline((grant ?? "").split(" "))).code).toBe(0);
  expect(await me.plumbline(call)).toMatchObject({ code: 0, stdout: expect.stringContaining("hello") });
  expect((await me.plumbline(call)).code).toBe(1);
});

/** Gives a program a terminal; part of util-linux. */
const SCRIPT = "/usr/bin/script";
const hasScript = spawnSync(SCRIPT, ["--version"]).status === 0;

test.skipIf(!hasScript)("on a terminal the person is asked, and only a clear yes runs the call", async () => {
  await using me = await person();
  await me.write("project/a.txt", "hello\n");
  await me.plumbline(["approvals", "grant", "filesystem.read_file", "--ask", "--path", "a.txt"]);
  const command = `'${process.execPath}' '${CLI}' call filesystem read_file '{"path":"a.txt"}'`;
  const answer = (said: string): string => {
    const options = { cwd: me.project, env: me.env, input: said, encoding: "utf8", timeout: 20_000 } as const;
    return spawnSync(SCRIPT, ["-qec", command, "/dev/null"], options).stdout;
  };
  for (const said of ["\n", "n\n", "what\n", "\u0004"]) expect(answer(said)).not.toContain("hello");
  const told = answer("y\n");
  expect(told).toContain('Allow "');
  expect(told).toContain("hello");
  expect(answer("n\n")).not.toContain("hello");
});
