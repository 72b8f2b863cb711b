import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { callable, type Called } from "../support/call-tool.ts";

let ws: Called;
beforeAll(async () => {
  ws = await callable(filesystem);
  for (const name of [
    "src/lib/a.ts",
    "src/lib/b.ts",
    "src/main.ts",
    "node_modules/x/index.js",
    ".git/config",
    "README.md",
  ])
    await write(ws.dir, name, "hello\n");
  await write(ws.dir, ".gitignore", "node_modules\n*.log\n");
  await write(ws.dir, "debug.log", "x");
  await symlink("src", join(ws.dir, "link"));
  execFileSync("mkfifo", [join(ws.dir, "pipe")]);
});
afterAll(() => ws[Symbol.asyncDispose]());

async function write(dir: string, name: string, content: string): Promise<void> {
  await mkdir(join(dir, name, ".."), { recursive: true });
  await writeFile(join(dir, name), content);
}

async function list(
  input: Record<string, unknown> = {},
  on = ws,
): Promise<{ header: string; lines: string[] }> {
  const [text = ""] = await on.texts("list_directory", input);
  const [header = "", ...lines] = text.split("\n");
  return { header, lines };
}

function cursorIn(header: string): string | undefined {
  return /go on with cursor ([\w-]+)/.exec(header)?.[1];
}

/** All pages, joined. */
async function walk(input: Record<string, unknown>, on = ws) {
  const all: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await list({ ...input, ...(cursor === undefined ? {} : { cursor }) }, on);
    all.push(...page.lines);
    cursor = cursorIn(page.header);
    pages += 1;
  } while (cursor !== undefined);
  return { all, pages };
}

test("lists a directory in order, with marks, and says how much is ignored", async () => {
  const { header, lines } = await list();
  expect(lines).toEqual([".gitignore", "README.md", "link@", "pipe|", "src/"]);
  expect(header).toBe("[.: entries 5; 2 ignored left out; @ link; | FIFO]");
});

test("shows what is ignored and .git when asked to", async () => {
  const { header, lines } = await list({ ignored: true });
  expect(lines).toEqual([
    ".git/",
    ".gitignore",
    "README.md",
    "debug.log",
    "link@",
    "node_modules/",
    "pipe|",
    "src/",
  ]);
  expect(header).not.toContain("ignored");
});

test("lists a tree in the form that takes less room", async () => {
  expect((await list({ path: "src", depth: 9 })).lines).toEqual(["lib/", " a.ts", " b.ts", "main.ts"]);
});

test("gives sizes when asked to", async () => {
  expect((await list({ path: "src", sizes: true })).lines).toEqual(["lib/", "main.ts  6"]);
});

test("of very many, names that hold spaces are quoted, since several stand on a line", async () => {
  await using many = await callable(filesystem);
  for (let index = 0; index < 1_001; index++) await writeFile(join(many.dir, `f${index}`), "");
  await writeFile(join(many.dir, "two words"), "");
  const { lines } = await list({ limit: 2_000 }, many);
  expect(lines.length).toBe(101);
  expect(lines.at(-1)).toMatch(/ "two words"$/);
});

test("an empty directory is said to hold nothing", async () => {
  await mkdir(join(ws.dir, "src/empty"), { recursive: true });
  expect(await list({ path: "src/empty" })).toEqual({ header: "[src/empty: entries 0]", lines: [] });
  await rm(join(ws.dir, "src/empty"), { recursive: true });
});

test("a name with a line break takes one line", async () => {
  await write(ws.dir, "odd/a\nb", "");
  await write(ws.dir, "odd/ space ", "");
  expect((await list({ path: "odd" })).lines).toEqual(['" space "', '"a\\nb"']);
  await rm(join(ws.dir, "odd"), { recursive: true });
});

describe("a directory of 100,000 entries", () => {
  let dir: string;
  let big: Called;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "plumb-big-"));
    execFileSync("sh", ["-c", "seq -f 'entry-%06g.txt' 1 100000 | xargs -n 5000 touch"], { cwd: dir });
    big = await callable(filesystem, { roots: [dir] });
  });
  afterAll(async () => {
    await big[Symbol.asyncDispose]();
    await rm(dir, { recursive: true });
  });

  test("comes in pages within the budget that give every entry once, in order", async () => {
    const { all: rows, pages } = await walk({ limit: 20_000, budget: 200_000 }, big);
    const all = rows.flatMap((row) => row.split(" "));
    expect(pages).toBeGreaterThan(5);
    expect(all.length).toBe(100_000);
    expect(all).toEqual(all.toSorted());
    expect(new Set(all).size).toBe(100_000);
  });

  test("says the total, and first of all that it is partial", async () => {
    const { header, lines } = await list({}, big);
    expect(header).toMatch(/^\[partial: \.: entries 1-1000 of 100000; go on with cursor [\w-]+\]$/);
    expect(lines.length).toBe(1000);
  });

  test("takes little more than the names for 5,000 entries", async () => {
    const [text = ""] = await big.texts("list_directory", { limit: 5_000, budget: 86_000 });
    expect(text.match(/entry-\d{6}\.txt/g)?.length).toBe(5_000);
    // 16 characters of each name, and what it takes on the wire.
    expect(JSON.stringify(text).length).toBeLessThanOrEqual(5_000 * 17 + 600);
  });
});

test("the pages of any tree, joined, are the tree", async () => {
  const name = fc.constantFrom("a", "b", "a.b", "é", "Z", "long-name-of-a-thing", "x y");
  const path = fc
    .array(name, { minLength: 1, maxLength: 4 })
    .map((names) => names.map((part, depth) => `${part}${depth}`).join("/"));
  const tree = fc.array(path, { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(
      tree,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 300, max: 900 }),
      async (paths, limit, budget) => {
        await using tree = await callable(filesystem);
        for (const path of paths) await mkdir(join(tree.dir, path), { recursive: true });
        const whole = await list({ depth: 9, limit: 1000, budget: 100_000 }, tree);
        const paged = await walk({ depth: 9, limit, budget }, tree);
        expect(expand(paged.all)).toEqual(expand(whole.lines));
        const expected = new Set(
          paths.flatMap((path) =>
            path.split("/").map((_, index, all) => `${all.slice(0, index + 1).join("/")}/`),
          ),
        );
        expect(new Set(expand(whole.lines))).toEqual(expected);
      },
    ),
    { numRuns: 40 },
  );
});

/** Whole paths from either form, without the directories that a later page repeats. */
function expand(lines: readonly string[]): string[] {
  const open: string[] = [];
  return lines.flatMap((line) => {
    const depth = line.length - line.trimStart().length;
    const repeated = line.endsWith("/ …");
    const own = line.trim().replace(/ …$/, "");
    open.length = depth;
    const path = open.join("") + own;
    open.push(own);
    return repeated ? [] : [path];
  });
}

test("says in our words what is wrong", async () => {
  expect(await ws.failure("list_directory", { path: "scr" })).toBe(
    "not_found: there is nothing at scr\nhint: Did you mean src?",
  );
  expect(await ws.failure("list_directory", { path: "README.md" })).toMatch(
    /^invalid_input: README.md is a file/,
  );
  expect(await ws.failure("list_directory", { cursor: "nonsense" })).toMatch(/^invalid_input: .*cursor/);
  expect(await ws.failure("list_directory", { dept: 2 })).toMatch(/"dept" is not an argument \(depth\?\)/);
});
