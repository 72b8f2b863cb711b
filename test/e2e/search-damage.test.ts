import { cp, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fixtureProject, type FixtureProject } from "../support/fixture-project.ts";
import { BUILT, searchServer } from "../support/search-server.ts";

const QUESTION = { query: "remove sessions whose time is over" };
const FILES = {
  "src/session.ts":
    "/** Removes sessions whose time is over. */\nexport function sweepExpired(now: number): number {\n  return now;\n}\n",
  "tools/price.py": 'def total_price(items):\n    """Sums what a basket costs."""\n    return sum(items)\n',
};

/** A copy of the build, to be damaged. */
async function copied(): Promise<AsyncDisposable & { readonly dist: string }> {
  const folder = await mkdtemp(join(tmpdir(), "plumbline-damaged-"));
  const dist = join(folder, "dist");
  await cp(BUILT, dist, { recursive: true });
  await symlink(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
  return { dist, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function spoil(path: string, from: number): Promise<void> {
  const bytes = await readFile(path);
  for (let at = from; at < bytes.length; at++) bytes[at] = (at * 73) % 251;
  await writeFile(path, bytes);
}

async function spoilIndex({ env }: FixtureProject, from: number): Promise<void> {
  const cache = join(env["PLUMBLINE_CACHE_DIR"] ?? "", "search");
  const [folder = ""] = await readdir(cache);
  const names = await readdir(join(cache, folder));
  for (const name of names.filter((each) => /\.db(?:-wal)?$/u.test(each)))
    await spoil(join(cache, folder, name), from);
}

const TABLES: readonly (readonly [string, (table: string) => Promise<void>])[] = [
  ["is missing", (table) => rm(table)],
  ["is broken: its checksum is wrong", (table) => spoil(table, 1_000_000)],
];

test.each(TABLES)(
  "a table of word vectors that %s: searched by words, and every answer says so",
  async (problem, damage) => {
    await using project = await fixtureProject(FILES);
    await using build = await copied();
    await damage(join(build.dist, "code-words.bin"));
    await using server = await searchServer(project, build);
    for (const [name, input] of [
      ["search_code", QUESTION],
      ["explore", QUESTION],
      ["index_status", {}],
    ] as const) {
      const { header, text } = await server.ask(name, input);
      expect(header).toContain(`; searched by words only: the table of word vectors ${problem}`);
      if (name !== "index_status") expect(text).toContain("src/session.ts:");
    }
  },
);

const GRAMMARS: readonly (readonly [string, string, (grammar: string) => Promise<void>])[] = [
  ["a grammar that is cut off", "typescript", (grammar) => truncate(grammar, 100_000)],
  ["a parser that is missing", "web-tree-sitter", (parser) => rm(parser)],
];

test.each(GRAMMARS)(
  "%s: its files are found by their lines, every answer says so, and mended it is as ever",
  async (_what, name, damage) => {
    await using project = await fixtureProject(FILES);
    await using build = await copied();
    await damage(join(build.dist, `grammars/${name}.wasm`));
    const says = /no symbols of (?:python, )?typescript: the grammar does not load, install Plumbline again/u;
    {
      await using server = await searchServer(project, build);
      await server.ask("index_status", { wait: true });
      const found = await server.ask("search_code", QUESTION);
      expect(found.header).toMatch(says);
      expect(found.text).toContain("\nsrc/session.ts:1-");
      expect((await server.ask("find_symbol", { name: "sweepExpired" })).text).toMatch(says);
      const python = await server.ask("find_symbol", { name: "total_price" });
      expect(python.text).toMatch(name === "typescript" ? /\ntools\/price\.py:1-3 function/u : /^not_found/u);
    }
    await using server = await searchServer(project);
    await server.ask("index_status", { wait: true });
    const { header, text } = await server.ask("find_symbol", { name: "sweepExpired" });
    expect(header).not.toContain("grammar");
    expect(text).toContain("\nsrc/session.ts:2-4 function");
  },
);

test("an index that is damaged while a server reads it answers all the same", async () => {
  // more than SQLite keeps in memory of what was read so far
  const many = Array.from({ length: 40 }, (_, file) => {
    const lines = Array.from(
      { length: 60 },
      (_each, at) => `export function f${file}x${at}(): number {\n  return ${at};\n}\n`,
    );
    return [`many/${file}.ts`, lines.join("")] as const;
  });
  await using project = await fixtureProject({ ...FILES, ...Object.fromEntries(many) });
  await using server = await searchServer(project);
  await server.ask("index_status", { wait: true });
  await spoilIndex(project, 4_096);
  expect((await server.ask("search_code", QUESTION)).text).toMatch(/^\[\d+ results?, /u);
  await server.ask("index_status", { wait: true });
  const { header, text } = await server.ask("search_code", QUESTION);
  expect(text).toContain("src/session.ts:1-4 sweepExpired");
  expect(header).toMatch(/; 42 files indexed[;\]]/u);
});

test.each([
  ["noise", 8_192],
  ["nothing of a database", 0],
])("an index that became %s is built anew for the next answer, which is not empty", async (_what, from) => {
  await using project = await fixtureProject(FILES);
  {
    await using server = await searchServer(project);
    await server.ask("index_status", { wait: true });
  }
  await spoilIndex(project, from);
  await using server = await searchServer(project);
  expect((await server.ask("search_code", QUESTION)).text).toContain("src/session.ts:1-4 sweepExpired");
  await server.ask("index_status", { wait: true });
  expect((await server.ask("search_code", QUESTION)).header).toMatch(/; 2 files indexed\]$/u);
});
