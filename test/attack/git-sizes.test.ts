import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostileGround, type HostileGround, type Target } from "../support/hostile.ts";
import {
  blame,
  diff,
  fetching,
  log,
  older,
  push,
  show,
  stage,
  status,
  switching,
  type Call,
} from "../support/hostile-rows.ts";

// Repositories that are made to cost: answers come, within bounds of time and memory, and nobody else waits.

/** A call may take that long on a busy machine. */
const BOUND_MS = 40_000;
/** Nothing else got its turn for as long. */
const LOOP_MS = 2_500;
const MORE_BYTES = 500 * 2 ** 20;

let ground: HostileGround;
beforeAll(async () => {
  ground = await hostileGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

/** What the calls came to, once they were within bounds. */
async function bounded(target: Target, calls: readonly Call[]): Promise<string[]> {
  const before = process.memoryUsage.rss();
  let [last, longest, most] = [performance.now(), 0, before];
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    most = Math.max(most, process.memoryUsage.rss());
  }, 10);
  const texts: string[] = [];
  try {
    for (const [tool, input] of calls) {
      const start = performance.now();
      texts.push((await ground.call(target, tool, input)).text);
      expect(performance.now() - start, `${tool} ${JSON.stringify(input)}`).toBeLessThan(BOUND_MS);
    }
  } finally {
    clearInterval(timer);
  }
  expect(longest, "the loop was blocked").toBeLessThan(LOOP_MS);
  expect(most - before, "memory").toBeLessThan(MORE_BYTES);
  expect(texts.every((text) => text.length < 200_000)).toBe(true);
  return texts;
}

async function bigBlob(target: Target, bytes: Buffer): Promise<void> {
  const { repo } = target;
  await repo.git("stash", "--all");
  const hash = (await repo.bytes(["hash-object", "-w", "--stdin"], bytes)).toString().trim();
  const tree = (await repo.bytes(["ls-tree", "-z", "main"])).toString();
  const made = (await repo.bytes(["mktree", "-z"], Buffer.from(`${tree}100644 blob ${hash}\tbig.txt\0`)))
    .toString()
    .trim();
  await repo.git(
    "update-ref",
    "refs/heads/big",
    await repo.git("commit-tree", made, "-p", "main", "-m", "big"),
  );
}

describe("a repository that is made to cost", () => {
  test.each([
    ["zeros", 0],
    ["one line", 0x61],
  ])("with a file of 64 MB of %s that are 64 kB on disk", { timeout: 120_000 }, async (_, byte) => {
    const target = await ground.target();
    await bigBlob(target, Buffer.alloc(64 * 2 ** 20, byte));
    await bounded(target, [
      ["git_show", { ref: "big" }],
      ["git_show", { ref: "big", path: "big.txt" }],
      ["git_show", { ref: "big", path: "big.txt", startLine: 1, endLine: 2 }],
      ["git_diff", { from: "main", to: "big" }],
      ["git_diff", { from: "main", to: "big", words: true }],
      ["git_blame", { path: "big.txt", ref: "big" }],
      ["git_log", { range: "big", pickaxe: "line" }],
      ["git_merge", { action: "merge", refs: ["big"] }],
      diff,
    ]);
    await ground.resource(target, "big", "big.txt");
    expect(ground.harm(target)).toEqual([]);
  });

  test("with 100,000 branches and tags", { timeout: 120_000 }, async () => {
    const target = await ground.target();
    const hash = await target.repo.git("rev-parse", "main");
    const lines = ["heads", "remotes/origin", "tags"].flatMap((kind) =>
      Array.from(
        { length: 33_334 },
        (_, index) => `${hash} refs/${kind}/z${String(index).padStart(6, "0")}\n`,
      ),
    );
    const packed = `# pack-refs with: peeled fully-peeled sorted \n${lines.toSorted((a, b) => (a.slice(41) < b.slice(41) ? -1 : 1)).join("")}`;
    await writeFile(join(target.gitDir, "packed-refs"), packed);
    const texts = await bounded(target, [
      status,
      log,
      show,
      ["git_show", { ref: "z00000x" }],
      ["git_branches", { action: "list" }],
      ["git_branches", { action: "list", kind: "tag", limit: 2_000 }],
      ["git_branches", { action: "create", name: "new" }],
      ["git_changelog", {}],
      switching,
      fetching,
    ]);
    expect(texts[4]).toContain("branches");
    expect(ground.harm(target)).toEqual([]);
  });

  test("with folders 400 deep, and messages and names without end", { timeout: 120_000 }, async () => {
    const target = await ground.target();
    const deep = `${"d/".repeat(400)}file.txt`;
    const message = "m".repeat(3_000_000);
    const stream = [
      `commit refs/heads/deep\ncommitter ${"n".repeat(100_000)} <${"e".repeat(100_000)}> 1700000000 +0000\ndata ${message.length}\n${message}\n`,
      `M 100644 inline ${deep}\ndata 2\nx\n`,
      `M 100644 inline ${"w".repeat(3_000)}\ndata 2\nx\n`,
      "done\n",
    ].join("");
    await target.repo.bytes(["fast-import", "--quiet", "--done"], Buffer.from(stream));
    await bounded(target, [
      ["git_log", { range: "deep" }],
      ["git_show", { ref: "deep" }],
      ["git_show", { ref: "deep", path: "d/d/d" }],
      ["git_diff", { from: "main", to: "deep" }],
      ["git_changelog", { to: "deep" }],
      ["git_branches", { action: "list" }],
      ["git_restore", { paths: ["d"], ref: "deep" }],
      ["git_switch", { ref: "deep" }],
      ["git_worktree", { action: "add", path: "w", ref: "deep" }],
      stage,
      push,
      older,
      blame,
    ]);
    expect(ground.harm(target)).toEqual([]);
  });

  test("with a diff of 15,000 files", { timeout: 120_000 }, async () => {
    const target = await ground.target();
    const files = Array.from(
      { length: 15_000 },
      (_, index) => `M 100644 inline many/${index}.txt\ndata 2\nx\n`,
    );
    const stream = `commit refs/heads/many\ncommitter A <a@b> 1700000000 +0000\ndata 1\nm\n${files.join("")}done\n`;
    await target.repo.bytes(["fast-import", "--quiet", "--done"], Buffer.from(stream));
    await bounded(target, [
      ["git_show", { ref: "many" }],
      ["git_show", { ref: "many", path: "many" }],
      ["git_diff", { from: "main", to: "many" }],
      ["git_diff", { from: "main", to: "many", stat: true }],
      ["git_merge", { action: "cherry-pick", refs: ["many"] }],
    ]);
    expect(ground.harm(target)).toEqual([]);
  });
});
