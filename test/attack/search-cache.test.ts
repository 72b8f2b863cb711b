import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import search from "../../servers/search/server.ts";
import { loadSqlite } from "../../shared/sqlite/open.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { shownBy } from "../support/calls.ts";
import { SECRET, temporary, type Ground } from "../support/workspace.ts";

const openDatabase = await loadSqlite();
const FILES = {
  "src/a.ts": "/** Opens. */\nexport function openIt(): void { used(); }\nexport function used(): void {}\n",
};

interface Place extends AsyncDisposable {
  readonly ground: Ground;
  /** Of the one root. */
  readonly folder: string;
  serve(): Promise<Called>;
}

/** A root whose index was built once, and nobody serves. */
async function built(): Promise<Place> {
  const ground = await temporary(FILES);
  const state = join(ground.root, "../state");
  const serve = (): Promise<Called> =>
    callable(search, { roots: [ground.root], state, options: { embedder: "none" } });
  {
    await using called = await serve();
    await called.texts("index_status", { wait: true });
  }
  const caches = join(state, "cache/search");
  const [name = ""] = readdirSync(caches);
  return {
    ground,
    folder: join(caches, name),
    serve,
    [Symbol.asyncDispose]: () => ground[Symbol.asyncDispose](),
  };
}

const CALLS: readonly (readonly [tool: string, input: Readonly<Record<string, unknown>>])[] = [
  ["index_status", { wait: true }],
  ["search_code", { query: "opens it passwd root secret" }],
  ["find_symbol", { name: "openIt", body: true }],
  ["find_symbol", { name: "planted", body: true }],
  ["find_references", { symbol: "used" }],
  ["find_references", { symbol: "src/a.ts:3", direction: "callers" }],
  ["outline", { path: "." }],
  ["outline", { path: "src/a.ts" }],
  ["map_repository", {}],
  ["explore", { query: "opens it" }],
  ["impact", { symbol: "used" }],
];

async function ask(called: Called): Promise<string> {
  const told: string[] = [];
  for (const [tool, input] of CALLS) {
    const answer = await called.call(tool, input);
    const text = shownBy(answer);
    expect(answer.error, `${tool}: ${text}`).not.toBe("internal");
    for (const secret of [SECRET, "root:x:0"]) expect(text, tool).not.toContain(secret);
    told.push(text);
  }
  return told.join("\n");
}

function plantDatabase(path: string, ...statements: string[]): void {
  const db = openDatabase(path, { mode: "write" });
  for (const sql of statements) db.exec(sql);
  db.close();
}

/** A change of the folder; the index is found or built again after it. */
const MENDED: Readonly<Record<string, (folder: string, ground: Ground) => void>> = {
  "no current": (folder) => rmSync(join(folder, "current")),
  "a huge current": (folder) => writeFileSync(join(folder, "current"), "g1.db\n".repeat(1_000_000)),
  "a current that goes up": (folder) => writeFileSync(join(folder, "current"), "../../g1.db\n"),
  "a current of a huge number": (folder) => writeFileSync(join(folder, "current"), "g999999999.db\n"),
  "a current that is a folder": (folder) => {
    rmSync(join(folder, "current"));
    mkdirSync(join(folder, "current"));
  },
  "a current that is a link": (folder, { outside }) => {
    rmSync(join(folder, "current"));
    symlinkSync(join(outside, "secret.txt"), join(folder, "current"));
  },
  "a current that is a FIFO": (folder) => {
    rmSync(join(folder, "current"));
    execFileSync("mkfifo", [join(folder, "current")]);
  },
  "a database that is a FIFO": (folder) => {
    rmSync(join(folder, "g1.db"));
    execFileSync("mkfifo", [join(folder, "g1.db")]);
  },
  "a database that is text": (folder) => writeFileSync(join(folder, "g1.db"), "no database ".repeat(10_000)),
  "an empty database": (folder) => writeFileSync(join(folder, "g1.db"), ""),
  "a database with other tables": (folder) => {
    rmSync(join(folder, "g1.db"));
    plantDatabase(join(folder, "g1.db"), "CREATE TABLE files (x)", "PRAGMA user_version = 2");
  },
  "a database whose tables went": (folder) =>
    plantDatabase(join(folder, "g1.db"), "DROP TABLE definitions", "DROP TABLE uses"),
  "a database with views for tables": (folder) =>
    plantDatabase(
      join(folder, "g1.db"),
      "DROP TABLE definitions",
      "CREATE VIEW definitions AS SELECT id, id AS file, path AS name, '' AS scope, 'function' AS kind, 1 AS start, 1 AS end, 1 AS line, '' AS signature, 1 AS doc_start, '' AS doc, NULL AS parent, 1 AS exported FROM files",
    ),
};

describe("a cache folder with", () => {
  test.each(Object.entries(MENDED))("%s is mended", { timeout: 60_000 }, async (_, plant) => {
    await using place = await built();
    plant(place.folder, place.ground);
    await using called = await place.serve();
    await ask(called);
    // what an answer found broken is built anew behind it
    const text = await ask(called);
    expect(text).toContain("src/a.ts:2");
    expect(readFileSync(join(place.ground.outside, "secret.txt"), "utf8")).toBe(SECRET);
  });

  test("a link in place of the database: what it leads to is not changed", { timeout: 60_000 }, async () => {
    await using place = await built();
    const other = join(place.ground.outside, "other.db");
    plantDatabase(other, "CREATE TABLE theirs (x)", "PRAGMA journal_mode = DELETE");
    const before = readFileSync(other);
    rmSync(join(place.folder, "g1.db"));
    symlinkSync(other, join(place.folder, "g1.db"));
    await using called = await place.serve();
    await ask(called);
    expect(await ask(called)).toContain("src/a.ts:2");
    expect(readFileSync(other).equals(before)).toBe(true);
  });

  test("triggers that would forget: nothing of theirs is told", { timeout: 60_000 }, async () => {
    await using place = await built();
    plantDatabase(
      join(place.folder, "g1.db"),
      "CREATE TRIGGER planted AFTER INSERT ON files BEGIN INSERT INTO meta VALUES ('planted', readfile('/etc/passwd')); END",
    );
    writeFileSync(join(place.ground.root, "src/b.ts"), "export function later(): void {}\n");
    await using called = await place.serve();
    expect(await ask(called)).not.toContain("planted\n");
  });

  test("rows that name places outside: the door stays shut", { timeout: 60_000 }, async () => {
    for (const path of [
      "../outside/secret.txt",
      "/etc/passwd",
      "../../../../../../etc/passwd",
      "src/../../outside/secret.txt",
    ]) {
      await using place = await built();
      plantDatabase(
        join(place.folder, "g1.db"),
        `UPDATE files SET path = '${path}' WHERE path = 'src/a.ts'`,
        "UPDATE definitions SET name = 'planted' WHERE name = 'openIt'",
      );
      await using called = await place.serve();
      const text = await ask(called);
      expect(text, path).not.toContain(SECRET);
    }
  });

  test("rows that make no sense: no fault of ours", { timeout: 120_000 }, async () => {
    for (const sql of [
      "UPDATE files SET first_definition = -5, definitions = 1000000000",
      "UPDATE definitions SET parent = id",
      "UPDATE definitions SET start = 1000000000, end = -1, line = -7",
      "UPDATE uses SET list = x'ffffffffffffffffffff'",
      "UPDATE units SET leaves = x'ffffffffffffffffffff', start = 0, end = 1000000000",
      "UPDATE postings SET lists = x'ffffffffffffffff'",
      "UPDATE segments SET lists = -1, shift = 99",
      "DELETE FROM counters",
      "DELETE FROM meta WHERE key <> 'makeup'",
    ]) {
      await using place = await built();
      plantDatabase(join(place.folder, "g1.db"), sql);
      await using called = await place.serve();
      for (const [tool, input] of CALLS) {
        const answer = await called.call(tool, input, AbortSignal.timeout(20_000));
        expect(answer.error, `${sql}: ${tool}: ${shownBy(answer)}`).not.toBe("internal");
      }
    }
  });
});

test("a folder that cannot be written is told, and nothing breaks", { timeout: 60_000 }, async () => {
  // who may do everything is not kept out by a mode: a file in its place keeps everybody out
  await using ground = await temporary(FILES);
  const state = join(ground.root, "../state");
  mkdirSync(join(state, "cache"), { recursive: true });
  writeFileSync(join(state, "cache/search"), "");
  await using called = await callable(search, { roots: [ground.root], state, options: { embedder: "none" } });
  for (const [tool, input] of CALLS.slice(1)) {
    const answer = await called.call(tool, input);
    expect(answer.error, `${tool}: ${shownBy(answer)}`).not.toBe("internal");
  }
});

test("a cache is only its owner's", { timeout: 60_000 }, async () => {
  await using place = await built();
  const mode = Number(execFileSync("stat", ["-c", "%a", place.folder], { encoding: "utf8" }));
  expect(mode).toBe(700);
  // a folder that was moved away while it is served is made again
  await using called = await place.serve();
  await called.texts("index_status", { wait: true });
  renameSync(place.folder, `${place.folder}-moved`);
  chmodSync(`${place.folder}-moved`, 0o500);
  writeFileSync(join(place.ground.root, "src/c.ts"), "export function newer(): void {}\n");
  await ask(called);
  expect(existsSync(place.ground.root)).toBe(true);
});
