import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import search from "../../servers/search/server.ts";
import { encodeCursor } from "../../shared/cursor.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { shownBy } from "../support/calls.ts";
import { indexWorkers } from "../support/index-workers.ts";
import { temporary } from "../support/workspace.ts";

/** Of this process's processor, for one call. */
const MOST_MS = 250;
const FILES = Object.fromEntries(
  Array.from({ length: 60 }, (_, at) => [
    `src/f${at}.ts`,
    `/** Keeps thing ${at}. TODO */\n// TODO: later\nexport function keepThing${at}(): void { keepThing${(at + 1) % 60}(); }\n`,
  ]),
);

const QUERIES = [
  "a".repeat(10_000),
  "word ".repeat(2_000),
  "keepThing ".repeat(1_000),
  "aB".repeat(5_000),
  "a_".repeat(5_000),
  "a.".repeat(5_000),
  "(".repeat(10_000),
  `${'"'.repeat(5_000)}x${'"'.repeat(4_999)}`,
  "`".repeat(10_000),
  "::".repeat(5_000),
  "->a".repeat(3_000),
  "(a+)+$ (.*a){40}b",
  "\\",
  "the of and is to in",
  "?!.,;:-()[]{}",
  "  \t\n ",
  "\u0000",
  "\ud800 lone",
  "🙂🙃 👩‍👩‍👧 🏳️‍🌈",
  "שלום עולם مرحبا",
  "\u202Ereversed",
  "数据库 连接 を開く",
  'keep* AND "thing" NEAR/3 -x NOT (a OR b)',
  "'; DROP TABLE files; --",
  "%' OR 1=1 --",
  "__proto__ constructor toString hasOwnProperty",
  "%_%".repeat(3_000),
  "e\u0301".repeat(5_000),
];

const CURSORS = [
  "x",
  "",
  "WzFd".repeat(10_000),
  ...[
    [1e308],
    [-1],
    [0.5],
    ["1"],
    [null],
    {},
    [[0]],
    [Number.MAX_SAFE_INTEGER],
    [0, Number.MAX_SAFE_INTEGER],
    [1, 2, 3],
    { 0: 1 },
  ].map(encodeCursor),
  encodeCursor("__proto__"),
];

async function indexed(root: string): Promise<Called> {
  const called = await callable(search, { roots: [root], options: { embedder: "none" } });
  await called.texts("index_status", { wait: true });
  return called;
}

async function cheaply(
  called: Called,
  name: string,
  input: Readonly<Record<string, unknown>>,
): Promise<string> {
  const before = process.cpuUsage();
  const answer = await called.call(name, input);
  const { user, system } = process.cpuUsage(before);
  const where = `${name} ${JSON.stringify(input).slice(0, 120)}: ${shownBy(answer).slice(0, 300)}`;
  expect(answer.error, where).not.toBe("internal");
  expect((user + system) / 1_000, where).toBeLessThan(MOST_MS);
  return answer.error ?? "answered";
}

test(
  "questions of every kind are answered or refused, and hold nobody up",
  { timeout: 240_000 },
  async () => {
    await using ground = await temporary(FILES);
    await using called = await indexed(ground.root);
    // what is compiled and read the first time is not the question's
    for (const [tool, input] of [
      ["search_code", { query: "keep" }],
      ["find_symbol", { name: "keep" }],
      ["explore", { query: "keep" }],
      ["map_repository", { query: "keep" }],
      ["impact", { symbol: "keepThing1" }],
      ["find_references", { symbol: "keepThing1" }],
    ] as const)
      await called.call(tool, input);
    for (const query of QUERIES) {
      await cheaply(called, "search_code", { query });
      await cheaply(called, "find_symbol", { name: query });
      await cheaply(called, "find_references", { symbol: query });
      await cheaply(called, "impact", { symbol: query });
      await cheaply(called, "explore", { query });
      await cheaply(called, "map_repository", { query });
      await cheaply(called, "list_dependencies", { name: query });
      await cheaply(called, "impact", { from: query });
    }
    expect(await cheaply(called, "search_code", { query: "keepThing7" })).toBe("answered");
  },
);

test(
  "cursors that no answer gave are refused, or end behind the last page",
  { timeout: 120_000 },
  async () => {
    await using ground = await temporary(FILES);
    await using called = await indexed(ground.root);
    for (const [tool, input] of [
      ["search_code", { query: "keep thing" }],
      ["find_symbol", { name: "keepThing" }],
      ["find_references", { symbol: "keepThing1" }],
      ["find_references", { symbol: "keepThing1", direction: "callers" }],
      ["outline", { path: "src" }],
      ["impact", { symbol: "keepThing1" }],
      ["list_todos", {}],
      ["list_dependencies", {}],
    ] as const)
      for (const cursor of CURSORS) {
        const answer = await called.call(tool, { ...input, cursor });
        expect([undefined, "invalid_input"], `${tool} ${cursor.slice(0, 60)}`).toContain(answer.error);
      }
  },
);

describe("the process that parses", () => {
  test(
    "may be killed at any time: calls are answered, there is one at most, and none at the end",
    { timeout: 120_000 },
    async () => {
      await using ground = await temporary(FILES);
      {
        await using called = await callable(search, { roots: [ground.root], options: { embedder: "none" } });
        const { signal, abort } = stopper();
        const killed = new Set<number>();
        const killing = (async () => {
          while (!signal.aborted) {
            // a killed one may take a moment to be gone
            const found = indexWorkers("living").filter((pid) => !killed.has(pid));
            expect(found.length).toBeLessThanOrEqual(1);
            for (const pid of found) {
              killed.add(pid);
              kill(pid);
            }
            await sleep(100 + Math.random() * 400);
          }
        })();
        // what it finds wrong is told below, and not as nobody's until then
        killing.catch(() => undefined);
        try {
          for (let turn = 0; turn < 10; turn++) {
            const answers = await Promise.all([
              called.call("search_code", { query: "keep thing" }),
              called.call("find_symbol", { name: "keepThing3" }),
              called.call("outline", { path: "src" }),
              called.call("list_todos", {}),
            ]);
            for (const answer of answers) expect(answer.error, shownBy(answer)).not.toBe("internal");
          }
        } finally {
          abort();
        }
        await killing;
        const status = (await called.texts("index_status", { wait: true })).join("");
        expect(status).toContain(`[.: complete; ${Object.keys(FILES).length} files indexed]`);
        // none of them did anything to the parser
        for (const at of Object.keys(FILES).keys()) {
          const found = await called.texts("find_symbol", { name: `keepThing${at}` });
          expect(found.join("")).toContain(`src/f${at}.ts:3`);
        }
      }
      await expect.poll(() => indexWorkers("all"), { timeout: 5_000 }).toEqual([]);
    },
  );
});

function stopper(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it ended by itself
  }
}
