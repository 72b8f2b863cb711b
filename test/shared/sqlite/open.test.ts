import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { loadSqlite } from "../../../shared/sqlite/open.ts";
import { isBusy, isDamage } from "../../../shared/sqlite/sqlite.ts";
import { temporary } from "../../support/workspace.ts";

const PACKAGES = ["better-sqlite3", "better-sqlite3-12"];
const OPEN = join(import.meta.dirname, "../../../shared/sqlite/open.ts");

/** Runs our opener in a folder of its own, where packages are what is given. */
async function saidWith(folder: string, library: string | undefined): Promise<string> {
  for (const name of PACKAGES) {
    await mkdir(join(folder, "node_modules", name), { recursive: true });
    if (library !== undefined) await writeFile(join(folder, "node_modules", name, "index.js"), library);
  }
  const contents = `import { loadSqlite } from ${JSON.stringify(OPEN)};
    loadSqlite().then((open) => open("x.db", { mode: "write" })).then(() => "opened", ({ code, message, hint }) => [code, message, hint].join("|")).then(console.log);`;
  const outfile = join(folder, "program.mjs");
  const stdin = { contents, resolveDir: folder };
  await build({
    stdin,
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    external: PACKAGES,
  });
  return (await promisify(execFile)(process.execPath, [outfile], { cwd: folder })).stdout.trim();
}

test("without the library it says which command mends it", async () => {
  await using ground = await temporary();
  expect(await saidWith(ground.root, undefined)).toMatch(
    /^unavailable\|SQLite cannot be loaded.*npm install better-sqlite3/u,
  );
});

test("with a library that was made for another Node it says which command mends it", async () => {
  await using ground = await temporary();
  const library = `module.exports = function () { throw new Error("was compiled against a different Node.js version using NODE_MODULE_VERSION 108"); };`;
  expect(await saidWith(ground.root, library)).toMatch(
    /^unavailable\|SQLite cannot be loaded.*npm rebuild better-sqlite3/u,
  );
});

test("a writer's changes are seen by a reader, which cannot change anything", async () => {
  await using ground = await temporary();
  const open = await loadSqlite();
  const path = join(ground.root, "a.db");
  expect(() => open(path, { mode: "read" })).toThrow("unable to open");
  const writer = open(path, { mode: "write" });
  writer.exec("CREATE TABLE t (a)");
  const reader = open(path, { mode: "read" });
  writer.run("INSERT INTO t VALUES (?)", 1);
  expect(reader.all("SELECT a FROM t")).toEqual([{ a: 1 }]);
  expect(reader.column("SELECT a FROM t")).toEqual([1]);
  expect(reader.get("SELECT a FROM t")).toEqual({ a: 1 });
  expect(() => reader.run("DELETE FROM t")).toThrow("readonly");
  expect(writer.pragma("journal_mode")).toBe("wal");
  reader.close();
  writer.close();
});

test("a transaction that fails leaves nothing", async () => {
  await using ground = await temporary();
  const db = (await loadSqlite())(join(ground.root, "a.db"), { mode: "write" });
  db.exec("CREATE TABLE t (a)");
  const fail = (): void =>
    db.transaction(() => {
      db.run("INSERT INTO t VALUES (1)");
      throw new Error("stop");
    });
  expect(fail).toThrow("stop");
  expect(db.all("SELECT * FROM t")).toEqual([]);
  db.close();
});

test("what is no database is damage, and nothing else is", async () => {
  await using ground = await temporary();
  const path = join(ground.root, "a.db");
  await writeFile(path, "no database, but long enough to look at ".repeat(100));
  const open = await loadSqlite();
  const error = thrownBy(() => open(path, { mode: "read" }).all("SELECT * FROM sqlite_schema"));
  expect([isDamage(error), isBusy(error)]).toEqual([true, false]);
  expect(isDamage(new Error("other"))).toBe(false);
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
