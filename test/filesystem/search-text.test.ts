import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ToolError } from "../../shared/errors.ts";
import filesystem from "../../servers/filesystem/server.ts";
import { fullForm } from "../../servers/filesystem/search-forms.ts";
import { openGround } from "../../servers/filesystem/search-ground.ts";
import { searchPage } from "../../servers/filesystem/search-page.ts";
import { Watch } from "../../shared/workspace/watch.ts";
import { freshCall, person } from "../support/calls.ts";
import { callable, type Called } from "../support/call-tool.ts";

let ws: Called;
beforeAll(async () => {
  ws = await callable(filesystem);
  await write(ws, "src/a.ts", "one\nneedle here\nthree\nfour\nneedle again\nsix\n");
  await write(ws, "src/lib/b.ts", "a Needle\r\nwith CRLF needle\r\n");
  await write(ws, "docs/readme.md", "no such thing\n");
  await write(ws, ".github/ci.yml", "needle: hidden\n");
  await write(ws, ".git/config", "needle\n");
  await write(ws, "build/out.js", "needle\n");
  await write(ws, ".gitignore", "build\n");
});
afterAll(() => ws[Symbol.asyncDispose]());

async function write(on: Called, name: string, content: string | Buffer): Promise<void> {
  await mkdir(join(on.dir, name, ".."), { recursive: true });
  await writeFile(join(on.dir, name), content);
}

async function search(input: Record<string, unknown>, on = ws): Promise<string> {
  return (await on.texts("search_text", input))[0] ?? "";
}

function cursorIn(text: string): string | undefined {
  return /go on with cursor ([\w-]+)/.exec(text.split("\n")[0] ?? "")?.[1];
}

test("gives matching lines below their files, hidden ones too, ignored ones not", async () => {
  expect(await search({ pattern: "needle" })).toBe(
    [
      "[.: 4 matching lines in 3 files]",
      ".github/ci.yml",
      "1:needle: hidden",
      "src/a.ts",
      "2:needle here",
      "5:needle again",
      "src/lib/b.ts",
      "2:with CRLF needle",
    ].join("\n"),
  );
});

test("gives lines around each match, none twice", async () => {
  const text = await search({ pattern: "needle", path: "src/a.ts", context: 1 });
  expect(text.split("\n").slice(1)).toEqual([
    "src/a.ts",
    "1-one",
    "2:needle here",
    "3-three",
    "4-four",
    "5:needle again",
    "6-six",
  ]);
  const apart = await search({ pattern: "one|six", path: "src/a.ts", context: 1 });
  expect(apart.split("\n").slice(2)).toEqual(["1:one", "2-needle here", "--", "5-needle again", "6:six"]);
});

test.each([
  ["a file", { path: "src/a.ts" }, ["src/a.ts"]],
  ["a directory", { path: "src" }, ["src/a.ts", "src/lib/b.ts"]],
  ["globs", { globs: ["*.ts", "!lib/**"], path: "src" }, ["src/a.ts"]],
  ["globs as other tools take them", { globs: ["./src/lib/"] }, ["src/lib/b.ts"]],
  ["ignored files", { ignored: true, globs: ["*.js"] }, ["build/out.js"]],
  [".git never", { ignored: true, globs: [".git/**", "config"] }, []],
])("searches %s", async (_name, input, expected) => {
  const text = await search({ pattern: "needle", mode: "files", ...input });
  expect(text.split("\n").slice(1)).toEqual(expected);
});

test.each([
  [{ pattern: "NEEDLE", ignoreCase: true }, "5 matching lines in 3 files"],
  [{ pattern: "needle$" }, "1 matching lines in 1 file"],
  [{ pattern: "such.*thing" }, "1 matching lines in 1 file"],
  [{ pattern: "such.*thing", literal: true }, "no matching lines"],
  [{ pattern: "here\\nthree", multiline: true }, "2 matching lines in 1 file"],
  [{ pattern: "-needle" }, "no matching lines"],
])("%j finds %s", async (input, expected) => {
  expect((await search(input)).split("\n")[0]).toBe(`[.: ${expected}]`);
});

test("an ignore file above the repository, or above the root, ignores nothing here", async () => {
  await using place = await callable(filesystem);
  await write(place, ".gitignore", "*\n");
  for (const [name, repository] of [
    ["with", true],
    ["without", false],
  ] as const) {
    await write(place, `${name}/sub/keep.txt`, "needle\n");
    await write(place, `${name}/sub/skip.txt`, "needle\n");
    await write(place, `${name}/sub/.gitignore`, "skip.txt\n");
    if (repository) await mkdir(join(place.dir, name, ".git"));
    await using below = await callable(filesystem, { roots: [join(place.dir, name)] });
    for (const path of [".", "sub"])
      expect(await search({ pattern: "needle", mode: "files", path }, below)).toBe(
        `[${path}: 1 matching files]\nsub/keep.txt`,
      );
  }
});

test("counts by file", async () => {
  expect(await search({ pattern: "needle", mode: "count" })).toBe(
    "[.: 3 matching files]\n.github/ci.yml: 1\nsrc/a.ts: 2\nsrc/lib/b.ts: 1",
  );
});

test("shows a long line around its match, and never more than is asked for", async () => {
  await using place = await callable(filesystem);
  await write(place, "min.js", `${"x".repeat(9_000)}needle${"y".repeat(16 * 1024 * 1024)}\nneedle é\n`);
  const text = await search({ pattern: "needle" }, place);
  expect(text).toMatch(/\n1:…x{100}needley{294}…\n2:needle é$/);
});

test("gives less and less of what has no room, and says so first", async () => {
  await using place = await callable(filesystem);
  for (let index = 0; index < 30; index++)
    await write(
      place,
      `dir/file-${index}.txt`,
      "a needle in a long line of hay that takes much room\n".repeat(6),
    );
  const forms = await Promise.all(
    [20_000, 3_000, 900, 200].map((budget) => search({ pattern: "needle", budget }, place)),
  );
  expect(forms.map((form) => form.length <= 20_000)).not.toContain(false);
  expect(forms.map((form) => form.split("\n")[0])).toEqual([
    "[.: 180 matching lines in 30 files]",
    "[partial: .: 180 matching lines in 30 files; lines left out for want of budget]",
    "[partial: .: 180 matching lines in 30 files; only counts for want of budget]",
    "[partial: .: 180 matching lines in 30 files; no room for paths for want of budget]",
  ]);
  expect(forms[1]).toContain("\ndir/file-0.txt: 1, 2, 3, 4, 5, 6\n");
  expect(forms[2]).toContain("\ndir/file-0.txt: 6\n");
});

describe("pages", () => {
  test("joined give every match once, in every mode", async () => {
    const files = fc.array(fc.array(fc.constantFrom("needle", "hay", "a needle é"), { maxLength: 8 }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(
        files,
        fc.constantFrom("lines", "files", "count"),
        fc.integer({ min: 1, max: 5 }),
        async (files, mode, limit) => {
          await using place = await callable(filesystem);
          for (const [index, lines] of files.entries())
            await write(place, `d${index % 2}/f${index}`, lines.join("\n"));
          const whole = await search({ pattern: "needle", mode }, place);
          const pages: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await search(
              { pattern: "needle", mode, limit, ...(cursor === undefined ? {} : { cursor }) },
              place,
            );
            pages.push(...hits(page, mode));
            cursor = cursorIn(page);
          } while (cursor !== undefined);
          expect(pages).toEqual(hits(whole, mode));
        },
      ),
      { numRuns: 25 },
    );
  });

  test("say which part of how many they are", async () => {
    const first = await search({ pattern: "needle", limit: 3 });
    expect(first).toMatch(/^\[partial: \.: matching lines 1-3 of 4; go on with cursor [\w-]+\]/);
    const second = await search({ pattern: "needle", limit: 3, cursor: cursorIn(first) });
    expect(second).toBe("[.: matching lines 4-4 of 4]\nsrc/lib/b.ts\n2:with CRLF needle");
  });

  test("of far too many matches stop when they are full", async () => {
    await using place = await callable(filesystem);
    for (const name of ["a", "b"]) await write(place, name, "needle\n".repeat(15_000));
    const first = await search({ pattern: "needle", limit: 10 }, place);
    expect(first).toMatch(/^\[partial: \.: matching lines 1-10 of more than 11; go on/);
    const second = await search({ pattern: "needle", limit: 10, cursor: cursorIn(first) }, place);
    expect(second.split("\n").slice(1, 3)).toEqual(["a", "11:needle"]);
    const alone = await search({ pattern: "needle", path: "a", limit: 5 }, place);
    expect(alone).toMatch(/^\[partial: a: matching lines 1-5 of more than 2005/);
    await write(place, "c/alone", "needle\n".repeat(30_000));
    expect(
      (await search({ pattern: "needle", path: "c/alone", limit: 2 }, place)).split("\n").slice(1),
    ).toEqual(["c/alone", "1:needle", "2:needle"]);
    await rm(join(place.dir, "c"), { recursive: true });
    const counts = await search({ pattern: "needle", mode: "count" }, place);
    expect(counts.split("\n").slice(1)).toEqual(["a: 15000", "b: 15000"]);
  });
});

/** The matches of a page, each with its file; in the other modes, the files. */
function hits(page: string, mode: string): string[] {
  const lines = page.split("\n").slice(1);
  if (mode !== "lines") return lines;
  let file = "";
  return lines.flatMap((line) => {
    if (/^\d+:/.test(line)) return [`${file}:${line}`];
    file = line;
    return [];
  });
}

describe("encodings", () => {
  test.each([
    ["UTF-8 with BOM", Buffer.from("\ufefffirst\nneedle é\nlast\n")],
    ["UTF-16LE with BOM", Buffer.from("\ufefffirst\nneedle é\nlast\n", "utf16le")],
    ["UTF-16BE with BOM", Buffer.from("\ufefffirst\nneedle é\nlast\n", "utf16le").swap16()],
    ["latin-1", Buffer.from("first\nneedle \xe9\nlast\n", "latin1")],
  ])("%s", async (_name, bytes) => {
    await using place = await callable(filesystem);
    await write(place, "a.txt", bytes);
    for (const path of [".", "a.txt"])
      expect((await search({ pattern: "needle", path, context: 1 }, place)).split("\n").slice(1)).toEqual([
        "a.txt",
        "1-first",
        "2:needle é",
        "3-last",
      ]);
  });

  test("a binary file is passed over, and one that turns binary late does not spoil the others", async () => {
    await using place = await callable(filesystem);
    await write(place, "a.bin", Buffer.from("\0\0needle\n"));
    await write(place, "b.bin", Buffer.from(`needle early\n${"x\n".repeat(100_000)}\0needle late\n`));
    await write(place, "c.txt", "needle\n");
    await write(place, "d\nneedle.txt", "needle in an odd name\n");
    const text = await search({ pattern: "needle" }, place);
    expect(text).toContain("\nc.txt\n1:needle");
    expect(text).toContain("1:needle in an odd name");
    expect(text).not.toContain("late");
  });
});

test("what was found when the time is up is given, and that it is not all", async () => {
  await using place = await callable(filesystem);
  await write(place, "big.txt", "needle\n".repeat(2_000_000));
  const { signal } = new AbortController();
  const access = { signal, permit: () => {} };
  const by = { tool: "filesystem.search_text", call: "c" };
  const context = { ...freshCall(), client: person, by, access, workspace: place.workspace };
  await using ground = await openGround(".", { ...context, watch: new Watch(place.workspace) });
  const request = {
    pattern: "needle",
    literal: true,
    ignoreCase: false,
    multiline: false,
    globs: [],
    ignored: false,
  };
  const result = await searchPage(
    ground,
    { ...request, mode: "lines", context: 0, limit: 10, room: 1_000 },
    { signal, deadline: AbortSignal.timeout(5) },
  );
  expect(result.stopped).toBe(true);
  expect(fullForm(result)).toMatch(/^\[partial: \.: .*; stopped for time: narrow path or globs/);
});

test("finding nothing is said", async () => {
  expect(await search({ pattern: "nowhere to be found", path: "src" })).toBe("[src: no matching lines]");
});

test("a pattern or glob that is wrong is told in our words, with ripgrep's as details", async () => {
  const failure = await ws.failure("search_text", { pattern: "needle(" });
  expect(failure).toMatch(
    /^invalid_input: ripgrep does not understand the pattern\nhint: .*literal.*\ndetails/,
  );
  expect(failure).toContain("unclosed group");
  expect(await ws.failure("search_text", { pattern: "a\nb" })).toMatch(/^invalid_input/);
  expect(await ws.failure("search_text", { pattern: "a\0b" })).toMatch(/^invalid_input/);
  expect(await ws.failure("search_text", { pattern: "a", globs: ["{a"] })).toMatch(
    /^invalid_input: one of the globs/,
  );
  expect(await ws.failure("search_text", { pattern: "a", path: "sr" })).toMatch(
    /^not_found: .*\nhint: Did you mean src\?/,
  );
});

test("files that policy protects leave no trace, not even in the counts", async () => {
  await using place = await callable(filesystem, {
    permit: ({ relative }, intent) => {
      if (intent === "read" && relative.endsWith(".env")) throw new ToolError("denied", "secret");
    },
  });
  await write(place, ".env", "KEY=hunter2\n");
  await write(place, "a.txt", "KEY\n");
  expect(await search({ pattern: "KEY" }, place)).toBe("[.: 1 matching lines in 1 file]\na.txt\n1:KEY");
  expect(await search({ pattern: "hunter2" }, place)).toBe("[.: no matching lines]");
  expect(await search({ pattern: "hunter2", mode: "count" }, place)).toBe("[.: no matching files]");
});

test("a link is not followed out of the root", async () => {
  const outside = await mkdtemp(join(tmpdir(), "outside-"));
  await writeFile(join(outside, "secret.txt"), "needle outside\n");
  await using place = await callable(filesystem);
  await symlink(outside, join(place.dir, "link"));
  await symlink(join(outside, "secret.txt"), join(place.dir, "file"));
  expect(await search({ pattern: "needle" }, place)).toBe("[.: no matching lines]");
  expect(await place.failure("search_text", { pattern: "needle", path: "link" })).toMatch(/^denied/);
  expect(await place.failure("search_text", { pattern: "needle", path: "file" })).toMatch(/^denied/);
  await rm(outside, { recursive: true });
});

test("a cancelled search leaves no ripgrep behind, and hostile patterns do not block the loop", async () => {
  await using place = await callable(filesystem);
  await write(place, "big.txt", "abcdefghij".repeat(3_000_000));
  const controller = new AbortController();
  const running = place.call("search_text", { pattern: "(a|b|ab)*c{1,500}(x+x+)+y" }, controller.signal);
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 10);
  setTimeout(() => controller.abort(), 300);
  await running;
  clearInterval(timer);
  expect(longest).toBeLessThan(1_000);
  const left = execFileSync("sh", ["-c", `pgrep -f -- '-e \\(a\\|b\\|ab' || true`]).toString();
  expect(
    left
      .trim()
      .split("\n")
      .filter((pid) => pid !== "" && isRipgrep(pid)),
  ).toEqual([]);
});

function isRipgrep(pid: string): boolean {
  try {
    return (
      execFileSync("cat", [`/proc/${pid}/comm`])
        .toString()
        .trim() === "rg"
    );
  } catch {
    return false;
  }
}
