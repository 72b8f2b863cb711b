import { execFileSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { mkdir, rename, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { comparePaths } from "../../../shared/workspace/walk-cursor.ts";
import type { WalkRequest, WalkResult } from "../../../shared/workspace/walk-request.ts";
import { opened, permissive, type OpenedWorkspace } from "../../support/workspace.ts";

const ALL = { limit: 1_000 };
const EVIL_GLOB = "*(a|*a)*(a|*a)b";

async function walk(
  { workspace }: OpenedWorkspace,
  request: Partial<WalkRequest> = {},
  { path = ".", signal = new AbortController().signal } = {},
): Promise<WalkResult> {
  await using directory = await workspace.openDirectory(workspace.locate(path), permissive(signal));
  return await workspace.walk(directory, { ...ALL, ...request }, signal);
}

function pathsOf({ entries }: WalkResult): string[] {
  return entries.map(({ path }) => path);
}

describe.each(["handles", "compare"] as const)("a walk contained by %s", (containment) => {
  test("gives a directory, then all that is in it, in the same order each time", async () => {
    await using ground = await opened(
      { "b.txt": "", "a/z": "", "a/b/c": "", "a-b": "", "A/x": "", é: "" },
      containment,
    );
    const result = await walk(ground);
    expect(pathsOf(result)).toEqual(["A", "A/x", "a", "a/b", "a/b/c", "a/z", "a-b", "b.txt", "é"]);
    expect(result).toMatchObject({ total: 9, unreadable: 0 });
    expect(result.cursor).toBeUndefined();
  });

  test("does not follow links, and does not enter .git", async () => {
    await using ground = await opened({ "dir/a.txt": "", ".git/config": "" }, containment);
    await symlink(ground.outside, join(ground.root, "out"));
    await symlink("dir", join(ground.root, "in"));
    await symlink("..", join(ground.root, "dir/up"));
    const { entries } = await walk(ground);
    expect(entries.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      "directory .git",
      "directory dir",
      "file dir/a.txt",
      "link dir/up",
      "link in",
      "link out",
    ]);
  });

  test("ignores what ignore files name, from the root down, unless it is told not to", async () => {
    const files = {
      ".gitignore": "*.log\n/build/\n",
      "a.log": "",
      "build/x": "",
      "sub/.gitignore": "!keep.log\n",
      "sub/keep.log": "",
      "sub/other.log": "",
      "sub/build/y": "",
    };
    await using ground = await opened(files, containment);
    expect(pathsOf(await walk(ground, { kinds: ["file"] }))).toEqual([
      ".gitignore",
      "sub/.gitignore",
      "sub/build/y",
      "sub/keep.log",
    ]);
    expect(pathsOf(await walk(ground, { kinds: ["file"] }, { path: "sub" }))).toEqual([
      ".gitignore",
      "build/y",
      "keep.log",
    ]);
    expect(pathsOf(await walk(ground, {}, { path: "build" }))).toEqual(["x"]);
    expect((await walk(ground, { kinds: ["file"], gitignore: false })).total).toBe(7);
  });

  test("an ignore file that is a link, or no file, is no ignore file", async () => {
    await using ground = await opened(
      { "a.txt": "", "d/.gitignore/x": "", "d/a.txt": "", "f/a.txt": "" },
      containment,
    );
    await writeFile(join(ground.outside, "rules"), "a.txt\n");
    await symlink(join(ground.outside, "rules"), join(ground.root, ".gitignore"));
    execFileSync("mkfifo", [join(ground.root, "f/.gitignore")]);
    expect((await walk(ground, { globs: ["a.txt"] })).total).toBe(3);
  });

  test("a repository inside another one has its own rules", async () => {
    const files = {
      ".gitignore": "*.tmp\n",
      "in/.git/info/exclude": "*.bak\n",
      "in/a.tmp": "",
      "in/a.bak": "",
      "b.bak": "",
      "b.tmp": "",
    };
    await using ground = await opened(files, containment);
    expect(pathsOf(await walk(ground, { kinds: ["file"] }))).toEqual([".gitignore", "b.bak", "in/a.tmp"]);
    expect(pathsOf(await walk(ground, { kinds: ["file"] }, { path: "in" }))).toEqual(["a.tmp"]);
  });

  test("leaves out what is denied, wherever the walk starts", async () => {
    await using ground = await opened(
      { "a/secret/key": "", "a/.env": "", "a/x": "", "secret/y": "" },
      containment,
    );
    const deny = ["a/secret/**", "**/.env"];
    expect(pathsOf(await walk(ground, { deny, kinds: ["file"] }))).toEqual(["a/x", "secret/y"]);
    expect(pathsOf(await walk(ground, { deny, kinds: ["file"] }, { path: "a" }))).toEqual(["x"]);
  });

  test("adds facts, sorts the newest first, and stops at a depth", async () => {
    await using ground = await opened(
      { "old.txt": "12345", "d/new.txt": "1", "d/e/mid.txt": "" },
      containment,
    );
    const at = async (path: string, seconds: number): Promise<void> =>
      await utimes(join(ground.root, path), seconds, seconds);
    await at("old.txt", 100);
    await at("d/e/mid.txt", 200);
    await at("d/new.txt", 300);
    const newest = await walk(ground, { kinds: ["file"], sort: "mtime", facts: true });
    expect(newest.entries).toEqual([
      { path: "d/new.txt", kind: "file", size: 1, mtimeMs: 300_000 },
      { path: "d/e/mid.txt", kind: "file", size: 0, mtimeMs: 200_000 },
      { path: "old.txt", kind: "file", size: 5, mtimeMs: 100_000 },
    ]);
    expect(pathsOf(await walk(ground, { depth: 1 }))).toEqual(["d", "old.txt"]);
    expect(pathsOf(await walk(ground, { depth: 2 }))).toEqual(["d", "d/e", "d/new.txt", "old.txt"]);
  });

  test("pages hold every entry once, in order, whatever the page size", async () => {
    const files = Object.fromEntries(
      ["a/1", "a/2", "a-x", "a/b/3", "b", "c/d/e/f", "c.x", "d/1", "d/2"].map((path) => [path, ""]),
    );
    await using ground = await opened(files, containment);
    for (const sort of ["path", "mtime"] as const)
      for (const limit of [1, 2, 3, 7, 50]) {
        const whole = await walk(ground, { sort });
        const pages: string[] = [];
        let cursor: string | undefined;
        do {
          const page: WalkResult = await walk(ground, {
            sort,
            limit,
            ...(cursor === undefined ? {} : { cursor }),
          });
          expect(page.total).toBe(whole.total);
          pages.push(...pathsOf(page));
          ({ cursor } = page);
        } while (cursor !== undefined);
        expect(pages).toEqual(pathsOf(whole));
      }
  });
});

test("nothing outside is walked when the base is moved out and a link put in its place", async () => {
  await using ground = await opened({ "dir/a.txt": "" }, "handles");
  const { workspace, root, outside } = ground;
  await using directory = await workspace.openDirectory(workspace.locate("dir"), permissive());
  await rename(join(root, "dir"), join(root, "elsewhere"));
  await symlink(outside, join(root, "dir"));
  expect(pathsOf(await workspace.walk(directory, ALL, new AbortController().signal))).toEqual(["a.txt"]);
});

test("a cursor that is not ours is refused", async () => {
  await using ground = await opened({ a: "" });
  for (const cursor of ["", "nonsense", "e30", Buffer.from('["x"]').toString("base64url")])
    await expect(walk(ground, { cursor })).rejects.toMatchObject({ code: "invalid_input" });
});

test("the order of paths is that of a tree", () => {
  const name = fc.string({
    unit: fc.constantFrom("a", "b", "-", ".", "é", "\u{1F600}"),
    minLength: 1,
    maxLength: 3,
  });
  const path = fc.array(name, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(path, path, (one, other) => {
      const at = one.findIndex((part, depth) => part !== other[depth]);
      const expected = at === -1 ? one.length - other.length : (one[at] ?? "") < (other[at] ?? "") ? -1 : 1;
      expect(Math.sign(comparePaths(one.join("/"), other.join("/")))).toBe(Math.sign(expected));
    }),
  );
});

test("a walk that meets a very deep tree says that it was not walked whole", async () => {
  await using ground = await opened({ top: "" });
  await mkdir(join(ground.root, "d/".repeat(400)), { recursive: true });
  const result = await walk(ground);
  expect(result.partial).toBe("depth");
  expect(result.total).toBe(257);
});

test(
  "a glob that never ends is ended at its deadline, while the process goes on",
  { timeout: 60_000 },
  async () => {
    await using ground = await opened({ ["a".repeat(200)]: "" });
    expect((await walk(ground)).total).toBe(1);
    const before = handles();
    const delay = monitorEventLoopDelay({ resolution: 10 });
    delay.enable();
    const walks = [1, 2, 3].map(() => walk(ground, { globs: [EVIL_GLOB], deadlineMs: 500 }));
    const outcomes = await Promise.allSettled(walks);
    delay.disable();
    expect(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.code)).toEqual([
      "timeout",
      "timeout",
      "timeout",
    ]);
    expect(delay.max / 1e6).toBeLessThan(400);
    expect((await walk(ground, { globs: ["a*"] })).total).toBe(1);
    expect(handles()).toBeLessThanOrEqual(before + 20);
  },
);

test("an aborted walk is ended at once and leaves no handle of the tree", { timeout: 60_000 }, async () => {
  await using ground = await opened({ ["a".repeat(200)]: "" });
  await walk(ground);
  const abort = new AbortController();
  const started = Date.now();
  setTimeout(() => abort.abort(new Error("stopped")), 200);
  await expect(walk(ground, { globs: [EVIL_GLOB] }, { signal: abort.signal })).rejects.toThrow("stopped");
  expect(Date.now() - started).toBeLessThan(5_000);
  await ground.scope.close();
  const open = readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  expect(open.filter((path: string) => path.startsWith(ground.root))).toEqual([]);
});

test(
  "walks that run or wait when the server stops fail instead of hanging",
  { timeout: 60_000 },
  async () => {
    await using ground = await opened({ ["a".repeat(200)]: "" });
    await walk(ground);
    const walks = [1, 2, 3].map(() => walk(ground, { globs: [EVIL_GLOB] }));
    const ended = Promise.allSettled(walks);
    setTimeout(() => void ground.scope.close(), 200);
    const outcomes = await ended;
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  },
);

test("many walks at once all answer", async () => {
  await using ground = await opened(
    Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`d${at % 7}/f${at}.txt`, ""])),
  );
  const results = await Promise.all(Array.from({ length: 40 }, () => walk(ground, { kinds: ["file"] })));
  expect(results.map(({ total }) => total)).toEqual(Array<number>(40).fill(300));
});

function handles(): number {
  return readdirSync("/proc/self/fd").length;
}
