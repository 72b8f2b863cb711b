import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import filesystem from "../../servers/filesystem/server.ts";
import { callable, type Called } from "../support/call-tool.ts";

let ws: Called;
beforeAll(async () => {
  ws = await callable(filesystem);
  await writeFile(join(ws.dir, "one.txt"), "1\n");
  await writeFile(join(ws.dir, "two.txt"), "2\n2\n");
  await writeFile(join(ws.dir, "large.txt"), "a line of a large file\n".repeat(10_000));
  await writeFile(join(ws.dir, "data.bin"), Buffer.alloc(10));
});
afterAll(() => ws[Symbol.asyncDispose]());

test("gives each file under its name, in the order asked for", async () => {
  expect(await ws.texts("read_files", { paths: ["two.txt", "one.txt"] })).toEqual([
    expect.stringMatching(/^\[two\.txt: whole file, 2 lines, 4 bytes, hash \w{16}\]$/),
    "2\n2\n",
    expect.stringMatching(/^\[one\.txt: whole file, 1 line, 2 bytes, hash \w{16}\]$/),
    "1\n",
  ]);
});

test("shares one budget: small files whole, the rest to the large ones, with a cursor that read_file takes", async () => {
  const parts = await ws.texts("read_files", { paths: ["large.txt", "one.txt", "two.txt"], budget: 5_000 });
  const size = parts.join("").length;
  expect(size).toBeLessThanOrEqual(5_000);
  expect(size).toBeGreaterThan(4_000);
  expect(parts.slice(2)).toEqual([
    expect.stringMatching(/^\[one/),
    "1\n",
    expect.stringMatching(/^\[two/),
    "2\n2\n",
  ]);
  const cursor = /cursor ([\w-]+)/.exec(parts[0] ?? "")?.[1];
  const [header] = await ws.texts("read_file", { path: "large.txt", cursor });
  expect(header).toMatch(/^\[partial: lines \d+-\d+ of 10000/);
});

test("a file that cannot be read is told in its own part", async () => {
  const parts = await ws.texts("read_files", { paths: ["three.txt", "one.txt", "../x", "data.bin", "."] });
  expect(parts).toEqual([
    expect.stringMatching(/^\[three\.txt: not_found: there is nothing at three\.txt; .*\]$/),
    expect.stringMatching(/^\[one/),
    "1\n",
    expect.stringMatching(/^\[\.\.\/x: denied: the path is outside the roots/),
    expect.stringMatching(/^\[data\.bin: binary: unknown kind, 10 bytes/),
    expect.stringMatching(/^\[\.: invalid_input: /),
  ]);
});

test.each([200, 400, 900, 2_000, 20_000])(
  "fifty files keep to a budget of %d, and none is passed over in silence",
  async (budget) => {
    const paths = Array.from({ length: 50 }, () => "large.txt");
    const parts = await ws.texts("read_files", { paths, budget });
    expect(parts.join("").length).toBeLessThanOrEqual(budget);
    const shown = parts.filter((part) => part.startsWith("[large.txt: ")).length;
    const missing = Number(/no room for (\d+) of the files/.exec(parts[0] ?? "")?.[1] ?? 0);
    expect(shown + missing).toBe(50);
  },
);
