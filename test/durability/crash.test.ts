import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { faults, whyNoFaults, type Faults } from "./faults.ts";
import { filesOf, trashOf } from "./files.ts";
import { AFTER, BEFORE, MADE, PATCH } from "./patch.ts";
import { rounds, serve, tree, type Served, type Tree } from "./served.ts";

const why = whyNoFaults();
if (why !== undefined) console.warn(`skipped: crashes at every system call, since ${why}`);

/** No file is torn, whatever is there. */
function expectOldOrNew(place: Tree): void {
  const known = new Set<string>([...Object.entries(BEFORE), ...Object.entries(AFTER)].map(String));
  const strange = Object.entries(filesOf(place.root)).filter(
    ([name, text]) => !known.has(String([name, text])) && !MADE.includes(name),
  );
  expect(strange).toEqual([]);
}

/** What the log says of the last change. */
function isDone(place: Tree): boolean {
  try {
    return readFileSync(place.log, "utf8").trimEnd().endsWith('"done":true}');
  } catch {
    return false;
  }
}

/** All or nothing of the patch, as the log says; then it can be made, if it was not, and taken back. */
async function expectMended(place: Tree): Promise<void> {
  await using next = await serve(place);
  expect(filesOf(place.root)).toEqual(isDone(place) ? AFTER : BEFORE);
  if (!isDone(place)) await next.did("apply_patch", { patch: PATCH });
  expect(filesOf(place.root)).toEqual(AFTER);
  const [, change = ""] = /^([0-9a-f]{8}) /m.exec(await next.did("undo_change", {})) ?? [];
  await next.did("undo_change", { action: "revert", change });
  expect(filesOf(place.root)).toEqual(BEFORE);
}

/** The system calls of the patch up to its end, one line each. */
async function callsOf(fault: Faults): Promise<string[]> {
  using place = tree(BEFORE);
  await using server = await serve(place, { env: fault.env });
  fault.plan(0, 0);
  await server.did("apply_patch", { patch: PATCH });
  const calls = fault.done();
  return calls.slice(0, calls.findIndex((line) => line.includes("/audit/")) + 1);
}

async function die(place: Tree, fault: Faults, at: number): Promise<void> {
  await using server = await serve(place, { env: fault.env });
  fault.plan(at, "kill");
  await expect(server.call("apply_patch", { patch: PATCH })).rejects.toThrow(/closed/i);
  fault.done();
}

test.skipIf(why !== undefined)(
  "killed before any system call of a patch, a server leaves all or nothing of it to the next one",
  { timeout: 600_000 },
  async () => {
    using fault = faults();
    const calls = await callsOf(fault);
    // every fourth, from another one each time; all with PLUMBLINE_DURABILITY=4
    const step = Math.max(1, Math.round(4 / rounds(1)));
    expect(calls.length).toBeGreaterThan(20);
    for (let at = 1 + (Date.now() % step); at <= calls.length; at += step) {
      using place = tree(BEFORE);
      await die(place, fault, at);
      expectOldOrNew(place);
      await expectMended(place).catch((error: unknown) => {
        throw new Error(`killed before call ${calls[at - 1]}`, { cause: error });
      });
    }
  },
);

test.skipIf(why !== undefined).each([
  ["an edit", "edit_file", { path: "a.txt", edits: [{ oldText: "old", newText: "new" }] }, "new\n"],
  ["a new file", "write_file", { path: "b.txt", content: "new\n" }, "new\n"],
] as const)(
  "killed before any system call of %s, a server leaves all or nothing of it, and other servers go on",
  { timeout: 600_000 },
  async (_name, tool, args, after) => {
    using fault = faults();
    const { path } = args;
    const before = path === "a.txt" ? "old\n" : undefined;
    const ground = { "a.txt": "old\n", "other.txt": "0\n" };
    const now = (): string | undefined => filesOf(place.root)[path];
    using place = tree(ground);
    await using other = await serve(place);
    const put = (): void => {
      rmSync(join(place.root, path), { force: true });
      if (before !== undefined) writeFileSync(join(place.root, path), before);
    };
    const count = async (): Promise<number> => {
      await using server = await serve(place, { env: fault.env });
      fault.plan(0, 0);
      await server.did(tool, args);
      return fault.done().findIndex((line) => line.includes("/audit/")) + 1;
    };
    // the trash and the log are made first, as they are there from then on
    await other.did("write_file", { path: "other.txt", content: "1\n", overwrite: true });
    put();
    const calls = await count();
    expect(calls).toBeGreaterThan(10);
    const step = Math.max(1, Math.round(3 / rounds(1)));
    for (let at = 1 + (Date.now() % step); at <= calls; at += step) {
      put();
      const dying = await serve(place, { env: fault.env });
      fault.plan(at, "kill");
      await expect(dying.call(tool, args)).rejects.toThrow(/closed/i);
      fault.done();
      await dying.kill();
      expect([before, after]).toContain(now());
      // one file's share of the lock is in nobody's way who is about another file
      await other.did("write_file", { path: "other.txt", content: `${at}\n`, overwrite: true });
      // and whoever is about the same one takes back first what was begun
      await other.did("write_file", { path, content: `${at}\n`, overwrite: true });
      expect(now()).toBe(`${at}\n`);
    }
    const litter = readdirSync(join(place.state, "changes")).filter((name) => /share-|lock$/.test(name));
    expect(litter).toEqual([]);
  },
);

test.skipIf(why !== undefined)(
  "a server that is killed while it takes a dead one's patch back leaves that to the next one",
  { timeout: 600_000 },
  async () => {
    using fault = faults();
    const calls = await callsOf(fault);
    const last = calls.findLastIndex((line) => line.includes("changes.jsonl.lock"));
    const step = Math.max(1, Math.round(4 / rounds(1)));
    let killed = 0;
    for (let at = 1 + (Date.now() % step); ; at += step) {
      using place = tree(BEFORE);
      await die(place, fault, last);
      fault.plan(at, "kill");
      const started = await serve(place, { env: fault.env }).catch(() => undefined);
      fault.done();
      await started?.kill();
      expectOldOrNew(place);
      if (started !== undefined) break;
      killed += 1;
      await expectMended(place).catch((error: unknown) => {
        throw new Error(`killed before call ${at} of the start`, { cause: error });
      });
    }
    expect(killed).toBeGreaterThan(2);
  },
);

test.skipIf(why !== undefined)(
  "what somebody wrote after a crash is not taken back with the patch",
  async () => {
    using fault = faults();
    const calls = await callsOf(fault);
    using place = tree(BEFORE);
    await die(
      place,
      fault,
      calls.findLastIndex((line) => line.includes("changes.jsonl.lock")),
    );
    expect(filesOf(place.root)).toEqual(AFTER);
    const write = (name: string, text: string): void => writeFileSync(join(place.root, name), text);
    // in place in a new version, anew where a new file was, anew where one was deleted
    write("changed.txt", "one\nTWO\nthree\nand four\n");
    rmSync(join(place.root, "fresh/made/new.txt"));
    write("fresh/made/new.txt", "another\n");
    write("gone.txt", "somebody else's\n");
    await using next = await serve(place);
    expect(filesOf(place.root)).toEqual({
      ...BEFORE,
      "changed.txt": "one\nTWO\nthree\nand four\n",
      "fresh/made/new.txt": "another\n",
      "gone.txt": "somebody else's\n",
    });
    expect(next.stderr()).toContain("changed.txt (its old version is .plumbline/trash/");
    expect(trashOf(place.root).old.length).toBe(2);
  },
);

/** A file is the same short line many times over, so that a torn one shows. */
function body(label: string): string {
  return `${label}\n`.repeat(4_000);
}

function labelOf(root: string, name: string): string {
  const text = readFileSync(join(root, name), "utf8");
  const label = text.slice(0, text.indexOf("\n"));
  expect(text === body(label), `${name} is torn`).toBe(true);
  return label;
}

const GROUP = Array.from({ length: 12 }, (_, index) => `group/${index}.txt`);
const SINGLES = ["a.txt", "b.txt", "c.txt"];

function groupPatch(from: number): string {
  return GROUP.map((name) => `--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-${from}\n+${from + 1}\n`).join("");
}

interface Sent {
  /** The highest number that was answered, and that was sent. */
  acked: number;
  sent: number;
}

/** Sends patches of the group and whole new contents of the others, as fast as they are answered, until it is dead. */
async function work(server: Served, group: Sent, singles: ReadonlyMap<string, Sent>): Promise<void> {
  const patches = (async () => {
    for (;;) {
      group.sent = group.acked + 1;
      await server.did("apply_patch", { patch: groupPatch(group.acked) });
      group.acked = group.sent;
    }
  })();
  const writes = [...singles].map(async ([path, sent]) => {
    for (;;) {
      sent.sent = sent.acked + 1;
      await server.did("write_file", { path, content: body(`${sent.sent}`), overwrite: true });
      sent.acked = sent.sent;
    }
  });
  const ends = await Promise.allSettled([patches, ...writes]);
  for (const end of ends) expect(String(end.status === "rejected" && end.reason)).toMatch(/closed/i);
}

test(
  "servers that are killed at random, one after another, tear no file, lose no answered change and stand in nobody's way",
  { timeout: 900_000 },
  async () => {
    using place = tree({
      ...Object.fromEntries(GROUP.map((name) => [name, "0\n"])),
      ...Object.fromEntries(SINGLES.map((name) => [name, body("0")])),
    });
    const group: Sent = { acked: 0, sent: 0 };
    const singles = new Map(SINGLES.map((name) => [name, { acked: 0, sent: 0 }]));
    let changes = 0;
    for (let round = 0; round < rounds(12); round++) {
      const server = await serve(place, { args: round % 2 === 0 ? [] : ["--no-fsync"] });
      const numbers = GROUP.map((name) => Number(readFileSync(join(place.root, name), "utf8")));
      expect(new Set(numbers).size, `patch in parts: ${numbers.join()}`).toBe(1);
      expect([group.acked, group.sent]).toContain(numbers[0]);
      group.acked = numbers[0] ?? Number.NaN;
      const all = [group, ...singles.values()];
      const before = all.reduce((sum, { acked }) => sum + acked, 0);
      const done = work(server, group, singles);
      await sleep(Math.random() * 250);
      await server.kill();
      await done;
      changes += all.reduce((sum, { acked }) => sum + acked, 0) - before;
      for (const [name, sent] of singles) {
        const label = Number(labelOf(place.root, name));
        expect([sent.acked, sent.sent]).toContain(label);
        sent.acked = label;
      }
      expect(Object.keys(filesOf(place.root)).length).toBe(GROUP.length + SINGLES.length);
    }
    console.log(`${rounds(12)} servers killed, ${changes} changes answered`);
    await using last = await serve(place);
    const listed = await last.did("undo_change", { limit: 1_000 });
    const [, newest = ""] = /^([0-9a-f]{8}) /m.exec(listed) ?? [];
    await last.did("undo_change", { action: "revert", change: newest });
  },
);

test(
  "killed in the middle of a patch of 300 files, a server leaves all or nothing of it to the next one",
  { timeout: 600_000 },
  async () => {
    const names = Array.from({ length: 300 }, (_, index) => `many/${index}.txt`);
    const patch = names.map((name) => `--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-old\n+new\n`).join("");
    let inTheMiddle = 0;
    for (let round = 0; round < rounds(6); round++) {
      using place = tree(Object.fromEntries(names.map((name) => [name, "old\n"])));
      const server = await serve(place);
      const answer = server.call("apply_patch", { patch }).catch(() => undefined);
      // the log grows just before the first file is replaced
      while ((statSync(place.log, { throwIfNoEntry: false })?.size ?? 0) === 0) await sleep(0);
      const until = performance.now() + Math.random() * 8;
      while (performance.now() < until);
      await server.kill();
      await answer;
      const texts = () => Object.values(filesOf(place.root));
      if (new Set(texts()).size === 2) inTheMiddle += 1;
      await using next = await serve(place);
      expect(next.child.pid).toBeDefined();
      expect(new Set(texts())).toEqual(new Set([isDone(place) ? "new\n" : "old\n"]));
    }
    console.log(`${inTheMiddle} of ${rounds(6)} kills hit the middle of the patch`);
  },
);

test("nothing that waits in the trash, or is kept there, is served to anybody", async () => {
  using place = tree({ "a.txt": "first needle\n", "src/b.txt": "b\n" });
  await using server = await serve(place);
  await server.did("write_file", { path: "a.txt", content: "second\n", overwrite: true });
  const [kept = ""] = trashOf(place.root).old;
  const litter = "0123abcd-0.new";
  writeFileSync(join(place.root, ".plumbline/trash", litter), "left by a dead needle\n");
  const listings = [
    await server.did("list_directory", { path: ".", ignored: true, depth: 10 }),
    await server.did("find_files", { globs: ["**"], ignored: true }),
    await server.did("find_files", { globs: ["**/*.{old,new}"], ignored: true }),
    await server.did("search_text", { pattern: "needle", ignored: true }),
  ];
  for (const text of listings) expect(text).not.toMatch(/needle\n|\.old|\.new|trash/);
  const calls: [string, Record<string, unknown>][] = [kept, litter, ".gitignore", ""].flatMap((name) => {
    const path = join(".plumbline/trash", name);
    return [
      ["read_file", { path }],
      ["edit_file", { path, edits: [{ oldText: "needle", newText: "x" }] }],
      ["write_file", { path, content: "x", overwrite: true }],
      ["write_file", { path: join(path, "new.txt"), content: "x" }],
      ["delete_path", { path }],
      ["move_path", { from: path, to: "mine" }],
      ["move_path", { from: path, to: "mine", copy: true }],
    ];
  });
  for (const [name, args] of calls) {
    const { ok, text } = await server.call(name, args);
    expect(`${name} ${JSON.stringify(args)}: ${ok} ${text}`).toMatch(
      /: false (denied|invalid_input|not_found)/,
    );
    expect(text).not.toContain("left by");
  }
  const { text: found } = await server.call("search_text", {
    pattern: "needle",
    path: ".plumbline/trash",
    ignored: true,
  });
  expect(found).not.toMatch(/dead|first/);
  const { text: list } = await server.call("list_directory", { path: ".plumbline/trash", ignored: true });
  expect(list).not.toMatch(/\.old|\.new|gitignore/);
  const { text } = await server.call("read_files", { paths: [`.plumbline/trash/${litter}`, "a.txt"] });
  expect(text).not.toContain("needle");
});
