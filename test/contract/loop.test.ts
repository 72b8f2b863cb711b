import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { catalog } from "../../servers/catalog.ts";
import { callable, type Called } from "../support/call-tool.ts";

/** A pattern that blocks takes seconds or for ever; a shared machine alone rarely takes a tenth of this. */
const BOUND_MS = 1_500;

const HOSTILE: readonly string[] = [
  "(a+)+$",
  "(a|aa)+b",
  "(x+x+)+y",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  "(.*a){40}",
  "a{1000}{1000}{1000}",
  "\\d".repeat(2_000),
  "*a".repeat(400),
  "**/".repeat(300) + "x",
  "+(+(+(+(a|b)|c)|d)|e)z",
  "@(a|@(b|@(c|@(d|@(e|@(f|@(g|@(h))))))))",
  "{a,b}".repeat(200),
  "{" + "a,".repeat(5_000) + "}",
  "{1..999999999}",
  "!(!(!(!(a)*)*)*)*",
  "?".repeat(5_000),
  "[".repeat(5_000),
  "\\".repeat(4_001),
  "a".repeat(1_000_000),
  "../".repeat(20_000),
  "\u202e\u0000\uffff",
];

const servers = await Promise.all(Object.values(catalog).map((load) => load()));

/** Files that make a backtracking matcher despair, and an ignore file that does. */
async function plant(dir: string): Promise<void> {
  const long = "a".repeat(200);
  await writeFile(
    join(dir, ".gitignore"),
    [`${"*a".repeat(100)}b`, `${"**/".repeat(100)}z`, "[".repeat(900)].join("\n"),
  );
  await writeFile(join(dir, "long.txt"), `${"a".repeat(30_000)}\n`.repeat(20));
  await writeFile(join(dir, long), "x".repeat(10_000));
  let deep = dir;
  for (let depth = 0; depth < 12; depth++) {
    deep = join(deep, `${"a".repeat(60)}${depth}`);
    await mkdir(deep);
    await writeFile(join(deep, long), "aaaa\n");
  }
}

/** Every call that puts one hostile text into one argument, the others filled with what is harmless. */
function hostileCalls({
  endpoints,
}: Called): { readonly name: string; readonly input: Record<string, unknown> }[] {
  return endpoints.flatMap(({ tool }) => {
    const { properties = {}, required = [] } = z.toJSONSchema(tool.input, { io: "input" });
    const harmless = Object.fromEntries(required.map((key) => [key, fill(properties[key], "a")]));
    return Object.entries(properties)
      .filter(([, property]) => isText(property))
      .flatMap(([key, property]) =>
        HOSTILE.map((text) => ({ name: tool.name, input: { ...harmless, [key]: fill(property, text) } })),
      );
  });
}

function isText(property: unknown): boolean {
  return /"type":"string"/.test(JSON.stringify(property)) && !/"enum"/.test(JSON.stringify(property));
}

function fill(property: unknown, text: string): unknown {
  return /"type":"array"/.test(JSON.stringify(property)) ? [text] : text;
}

describe.each(servers.map((server) => [server.name, server] as const))("the %s server", (_name, server) => {
  test("lets other calls through while hostile text is matched", { timeout: 300_000 }, async () => {
    await using called = await callable(server);
    await plant(called.dir);
    const calls = hostileCalls(called);
    expect(calls.length).toBeGreaterThan(HOSTILE.length);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const slow: string[] = [];
    for (const { name, input } of calls) {
      delay.reset();
      delay.enable();
      const answer = await called.call(name, input, AbortSignal.timeout(3_000));
      delay.disable();
      expect(answer.error, JSON.stringify(input).slice(0, 200)).not.toBe("internal");
      const worst = delay.max / 1e6;
      if (worst > BOUND_MS)
        slow.push(`${name} ${JSON.stringify(input).slice(0, 120)}: ${Math.round(worst)} ms`);
    }
    expect(slow).toEqual([]);
  });
});
