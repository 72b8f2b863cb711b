import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listFlat } from "../../../shared/workspace/list-flat.ts";
import { WalkDirectory } from "../../../shared/workspace/walk-directory.ts";
import type { WalkRequest, WalkResult } from "../../../shared/workspace/walk-request.ts";
import { walkTree } from "../../../shared/workspace/walk-tree.ts";
import { opened, type OpenedWorkspace } from "../../support/workspace.ts";

const { signal } = new AbortController();
const FLAT = { limit: 1_000, depth: 1 };
const HANDLES = process.platform === "linux";

function flat(
  { root }: OpenedWorkspace,
  parts: readonly string[] = [],
  request: Partial<WalkRequest> = {},
): Promise<WalkResult | undefined> {
  const base = join(root, ...parts);
  const job = {
    containment: "handles",
    root,
    base,
    parts,
    shown: ".",
    request: { ...FLAT, ...request },
  } as const;
  return listFlat(job, signal);
}

/** As a worker does it. */
function whole(
  { root }: OpenedWorkspace,
  parts: readonly string[] = [],
  request: Partial<WalkRequest> = {},
): WalkResult {
  const top = WalkDirectory.open(root, "handles");
  const base = WalkDirectory.open(join(root, ...parts), "handles");
  try {
    return walkTree({ root: top, base, parts }, { ...FLAT, ...request });
  } finally {
    base.close();
    top.close();
  }
}

describe.runIf(HANDLES)("a flat listing", () => {
  test("is what a worker finds, with ignore files above and of a repository within", async () => {
    await using ground = await opened({
      ".gitignore": "*.log\n/build/\n!keep.log\nlib/*.tmp\n",
      ".git/info/exclude": "secret*\n",
      "a.log": "",
      "keep.log": "",
      secrets: "",
      "build/x": "",
      "lib/.gitignore": "[ab]?\n!ab\n",
      "lib/aa": "",
      "lib/ab": "",
      "lib/x.tmp": "",
      "lib/sub/.git/HEAD": "",
      "lib/sub/a.log": "",
      "lib/sub/é": "",
    });
    await symlink("..", join(ground.root, "lib/up"));
    for (const parts of [[], ["lib"], ["lib", "sub"], ["build"]])
      for (const request of [{}, { gitignore: false }, { deny: [".git", "**/.x/y"] }, { limit: 2 }]) {
        expect(await flat(ground, parts, request)).toEqual(whole(ground, parts, request));
      }
  });

  test("goes on where a page ended", async () => {
    await using ground = await opened({ a: "", "b/c": "", "b-": "", d: "" });
    const first = await flat(ground, [], { limit: 2 });
    expect(first).toMatchObject({ total: 4, entries: [{ path: "a" }, { path: "b" }] });
    const rest = await flat(ground, [], { limit: 2, cursor: first?.cursor ?? "" });
    expect(rest?.entries.map(({ path }) => path)).toEqual(["b-", "d"]);
  });

  test("of a directory that is gone is no directory", async () => {
    await using ground = await opened({ a: "" });
    await expect(flat(ground, ["gone"])).rejects.toMatchObject({ code: "not_found" });
  });

  test.each<[string, Partial<WalkRequest>]>([
    ["a tree", { depth: 2 }],
    ["a walk without a depth", { depth: Infinity }],
    ["a caller's globs", { globs: ["*"] }],
    ["sizes", { facts: true }],
    ["an order by time", { sort: "mtime" }],
  ])("%s is a worker's work", async (_, request) => {
    await using ground = await opened({ a: "" });
    expect(await flat(ground, [], request)).toBeUndefined();
  });

  test("so are more than ten thousand entries, and a directory that may not be read", async () => {
    await using ground = await opened({ a: "", "many/x": "", "closed/x": "" });
    for (let at = 0; at < 10_000; at += 500) {
      const names = Array.from({ length: 500 }, (_, index) => join(ground.root, "many", `${at + index}`));
      await Promise.all(names.map((name) => writeFile(name, "")));
    }
    expect(await flat(ground, ["many"])).toBeUndefined();
    await chmod(join(ground.root, "closed"), 0o000);
    const closed = await flat(ground, ["closed"]);
    if (process.getuid?.() !== 0) expect(closed).toBeUndefined();
    await chmod(join(ground.root, "closed"), 0o700);
  });

  test("and ignore files that take long with so many names; nobody waits for them here", async () => {
    await using ground = await opened({ ".gitignore": `${"*a".repeat(200)}b\n`.repeat(50) });
    const names = Array.from({ length: 3_000 }, (_, index) => `${"a".repeat(200)}${index}`);
    await mkdir(join(ground.root, "deep"));
    await Promise.all(names.map((name) => writeFile(join(ground.root, "deep", name), "")));
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    expect(await flat(ground, ["deep"])).toBeUndefined();
    delay.disable();
    expect(delay.max / 1e6).toBeLessThan(1_500);
    expect(await flat(ground)).toMatchObject({ total: 2 });
  });

  test("any names and any short ignore file give what a worker finds", async () => {
    const name = fc.stringMatching(/^[a-c.é -]{1,4}$/u).filter((text) => !/^\.{1,2}$/u.test(text));
    const line = fc.stringMatching(/^[!/]?[a-c.*?[\]é -]{1,5}\/?$/u);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 8 }),
        fc.array(line, { maxLength: 4 }),
        async (names, lines) => {
          const files = Object.fromEntries(names.map((each) => [each, ""]));
          await using ground = await opened({ ...files, ".gitignore": lines.join("\n") });
          expect(await flat(ground)).toEqual(whole(ground));
        },
      ),
      { numRuns: 25 },
    );
  });
});

test("where paths are compared, a worker lists", async () => {
  await using ground = await opened({ a: "" });
  const { root } = ground;
  const job = { containment: "compare", root, base: root, parts: [], shown: ".", request: FLAT } as const;
  expect(await listFlat(job, signal)).toBeUndefined();
});
