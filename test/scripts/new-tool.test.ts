import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "plumbline-new-tool-"));
  for (const name of [
    "package.json",
    "tsconfig.json",
    ".oxfmtrc.json",
    "scripts",
    "servers",
    "shared",
    "instructions",
    "hooks",
  ]) {
    await cp(join(ROOT, name), join(copy, name), {
      recursive: true,
      filter: (path) => !path.includes(join("bench", "peers")),
    });
  }
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
});

afterAll(() => rm(copy, { recursive: true, force: true }));

async function newTool(...args: string[]): Promise<{ ok: boolean; said: string }> {
  try {
    const { stdout } = await run(process.execPath, [join(copy, "scripts/new-tool.mjs"), ...args]);
    return { ok: true, said: stdout };
  } catch (error) {
    return { ok: false, said: String(error instanceof Error && "stderr" in error ? error.stderr : error) };
  }
}

test("a new tool compiles, is listed by its server, and its test passes", async () => {
  expect(await newTool("filesystem", "rename_thing")).toMatchObject({ ok: true });
  const list = await readFile(join(copy, "servers/filesystem/server.ts"), "utf8");
  expect(list).toContain('import renameThing from "./tools/rename-thing.ts";');
  expect(list).toMatch(/tools: \[[^\]]*\brenameThing\b/u);
  await run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", copy]);
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  await run(process.execPath, [vitest, "run", "--root", copy, "--dir", "test"], { cwd: copy });
});

test.each([
  ["filesystem", "RenameThing", "snake_case"],
  ["filesystem", "rename-thing", "snake_case"],
  ["filesystem", "../evil", "snake_case"],
  ["filesystem", "", "snake_case"],
  ["filesystem", `a${"_b".repeat(20)}`, "40 at most"],
  ["nowhere", "rename_thing", 'no server "nowhere"'],
  ["..", "rename_thing", "no server"],
  ["filesystem", "read_file", "there already"],
])("refuses %s %s", async (server, name, reason) => {
  const { ok, said } = await newTool(server, name);
  expect(ok).toBe(false);
  expect(said).toContain(reason);
  expect(said).toContain("npm run new-tool -- filesystem rename_thing");
});
