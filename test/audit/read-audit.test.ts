import { appendFile, mkdir, readdir, readlink, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AuditLog } from "../../shared/audit/audit-log.ts";
import { readAudit } from "../../shared/audit/read-audit.ts";
import { Scope } from "../../shared/scope.ts";
import { entriesOf, lineOf, linesOf, scratch } from "./support.ts";

const folderOf = (state: string): string => join(state, "audit", "p");
const textOf = (...ids: string[]): string => ids.map((id) => `${JSON.stringify(lineOf(id))}\n`).join("");

test("no audit yet is no lines", async () => {
  await using state = await scratch();
  expect(await entriesOf({ stateFolder: state.path, project: "none" })).toEqual([]);
});

test("files set aside are read before the current one, oldest first", async () => {
  await using state = await scratch();
  const folder = folderOf(state.path);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "audit.jsonl"), textOf("e", "f"));
  await writeFile(join(folder, "audit-2026-02-01T00-00-00-000Z-1-a.jsonl"), textOf("c", "d"));
  await writeFile(join(folder, "audit-2026-01-01T00-00-00-000Z-1-a.jsonl"), textOf("a", "b"));
  await writeFile(join(folder, "notes.txt"), "not ours");
  expect((await linesOf(state.path)).map(({ id }) => id).join("")).toBe("abcdef");
});

test("lines that are no audit lines are shown as they are", async () => {
  await using state = await scratch();
  const folder = folderOf(state.path);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "audit.jsonl"),
    `${textOf("a")}\n[]\n{"id":1}\nnull\n\u0000\n${textOf("b")}{"tim`,
  );
  const entries = await entriesOf({ stateFolder: state.path, project: "p" });
  expect(entries.map((entry) => (entry.kind === "line" ? entry.line.id : `? ${entry.raw}`))).toEqual([
    "a",
    "? []",
    '? {"id":1}',
    "? null",
    "? \u0000",
    "b",
    '? {"tim',
  ]);
});

test("since leaves older lines out and keeps unreadable ones", async () => {
  await using state = await scratch();
  const folder = folderOf(state.path);
  await mkdir(folder, { recursive: true });
  const old = `${JSON.stringify(lineOf("old", { time: "2026-01-01T00:00:00.000Z" }))}\n`;
  const young = `${JSON.stringify(lineOf("young", { time: "2026-03-01T00:00:00.000Z" }))}\n`;
  await writeFile(join(folder, "audit.jsonl"), `${old}torn\n${young}`);
  const since = new Date("2026-02-01T00:00:00Z");
  const entries = await entriesOf({ stateFolder: state.path, project: "p", since });
  expect(entries.map((entry) => (entry.kind === "line" ? entry.line.id : entry.raw))).toEqual([
    "torn",
    "young",
  ]);
});

test("letters of several bytes survive the borders of what is read at once", async () => {
  await using state = await scratch();
  const folder = folderOf(state.path);
  await mkdir(folder, { recursive: true });
  const words = Array.from({ length: 400 }, (_, index) => "€🙂".repeat(100 + (index % 7)));
  const lines = words.map((input, index) => `${JSON.stringify(lineOf(`${index}`, { input }))}\n`);
  await writeFile(join(folder, "audit.jsonl"), lines.join(""));
  expect((await linesOf(state.path)).map(({ input }) => input)).toEqual(words);
});

test("a file without any newline is given in bounded pieces", async () => {
  await using state = await scratch();
  const folder = folderOf(state.path);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "audit.jsonl"), "x".repeat(5_000_000));
  const entries = await entriesOf({ stateFolder: state.path, project: "p" });
  expect(entries.map(({ raw }) => raw).join("").length).toBe(5_000_000);
  for (const { kind, raw } of entries) {
    expect(kind).toBe("unreadable");
    expect(raw.length).toBeLessThan(2_000_000);
  }
});

test("following picks up appended lines, lines in halves, and rotations, and ends with the signal", async () => {
  await using state = await scratch();
  const folder = folderOf(state.path);
  const current = join(folder, "audit.jsonl");
  const stop = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const entry of readAudit({
      stateFolder: state.path,
      project: "p",
      follow: true,
      signal: stop.signal,
    })) {
      seen.push(entry.kind === "line" ? entry.line.id : `? ${entry.raw}`);
    }
  })();
  const sees = (ids: string) => expect.poll(() => seen.join(""), { timeout: 10_000 }).toBe(ids);
  await mkdir(folder, { recursive: true });
  await writeFile(current, textOf("a"));
  await sees("a");
  const [half, otherHalf] = [textOf("b").slice(0, 30), textOf("b").slice(30)];
  await appendFile(current, half);
  await new Promise((resolve) => setTimeout(resolve, 600));
  await appendFile(current, otherHalf);
  await sees("ab");
  await appendFile(current, textOf("c"));
  await rename(current, join(folder, "audit-2026-01-01T00-00-00-000Z-1-a.jsonl"));
  await writeFile(current, textOf("d"));
  await sees("abcd");
  // A slow process still writes to the file that was set aside.
  await appendFile(join(folder, "audit-2026-01-01T00-00-00-000Z-1-a.jsonl"), textOf("e"));
  await sees("abcde");
  stop.abort();
  await following;
});

test("following a log that rotates all the time sees each line once, in order", async () => {
  await using state = await scratch();
  const scope = new Scope();
  const log = AuditLog.open({
    stateFolder: state.path,
    project: "p",
    scope,
    log: () => {},
    maxBytes: 5_000,
    keep: 1_000,
  });
  const stop = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const entry of readAudit({
      stateFolder: state.path,
      project: "p",
      follow: true,
      signal: stop.signal,
    })) {
      seen.push(entry.kind === "line" ? entry.line.id : entry.raw);
    }
  })();
  const ids = Array.from({ length: 1_000 }, (_, index) => `${index}`);
  for (const id of ids) await log.append(() => lineOf(id), { durable: Number(id) % 10 === 0 });
  await scope.close();
  await expect.poll(() => seen.length, { timeout: 15_000 }).toBeGreaterThanOrEqual(ids.length);
  stop.abort();
  await following;
  expect(seen).toEqual(ids);
});

test("a reader that is left early closes its files", async () => {
  await using state = await scratch();
  const folder = folderOf(state.path);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "audit.jsonl"), textOf("a", "b", "c"));
  const signal = new AbortController().signal;
  for (let turn = 0; turn < 50; turn += 1) {
    for await (const entry of readAudit({ stateFolder: state.path, project: "p", follow: true, signal })) {
      expect(entry.kind).toBe("line");
      break;
    }
  }
  const descriptors = await readdir("/proc/self/fd").catch(() => []);
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
  expect(targets.filter((target) => target.startsWith(folder))).toEqual([]);
});
