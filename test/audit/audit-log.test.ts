import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AuditLog } from "../../shared/audit/audit-log.ts";
import type { AuditLogOptions } from "../../shared/audit/audit-log.ts";
import { Scope } from "../../shared/scope.ts";
import { entriesOf, lineOf, linesOf, scratch } from "./support.ts";

const source = new URL("../../shared/audit/audit-log.ts", import.meta.url).pathname;

function openLog(stateFolder: string, scope: Scope, extra: Partial<AuditLogOptions> = {}): AuditLog {
  return AuditLog.open({ stateFolder, project: "p", scope, log: () => {}, ...extra });
}

const fileOf = (state: string): string => join(state, "audit", "p", "audit.jsonl");

test("a durable line is in the file when append resolves, and only its user can read it", async () => {
  await using state = await scratch();
  await using scope = new Scope();
  const log = openLog(state.path, scope);
  expect(await log.append(() => lineOf("one"), { durable: true })).toBe(true);
  expect(JSON.parse(await readFile(fileOf(state.path), "utf8"))).toEqual(
    lineOf("one", { time: expect.any(String) }),
  );
  expect((await stat(fileOf(state.path))).mode & 0o777).toBe(0o600);
  expect((await stat(join(state.path, "audit", "p"))).mode & 0o777).toBe(0o700);
});

test("other lines are written soon, together, and without a durable one", async () => {
  await using state = await scratch();
  await using scope = new Scope();
  const log = openLog(state.path, scope);
  for (let index = 0; index < 50; index += 1) await log.append(() => lineOf(`${index}`), { durable: false });
  await expect(stat(fileOf(state.path))).rejects.toThrow("ENOENT");
  await expect.poll(async () => (await linesOf(state.path)).length, { timeout: 5_000 }).toBe(50);
});

test("closing the scope writes what is buffered", async () => {
  await using state = await scratch();
  const scope = new Scope();
  await openLog(state.path, scope).append(() => lineOf("last"), { durable: false });
  await scope.close();
  expect((await linesOf(state.path)).map(({ id }) => id)).toEqual(["last"]);
});

test("a line that comes after closing is written at once", async () => {
  await using state = await scratch();
  const scope = new Scope();
  const log = openLog(state.path, scope);
  await scope.close();
  await log.append(() => lineOf("late"), { durable: false });
  expect((await linesOf(state.path)).map(({ id }) => id)).toEqual(["late"]);
});

test("lines keep the order in which they came, durable or not", async () => {
  await using state = await scratch();
  await using scope = new Scope();
  const log = openLog(state.path, scope);
  const ids = Array.from({ length: 200 }, (_, index) => `${index}`);
  const written = ids.map((id, index) => log.append(() => lineOf(id), { durable: index % 3 === 0 }));
  await Promise.all(written.filter((each) => each !== undefined));
  await log.flush();
  expect((await linesOf(state.path)).map(({ id }) => id)).toEqual(ids);
});

test("when the audit cannot be written, nothing throws, one warning is logged, and it is written again later", async () => {
  await using state = await scratch();
  await using scope = new Scope();
  const warnings: string[] = [];
  const log = openLog(state.path, scope, { log: (level, message) => warnings.push(`${level}: ${message}`) });
  // A file where the folder should be; permissions would not stop root.
  await writeFile(join(state.path, "audit"), "");
  for (const id of ["a", "b", "c"]) {
    await log.append(() => lineOf(id), { durable: false });
    await log.flush();
  }
  expect(warnings).toEqual([expect.stringMatching(/^warn: audit cannot be written, 1 lines lost: ENOTDIR/u)]);
  expect(await log.append(() => lineOf("d"), { durable: true })).toBe(false);
  expect(warnings.slice(1)).toEqual([
    "warn: not audited: call d of filesystem.read_file, which changed something",
  ]);
  await rm(join(state.path, "audit"));
  expect(await log.append(() => lineOf("e"), { durable: true })).toBe(true);
  expect((await linesOf(state.path)).map(({ id }) => id)).toEqual(["e"]);
});

test("a full disk loses no answer", async ({ skip }) => {
  const full = await stat("/dev/full").catch(() => undefined);
  if (full === undefined) skip("needs /dev/full");
  await using state = await scratch();
  await using scope = new Scope();
  const warnings: string[] = [];
  const log = openLog(state.path, scope, { log: (_, message) => warnings.push(message) });
  await mkdir(join(state.path, "audit", "p"), { recursive: true });
  await symlink("/dev/full", fileOf(state.path));
  expect(await log.append(() => lineOf("a"), { durable: true })).toBe(false);
  expect(warnings[0]).toMatch(/ENOSPC/u);
});

test("a folder that is removed under a running process is made again", async () => {
  await using state = await scratch();
  await using scope = new Scope();
  const log = openLog(state.path, scope);
  await log.append(() => lineOf("a"), { durable: true });
  await rm(join(state.path, "audit"), { recursive: true });
  await log.append(() => lineOf("b"), { durable: true });
  expect((await linesOf(state.path)).map(({ id }) => id)).toEqual(["b"]);
});

test("a line after a torn one stands by itself", async () => {
  await using state = await scratch();
  await using scope = new Scope();
  const log = openLog(state.path, scope);
  await log.append(() => lineOf("a"), { durable: true });
  await appendFile(fileOf(state.path), '{"time":"2026-');
  await log.append(() => lineOf("b"), { durable: true });
  const entries = await entriesOf({ stateFolder: state.path, project: "p" });
  expect(entries.map((entry) => (entry.kind === "line" ? entry.line.id : entry.raw))).toEqual([
    "a",
    '{"time":"2026-',
    "b",
  ]);
});

test("a monstrous line loses its arguments, not its place", async () => {
  await using state = await scratch();
  await using scope = new Scope();
  const log = openLog(state.path, scope);
  await log.append(() => lineOf("big", { input: "x".repeat(200_000) }), { durable: true });
  expect((await stat(fileOf(state.path))).size).toBeLessThan(64_000);
  expect((await linesOf(state.path))[0]).toMatchObject({ id: "big", input: "(too large to keep)" });
});

test("full files are set aside, the newest are kept, and the newest lines are all there", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.boolean()), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 300, max: 3_000 }),
      fc.integer({ min: 0, max: 4 }),
      async (calls, maxBytes, keep) => {
        await using state = await scratch();
        const scope = new Scope();
        const log = openLog(state.path, scope, { maxBytes, keep });
        for (const [index, [padding, durable]] of calls.entries()) {
          await log.append(() => lineOf(`${index}`, { input: "x".repeat(padding) }), { durable });
        }
        await scope.close();
        const names = await readdir(join(state.path, "audit", "p"));
        const aside = names.filter((name) => name !== "audit.jsonl");
        expect(aside.length).toBeLessThanOrEqual(keep);
        const ids = (await linesOf(state.path)).map(({ id }) => Number(id));
        const first = calls.length - ids.length;
        expect(ids).toEqual(ids.map((_, index) => first + index));
        // Fewer files than allowed: nothing was removed.
        if (aside.length < keep) expect(first).toBe(0);
      },
    ),
    { numRuns: 40 },
  );
});

/** The log as a program: appends `count` lines named after itself, some durable, and closes. */
async function bundleWriter(folder: string): Promise<string> {
  const entry = join(folder, "writer.mjs");
  await build({
    stdin: {
      contents: `
        import { AuditLog } from ${JSON.stringify(source)};
        const [stateFolder, name, count, maxBytes, keep] = process.argv.slice(2);
        const closes = [];
        const log = AuditLog.open({
          stateFolder, project: "p", scope: { defer: (close) => closes.push(close) },
          log: (level, message) => console.log(level, message),
          maxBytes: Number(maxBytes), keep: Number(keep),
        });
        for (let index = 0; index < Number(count); index += 1) {
          const input = "é".repeat((index * 37) % 900);
          const line = { id: name + "-" + index, time: new Date().toISOString(), trace: "t",
            caller: { id: "c", name: "n", transport: "stdio" }, tool: "a.b", effect: "read", reach: "local",
            tier: 0, touched: {}, input, decision: "allowed", outcome: "ok", ms: 1, chars: 1 };
          await log.append(() => line, { durable: index % 5 === 0 });
          if (index % 40 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        }
        for (const close of closes) await close();
      `,
      resolveDir: folder,
    },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    outfile: entry,
  });
  return entry;
}

async function runWriter(entry: string, args: readonly (string | number)[]): Promise<string> {
  const child = spawn(process.execPath, [entry, ...args.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(child, "close");
  expect(code).toBe(0);
  return Buffer.concat(chunks).toString();
}

test("three processes append and rotate at once, and no line is lost, torn or doubled", async () => {
  await using state = await scratch();
  const entry = await bundleWriter(state.path);
  const names = ["a", "b", "c"];
  const count = 400;
  const output = await Promise.all(
    names.map((name) => runWriter(entry, [state.path, name, count, 20_000, 10_000])),
  );
  expect(output).toEqual(["", "", ""]);
  const ids = (await linesOf(state.path)).map(({ id }) => id);
  const expected = names.flatMap((name) => Array.from({ length: count }, (_, index) => `${name}-${index}`));
  expect(ids.toSorted()).toEqual(expected.toSorted());
  expect((await readdir(join(state.path, "audit", "p"))).length).toBeGreaterThan(10);
});

test("three processes that rotate keep no more files than they may", async () => {
  await using state = await scratch();
  const entry = await bundleWriter(state.path);
  await Promise.all(["a", "b", "c"].map((name) => runWriter(entry, [state.path, name, 300, 10_000, 3])));
  const aside = (await readdir(join(state.path, "audit", "p"))).filter((name) => name !== "audit.jsonl");
  expect(aside.length).toBeGreaterThan(0);
  expect(aside.length).toBeLessThanOrEqual(3);
});

test("a durable line survives a process that is killed right after", async () => {
  await using state = await scratch();
  const entry = await bundleWriter(state.path);
  const child = spawn(process.execPath, [entry, state.path, "k", "1000000", "1000000000", "5"], {
    stdio: "ignore",
  });
  await expect
    .poll(async () => (await entriesOf({ stateFolder: state.path, project: "p" })).length, {
      timeout: 20_000,
    })
    .toBeGreaterThan(20);
  child.kill("SIGKILL");
  await once(child, "close");
  const ids = (await linesOf(state.path)).map(({ id }) => Number(id.slice(2)));
  expect(ids.length).toBeGreaterThan(20);
  // A durable line takes with it those that wait before it, so there is no gap.
  expect(ids).toEqual(ids.map((_, index) => index));
});

test("an audit that cannot be read is an error, not an empty one", async () => {
  await using state = await scratch();
  await mkdir(fileOf(state.path), { recursive: true });
  await expect(linesOf(state.path)).rejects.toThrow("EISDIR");
});
