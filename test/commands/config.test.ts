import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, symlink, writeFile, lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { clients } from "../../shared/config/clients/clients.ts";
import { CLI, person, type Person } from "./command-line.ts";

function fileOf(name: string, me: Person): string {
  return (
    clients[name]?.file({ platform: process.platform, env: me.env, home: me.home, project: me.project }) ?? ""
  );
}

const names = Object.keys(clients);

test.each(names)(
  "%s: the entry is written with absolute paths, started, and the old file is kept",
  async (name) => {
    await using me = await person();
    const file = fileOf(name, me);
    const toml = file.endsWith(".toml");
    const before = toml ? '# mine\nmodel = "x"\n' : '{\n  // mine\n  "other": {"a": 1},\n}\n';
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, before, { mode: 0o640 });

    const ran = await me.plumbline(["config", name, "--write"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/will: \d+ tools \(.*read_file.*\)\.\nDone\./);

    const after = await readFile(file, "utf8");
    expect(after).toContain(toml ? before : '// mine\n  "other": {"a": 1}');
    for (const word of [process.execPath, CLI, "serve", "core", "--root", me.project])
      expect(after).toContain(JSON.stringify(word));
    expect((await lstat(file)).mode & 0o777).toBe(0o640);
    const backup = (await readdir(dirname(file))).filter((each) => each.endsWith(".bak"));
    expect(backup).toHaveLength(1);
    expect(await readFile(join(dirname(file), backup[0] ?? ""), "utf8")).toBe(before);

    expect((await me.plumbline(["config", name, "--write"])).stdout).toContain("already");
    expect(await readFile(file, "utf8")).toBe(after);
  },
);

test.each(names)("%s: the snippet is printed, and nothing is written", async (name) => {
  await using me = await person();
  const { stdout, code } = await me.plumbline(["config", name, "--server", "filesystem"]);
  expect(code).toBe(0);
  expect(stdout).toContain("plumbline-filesystem");
  expect(await lstat(fileOf(name, me)).catch(() => undefined)).toBeUndefined();
});

test("an entry that does not start is taken out again", async () => {
  await using me = await person();
  const before = '{"mcpServers": {"other": {"command": "x"}}}';
  const file = await me.write(".codeium/windsurf/mcp_config.json", before);
  // The started entry reads the person's broken file; this command is told to look elsewhere.
  await me.write(".config/plumbline/config.json", "{ broken");
  const ran = await me.plumbline(["config", "windsurf", "--write"], {
    env: { PLUMBLINE_CONFIG_DIR: me.project },
  });
  expect(ran).toMatchObject({ code: 2, stdout: "" });
  expect(ran.stderr).toContain("the entry does not work: the program ended before it answered: plumbline: ");
  expect(ran.stderr).toContain(`${file} is as it was before`);
  expect(await readFile(file, "utf8")).toBe(before);
});

test("what is not understood is left alone, and the snippet is printed instead", async () => {
  await using me = await person();
  const before = '{"mcpServers": [1, 2}';
  const file = await me.write(".codeium/windsurf/mcp_config.json", before);
  const ran = await me.plumbline(["config", "windsurf", "--write"]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(
    `${file}:1:21: expected "," or "]". Nothing was written; add this by hand:\n{\n  "mcpServers"`,
  );
  expect(await readFile(file, "utf8")).toBe(before);
  expect(await readdir(dirname(file))).toEqual(["mcp_config.json"]);
});

test("flags given here become flags of the entry", async () => {
  await using me = await person();
  const flags = ["--read-only", "--tools", "read_file,stat_path", "--protect", "{a,b}", "--root", "."];
  const { stdout } = await me.plumbline(["config", "windsurf", ...flags]);
  const { args } = z
    .object({ mcpServers: z.object({ plumbline: z.object({ args: z.array(z.string()) }) }) })
    .parse(JSON.parse(stdout)).mcpServers.plumbline;
  expect(args.slice(2)).toEqual([
    "core",
    "--root",
    me.project,
    "--read-only",
    "--tools",
    "read_file",
    "--tools",
    "stat_path",
    "--protect",
    "{a,b}",
  ]);
});

test("a linked dotfile stays a link", async () => {
  await using me = await person();
  const real = await me.write("dotfiles/windsurf.json", "{}");
  const file = fileOf("windsurf", me);
  await mkdir(dirname(file), { recursive: true });
  await symlink(real, file);
  expect((await me.plumbline(["config", "windsurf", "--write"])).code).toBe(0);
  expect((await lstat(file)).isSymbolicLink()).toBe(true);
  expect(await readFile(real, "utf8")).toContain("plumbline");
});

test("over HTTP the address is asked with the token before it says done", async () => {
  await using me = await person();
  const failed = await me.plumbline(["config", "cursor", "--http", "--write", "--port", "1"]);
  expect(failed.stderr).toContain(
    "nothing listens at that address; start it first: plumbline serve all --http",
  );
  expect(await lstat(fileOf("cursor", me)).catch(() => undefined)).toBeUndefined();
  expect((await me.plumbline(["config", "claude-desktop", "--http"])).stderr).toContain("leave out --http");

  const server = spawn(process.execPath, [CLI, "serve", "all", "--http", "--port", "0"], {
    cwd: me.project,
    env: me.env,
  });
  try {
    let told = "";
    server.stderr.setEncoding("utf8");
    while (!told.includes("http_headers")) told += String((await once(server.stderr, "data"))[0]);
    expect(told).toContain(`The token lies in ${join(me.state, "http-token")}`);
    const port = /127\.0\.0\.1:(\d+)\/mcp/.exec(told)?.[1] ?? "";
    const ran = await me.plumbline(["config", "cursor", "--http", "--write", "--port", port]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/Asked the address: \d+ tools/);
    expect(JSON.parse(await readFile(fileOf("cursor", me), "utf8"))).toEqual({
      mcpServers: {
        plumbline: {
          url: `http://127.0.0.1:${port}/mcp`,
          headers: {
            Authorization: `Bearer ${(await readFile(join(me.state, "http-token"), "utf8")).trim()}`,
          },
        },
      },
    });
  } finally {
    server.kill("SIGTERM");
    expect((await once(server, "exit"))[0]).toBe(0);
  }
});
