import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesOf } from "./files.ts";
import { rounds, serve, tree, type Tree } from "./served.ts";

const isLinux = process.platform === "linux";
if (!isLinux) console.warn("skipped: whose a lock is, since only Linux tells when a process started");

/** As a process writes it: its number, when it started, and whose numbers these are. */
function tagOf(pid: number | "self", started?: string): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const start = started ?? stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return [pid === "self" ? process.pid : pid, start, readlinkSync("/proc/self/ns/pid")].join(" ");
}

function lockOf(place: Tree): string {
  mkdirSync(join(place.state, "changes"), { recursive: true });
  return `${place.log}.lock`;
}

const CREATE = { path: "new.txt", content: "new\n" };

describe.skipIf(!isLinux)("a lock of", () => {
  test.each([
    ["a process that is dead", () => `4194303 1 ${readlinkSync("/proc/self/ns/pid")}`, 0],
    ["a process whose number another one has now", () => tagOf("self", "1"), 0],
    ["nobody, for some seconds", () => "", 3],
    ["a process of another container, for a minute", () => "1 1 pid:[1]", 60],
    ["something else", () => "garbage", 0],
  ])("%s stands in nobody's way", async (_name, tag, age) => {
    for (const files of [[""], ["", ".break"]]) {
      using place = tree();
      await using server = await serve(place);
      for (const file of files) {
        const path = lockOf(place) + file;
        writeFileSync(path, tag());
        const then = Date.now() / 1_000 - age;
        utimesSync(path, then, then);
      }
      const began = Date.now();
      await server.did("write_file", CREATE);
      expect(Date.now() - began).toBeLessThan(1_900);
      expect(existsSync(lockOf(place))).toBe(false);
      expect(existsSync(`${lockOf(place)}.break`)).toBe(false);
    }
  });

  test.each([
    ["a process that lives", () => tagOf("self")],
    ["nobody yet", () => ""],
    ["a process of another container, just now", () => "1 1 pid:[1]"],
  ])("%s is waited for", async (_name, tag) => {
    using place = tree();
    await using server = await serve(place);
    writeFileSync(lockOf(place), tag());
    const began = Date.now();
    const answer = server.did("write_file", CREATE);
    // others are served meanwhile
    await server.did("list_directory", {});
    setTimeout(() => rmSync(lockOf(place)), 600);
    await answer;
    expect(Date.now() - began).toBeGreaterThan(590);
    expect(filesOf(place.root)).toEqual({ "new.txt": "new\n" });
  });

  test(
    "a process that lives is waited for ten seconds; then the answer names it, and nothing is changed",
    { timeout: 30_000 },
    async () => {
      using place = tree({ "a.txt": "a\n" });
      await using server = await serve(place);
      writeFileSync(lockOf(place), tagOf("self"));
      const { ok, text } = await server.call("delete_path", { path: "a.txt" });
      expect(`${ok} ${text}`).toMatch(
        /^false unavailable: .*changes\.jsonl\.lock is held by another process/,
      );
      expect(filesOf(place.root)).toEqual({ "a.txt": "a\n" });
      expect(readFileSync(lockOf(place), "utf8")).toBe(tagOf("self"));
    },
  );
});

const whyNoSpaces = ((): string | undefined => {
  try {
    execFileSync("unshare", ["--pid", "--fork", "--mount-proc", "true"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "this user makes no process spaces";
  }
})();
if (whyNoSpaces !== undefined) console.warn(`skipped: locks of several containers, since ${whyNoSpaces}`);

interface Holding {
  readonly deadly: number;
  readonly times: number;
  readonly wrapper?: readonly string[];
  readonly program?: readonly string[];
}

/** Takes the lock again and again, changes what it protects, and dies in the middle now and then. */
const HOLDER = `
  import { readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
  const [module, path, count, deadly] = process.argv.slice(2);
  const { withLock } = await import(module);
  const inside = path + ".inside";
  const recover = async () => rmSync(inside, { force: true });
  for (let i = 0; i < Number(count); i++) {
    const work = async () => {
      writeFileSync(inside, String(process.pid), { flag: "wx" });
      const tag = readFileSync(path + ".lock", "utf8").split(" ");
      if (tag[0] !== String(process.pid) || (tag[2] !== "" && tag[2] !== readlinkSync("/proc/self/ns/pid")))
        throw new Error("somebody else's lock: " + tag);
      const before = Number(readFileSync(path, "utf8"));
      if (Math.random() < 0.3) await new Promise((resolve) => setTimeout(resolve, 1));
      if (Math.random() < Number(deadly)) process.kill(process.pid, "SIGKILL");
      writeFileSync(path + ".next", String(before + 1));
      const text = readFileSync(path + ".next");
      writeFileSync(path, text);
      rmSync(inside);
    };
    await withLock(path, work, { recover });
    process.stdout.write("+");
  }
`;

/** As \`HOLDER\`, by shares of four keys, and by the whole lock now and then. */
const SHARER = `
  import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
  import { basename, dirname } from "node:path";
  const [module, path, count, deadly] = process.argv.slice(2);
  const { withShare, withWhole } = await import(module);
  const inside = basename(path) + ".inside-";
  const others = () => readdirSync(dirname(path)).filter((name) => name.startsWith(inside));
  const recover = async () => {
    for (const name of others()) {
      const tag = readFileSync(dirname(path) + "/" + name, "utf8");
      // whoever lives would be torn out of his work
      try { process.kill(Number(tag), 0); console.error("recovered of the living"); } catch {}
      rmSync(dirname(path) + "/" + name, { force: true });
    }
  };
  const work = (key, isWhole) => () => {
    if (others().some((name) => isWhole || name === inside + key || name === inside + "whole"))
      throw new Error(key + " beside " + others());
    writeFileSync(path + ".inside-" + key, String(process.pid), { flag: "wx" });
    const until = performance.now() + Math.random();
    while (performance.now() < until);
    if (Math.random() < Number(deadly)) process.kill(process.pid, "SIGKILL");
    const counted = path + ".count-" + key;
    writeFileSync(counted + ".next", String(Number(readFileSync(counted, "utf8")) + 1));
    renameSync(counted + ".next", counted);
    rmSync(path + ".inside-" + key);
  };
  for (let i = 0; i < Number(count); i++) {
    const key = String(Math.floor(Math.random() * 4));
    if (Math.random() < 0.1) await withWhole(path, work("whole", true), recover);
    else await withShare(path, work(key, false), { key, recover });
    process.stdout.write("+");
  }
`;

describe("ten processes at once", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "plumb-locks-")));
  const module = join(folder, "lock-file.mjs");
  const script = join(folder, "holder.mjs");
  const shareModule = join(folder, "lock-share.mjs");
  const shareScript = join(folder, "sharer.mjs");
  beforeAll(async () => {
    for (const [entry, outfile] of [
      ["shared/workspace/lock-file.ts", module],
      ["shared/workspace/lock-share.ts", shareModule],
    ] as const)
      await build({ entryPoints: [entry], outfile, bundle: true, format: "esm", platform: "node" });
    writeFileSync(script, HOLDER);
    writeFileSync(shareScript, SHARER);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** How often each said that it had the lock; those that killed themselves are started again. */
  async function hold(
    path: string,
    { deadly, times, wrapper = [], program = [script, module] }: Holding,
  ): Promise<number> {
    let left = times;
    let held = 0;
    const one = async (): Promise<void> => {
      while (left > 0) {
        left -= 20;
        const [command, ...rest] = [...wrapper, process.execPath, ...program, path, "20", String(deadly)];
        const child = spawn(command, rest);
        let stderr = "";
        child.stdout.on("data", (data: Buffer) => (held += data.length));
        child.stderr.on("data", (data: Buffer) => (stderr += String(data)));
        await once(child, "close");
        expect(stderr).toBe("");
      }
    };
    await Promise.all(Array.from({ length: 10 }, one));
    return held;
  }

  test("hold a lock one after another", { timeout: 120_000 }, async () => {
    const path = join(folder, "counted");
    writeFileSync(path, "0");
    expect(await hold(path, { deadly: 0, times: rounds(400) })).toBe(Number(readFileSync(path, "utf8")));
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test.skipIf(whyNoSpaces !== undefined)(
    "of ten containers, all with one number, hold it one after another",
    { timeout: 120_000 },
    async () => {
      const path = join(folder, "contained");
      writeFileSync(path, "0");
      const wrapper = ["unshare", "--pid", "--fork", "--mount-proc"];
      const held = await hold(path, { deadly: 0, times: rounds(400), wrapper });
      expect(held).toBe(Number(readFileSync(path, "utf8")));
      expect(held).toBeGreaterThan(0);
    },
  );

  test("that die with it now and then never hold it together", { timeout: 240_000 }, async () => {
    const path = join(folder, "deadly");
    writeFileSync(path, "0");
    // the right to break the lock was left by a dead one as well
    writeFileSync(`${path}.lock`, isLinux ? `4194303 1 ${readlinkSync("/proc/self/ns/pid")}` : "4194303");
    writeFileSync(`${path}.lock.break`, readFileSync(`${path}.lock`));
    const held = await hold(path, { deadly: 0.05, times: rounds(600) });
    expect(held).toBe(Number(readFileSync(path, "utf8")));
    expect(held).toBeGreaterThan(0);
  });

  test.each([
    ["hold shares beside each other, one of each key, and the whole lock alone", 0],
    ["that die with shares or the whole lock now and then never hold what excludes another", 0.05],
  ])("%s", { timeout: 240_000 }, async (_name, deadly) => {
    const path = join(folder, `shared-${deadly}`);
    const counts = ["0", "1", "2", "3", "whole"].map((key) => `${path}.count-${key}`);
    for (const file of counts) writeFileSync(file, "0");
    const held = await hold(path, { deadly, times: rounds(600), program: [shareScript, shareModule] });
    const sum = counts.reduce((total, file) => total + Number(readFileSync(file, "utf8")), 0);
    // one that died may have done its work without saying so
    expect(sum).toBeGreaterThanOrEqual(held);
    if (deadly === 0) expect(sum).toBe(held);
    if (deadly === 0)
      expect(readdirSync(folder).filter((name) => /shared-0\.(lock$|share)/.test(name))).toEqual([]);
    expect(held).toBeGreaterThan(0);
  });
});
