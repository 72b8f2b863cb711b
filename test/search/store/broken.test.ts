import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packFile } from "../../../servers/search/store/pack-file.ts";
import { openReader } from "../../../servers/search/store/open-reader.ts";
import { openWriter } from "../../../servers/search/store/open-writer.ts";
import { loadSqlite } from "../../../shared/sqlite/open.ts";
import { temporary } from "../../support/workspace.ts";
import { MAKEUP } from "./makeup.ts";
import { newFile } from "./model.ts";
import { expectedOf, snapshotOf } from "./snapshot.ts";

const FILES = fc.sample(newFile, { seed: 11, numRuns: 40 }).map((file, index) => ({
  ...file,
  path: `src/${index}.ts`,
}));
const MODEL = new Map(FILES.map((file) => [file.path, file]));

/** What may be wrong with a folder that held a good index as `g1.db`. */
const DAMAGE: readonly (readonly [string, (folder: string, path: string) => void | Promise<void>])[] = [
  [
    "no database at all",
    (_, path) => writeFileSync(path, "this is no database, and it is long enough\n".repeat(100)),
  ],
  ["an empty file", (_, path) => writeFileSync(path, "")],
  ["a file that lost its second half", (_, path) => truncateSync(path, readFileSync(path).length / 2)],
  ["a file of a hundred bytes", (_, path) => truncateSync(path, 100)],
  ["pages of zeros", (_, path) => overwrite(path, () => 0)],
  ["pages of noise", (_, path) => overwrite(path, (at) => (at * 73) % 251)],
  ["a file that is missing", (_, path) => rmSync(path)],
  ["a directory in its place", (_, path) => (rmSync(path), mkdirSync(path))],
  ["a current file that names nothing", (folder) => writeFileSync(join(folder, "current"), "g9.db\n")],
  ["a current file that is garbage", (folder) => writeFileSync(join(folder, "current"), "\0\0\0")],
  ["tables of a newer version", (_, path) => change(path, "PRAGMA user_version = 999")],
];

describe.each(DAMAGE)("%s", (_, damage) => {
  test("is built anew and never answers as if it were whole", async () => {
    await using ground = await temporary();
    await filled(ground.root);
    await damage(ground.root, join(ground.root, "g1.db"));
    const reader = await openReader(ground.root, MAKEUP);
    const before = reader.files().length;
    const isHonest = reader.standing === "none" || reader.isDamaged || before === FILES.length;
    expect(isHonest).toBe(true);
    const writer = await openWriter(ground.root, MAKEUP);
    expect(writer.isFresh).toBe(true);
    writer.put(FILES.map(packFile));
    writer.publish();
    expect(writer.lost).toBeUndefined();
    reader.refresh();
    expect(reader.standing).toBe("same");
    expect(snapshotOf(reader)).toEqual(expectedOf(MODEL));
    expect(reader.problems).toEqual([]);
    writer.close();
    reader.close();
  });
});

test("damage while it is read and written is told, and another writer begins anew", async () => {
  await using ground = await temporary();
  await filled(ground.root);
  const reader = await openReader(ground.root, MAKEUP);
  const writer = await openWriter(ground.root, MAKEUP);
  overwrite(join(ground.root, "g1.db"), (at) => (at * 73) % 251);
  reader.refresh();
  expect(() => snapshotOf(reader)).not.toThrow();
  writer.put(FILES.slice(0, 20).map(packFile));
  expect([reader.isDamaged, writer.lost !== undefined]).toContain(true);
  writer.close();
  const other = await openWriter(ground.root, MAKEUP);
  expect(other.isFresh).toBe(true);
  expect(other.problems).not.toEqual([]);
  other.put(FILES.map(packFile));
  reader.refresh();
  expect(snapshotOf(reader)).toEqual(expectedOf(MODEL));
  other.close();
  reader.close();
});

test("an index of another version answers until the new one is published, and goes then", async () => {
  await using ground = await temporary();
  await filled(ground.root);
  const newer = { version: 2, table: "other" };
  const reader = await openReader(ground.root, newer);
  expect([reader.standing, reader.files().length]).toEqual(["other", FILES.length]);
  expect(reader.dense(new Int8Array(16).fill(9), [{ limit: 5 }])).toBeUndefined();
  const first = await openWriter(ground.root, newer);
  expect(first.isFresh).toBe(true);
  first.put(FILES.slice(0, 10).map(packFile));
  first.close();
  reader.refresh();
  expect(reader.files()).toHaveLength(FILES.length);
  const second = await openWriter(ground.root, newer);
  expect([second.isFresh, second.files().length]).toEqual([true, 10]);
  second.put(FILES.slice(10, 30).map(packFile));
  second.publish();
  reader.refresh();
  expect([reader.standing, reader.files().length]).toEqual(["same", 30]);
  second.close();
  reader.close();
});

test("two versions live side by side, and what no one has written for a week goes", async () => {
  await using ground = await temporary();
  const newer = { version: 2, table: "other" };
  await filled(ground.root);
  const reader = await openReader(ground.root, MAKEUP);
  const other = await openWriter(ground.root, newer);
  other.put(FILES.slice(0, 10).map(packFile));
  other.publish();
  other.close();
  reader.refresh();
  expect([reader.standing, reader.files().length]).toEqual(["same", FILES.length]);
  const writer = await openWriter(ground.root, MAKEUP);
  expect([writer.isFresh, writer.files().length]).toEqual([false, FILES.length]);
  writer.close();
  reader.close();
  const again = await openWriter(ground.root, newer);
  expect([again.isFresh, again.files().length]).toEqual([false, 10]);
  again.close();
  const old = new Date(Date.now() - 8 * 24 * 3_600_000);
  for (const name of readdirSync(ground.root).filter((each) => each.startsWith("g1.")))
    utimesSync(join(ground.root, name), old, old);
  (await openWriter(ground.root, newer)).close();
  expect(readdirSync(ground.root).filter((name) => name.endsWith(".db"))).toEqual(["g2.db"]);
  const late = await openWriter(ground.root, MAKEUP);
  expect(late.isFresh).toBe(true);
  late.close();
});

async function filled(folder: string): Promise<void> {
  const writer = await openWriter(folder, MAKEUP);
  writer.put(FILES.map(packFile));
  writer.close();
}

function overwrite(path: string, byte: (at: number) => number): void {
  const bytes = readFileSync(path);
  for (let at = 8_192; at < bytes.length; at++) if (at % 16_384 < 12_288) bytes[at] = byte(at);
  writeFileSync(path, bytes);
}

async function change(path: string, sql: string): Promise<void> {
  const db = (await loadSqlite())(path, { mode: "write" });
  db.exec(sql);
  db.close();
}
