import { describe, expect, test } from "vitest";
import { person, type Person } from "./command-line.ts";
import { onTerminal } from "./on-terminal.ts";

async function withCode(): Promise<Person> {
  const me = await person();
  await me.write(
    "project/src/session.ts",
    "/** Removes old sessions. */\nexport function sweep(): void {}\n",
  );
  await me.write("project/other/cart.py", "def total_price(items):\n    return sum(items)\n");
  return me;
}

test("search waits for the index and prints what answers, without colours", async () => {
  await using me = await withCode();
  const ran = await me.plumbline(["search", "where", "are", "old sessions", "removed"]);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toMatch(
    /^\[\d results?, best first; 2 files indexed[^\n]*\]\n\nsrc\/session\.ts:1-2 sweep\n\/\*\* Removes old sessions\. \*\/\n/u,
  );
  expect(ran.stdout).not.toContain("\u001B");
});

test("search looks where it is told, and for no more than asked", async () => {
  await using me = await withCode();
  const there = await me.plumbline(["search", "total price", "--path", "other", "--limit", "1"]);
  expect(there).toMatchObject({ code: 0, stderr: "" });
  expect(there.stdout).toMatch(/^\[1 result, [^\n]*\]\n\nother\/cart\.py:1-2 total_price\n/u);
  const elsewhere = await me.plumbline(["search", "total price", "--path", "src"]);
  expect(elsewhere.stdout).not.toContain("cart.py");
});

test.skipIf(onTerminal === undefined)(
  "on a terminal places have colours, unless nobody wants them",
  async () => {
    await using me = await withCode();
    await me.write(
      "project/src/evil.ts",
      "// sessions \u001B[2Jclear the screen\nexport const sessions = 1;\n",
    );
    const shown = await onTerminal?.(me, "search sessions");
    expect(shown?.code).toBe(0);
    expect(shown?.output).toContain("\u001B[32msrc/session.ts\u001B[0m:\u001B[33m1-2\u001B[0m");
    expect(shown?.output).not.toContain("\u001B[2J");
    const plain = await onTerminal?.(me, "search sessions", { env: { NO_COLOR: "1" } });
    expect(plain?.output).not.toContain("\u001B[32m");
  },
);

const BAD: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["no question", ["search"], /^plumbline: missing required argument 'words'\n$/u],
  ["a blank question", ["search", " "], /^invalid_input: [^\n]*query[^\n]*(?:\nhint: [^\n]*)?\n$/u],
  ["a limit that is none", ["search", "x", "--limit", "many"], /^[^\n]*limit[^\n]*(?:\nhint: [^\n]*)?\n$/u],
  ["no results wanted", ["search", "x", "--limit", "0"], /^[^\n]*limit[^\n]*(?:\nhint: [^\n]*)?\n$/u],
  ["a path outside", ["search", "x", "--path", "/"], /^denied: [^\n]*(?:\nhint: [^\n]*)?\n$/u],
  ["an unknown option", ["search", "x", "--langage", "ts"], /^plumbline: unknown option '--langage'\n$/u],
  [
    "an unknown embedder",
    ["search", "x", "--search-embedder", "magic"],
    /^[^\n]*embedder[^\n]*(?:\n[^\n]*)?\n$/u,
  ],
];

describe.each(BAD)("%s", (_, args, says) => {
  test("is refused in a line on stderr", async () => {
    await using me = await withCode();
    const ran = await me.plumbline(args);
    expect(ran).toMatchObject({ stdout: "", stderr: expect.stringMatching(says) });
    expect(ran.code).not.toBe(0);
  });
});

test.each([
  ["embedder", "endpoint"],
  ["ggufFile", "/tmp/model.gguf"],
  ["endpointUrl", "https://example.com/v1"],
  ["endpointModel", "m"],
  ["endpointKeyVariable", "TOKEN"],
])("no project chooses where its code is sent or what is run on it: %s", async (key, value) => {
  await using me = await withCode();
  await me.write("project/.plumbline/config.json", JSON.stringify({ search: { [key]: value } }));
  const ran = await me.plumbline(["search", "sessions"]);
  expect(ran.code).not.toBe(0);
  expect(ran.stderr).toContain(`"search.${key}" is for you alone to set, not for a project`);
});
