import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { person } from "./command-line.ts";

test.each([
  [["srve"], "plumbline: unknown command 'srve' (Did you mean serve?)"],
  [["serve", "filesytem"], 'plumbline: there is no server "filesytem"; did you mean "filesystem"?'],
  [["serve", "filesystem", "--rot", "x"], "plumbline: unknown option '--rot' (Did you mean --root?)"],
  [["serve"], "plumbline: missing required argument 'server'"],
  [["serve", "filesystem", "--port", "1"], "plumbline: --port is about HTTP: add --http"],
  [["serve", "filesystem", "--http", "--port", "x"], "plumbline: --port: expected number, received string"],
  [["serve", "filesystem", "--ask", "me"], 'plumbline: --ask: expected one of "host"|"elicit"|"deny"'],
  [
    ["call", "filesystem", "read_fil"],
    'plumbline: filesystem has no tool "read_fil"; did you mean "read_file"?',
  ],
  [
    ["call", "filesystem", "read_file", "{,}"],
    "plumbline: the arguments are no JSON, at 1:2: expected a key in double quotes",
  ],
  [["config", "curser"], 'plumbline: there is no client "curser"; did you mean "cursor"?'],
  [
    ["audit", "--since", "yesterday"],
    'plumbline: "yesterday" is no time: write 30m, 1h, 7d or 2026-01-31T12:00',
  ],
])("%j is refused in one line with exit code 2", async (args, line) => {
  await using me = await person();
  expect(await me.plumbline(args)).toEqual({ code: 2, stdout: "", stderr: `${line}\n` });
});

test("a wrong configuration file is one line with file, place and exit code 2", async () => {
  await using me = await person();
  const file = await me.write(".config/plumbline/config.json", '{\n  "readOnly": true,\n}');
  expect(await me.plumbline(["serve", "filesystem"])).toEqual({
    code: 2,
    stdout: "",
    stderr: `plumbline: ${file}:2:19: a comma after the last item is not JSON\n`,
  });
});

test.each(["/", "HOME"])("started in %s without a root it says in one line what to add", async (where) => {
  await using me = await person();
  const { code, stdout, stderr } = await me.plumbline(["serve", "core"], {
    cwd: where === "HOME" ? me.home : where,
  });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^plumbline: no root given, .*; add --root .* or "roots": .*\n$/);
  expect(stderr).toContain(join(me.home, ".config", "plumbline", "config.json"));
});

test.each(["serve", "call", "tools", "config", "approvals", "trust", "audit", "doctor"])(
  "%s --help teaches by example",
  async (command) => {
    await using me = await person();
    const { code, stdout } = await me.plumbline([command, "--help"]);
    expect(code).toBe(0);
    expect(stdout.split("Examples:")[1]?.match(/plumbline \w+/g)?.length).toBeGreaterThanOrEqual(2);
  },
);

test("tools shows what each tool may do and costs, for people, programs and the README", async () => {
  await using me = await person();
  const { stdout } = await me.plumbline(["tools"]);
  expect(stdout).toMatch(/^filesystem\.read_file +read +local +\d+ +\S/m);
  const rows: unknown = JSON.parse((await me.plumbline(["tools", "filesystem", "--json"])).stdout);
  expect(rows).toContainEqual(
    expect.objectContaining({ server: "filesystem", tool: "read_file", effect: "read", reach: "local" }),
  );
  expect((await me.plumbline(["tools", "--markdown"])).stdout).toMatch(
    /^\| `read_file` \| filesystem \| read \| local \| \d+ \|/m,
  );
});

test("config show tells each setting and where it comes from, but no token", async () => {
  await using me = await person();
  const file = await me.write(".config/plumbline/config.json", {
    http: { token: "a secret of mine, quite long" },
  });
  const project = await me.write("project/.plumbline/config.json", { readOnly: true });
  const { stdout } = await me.plumbline(["config", "show", "--json", "--ask", "deny"], {
    env: { PLUMBLINE_HTTP_PORT: "7000" },
  });
  expect(JSON.parse(stdout)).toMatchObject({
    roots: { value: [me.project], from: "the working directory" },
    readOnly: { value: true, from: project },
    ask: { value: "deny", from: "--ask" },
    "http.port": { value: 7000, from: "PLUMBLINE_HTTP_PORT" },
    "http.token": { value: "(set)", from: file },
    "http.host": { value: "127.0.0.1", from: "default" },
  });
  expect(stdout).not.toContain("secret");
});

test("--no-fsync wins over the variable, and without it the variable counts", async () => {
  await using me = await person();
  const shown = async (words: readonly string[], env: Readonly<Record<string, string>>): Promise<unknown> => {
    const { stdout } = await me.plumbline(["config", "show", "--json", ...words], { env });
    return z.looseObject({ fsync: z.object({ value: z.unknown() }) }).parse(JSON.parse(stdout)).fsync.value;
  };
  expect(await shown([], {})).toBe(true);
  expect(await shown(["--no-fsync"], { PLUMBLINE_FSYNC: "true" })).toBe(false);
  expect(await shown([], { PLUMBLINE_FSYNC: "false" })).toBe(false);
  const { stdout } = await me.plumbline(["config", "claude-code", "--no-fsync"]);
  expect(stdout).toContain('"--no-fsync"');
  expect((await me.plumbline(["config", "claude-code"])).stdout).not.toContain("fsync");
});
