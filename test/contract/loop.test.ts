import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
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

/** A file with content. */
const LONG = "long.txt";

/** Files that make a backtracking matcher despair, and an ignore file that does. */
async function plant(dir: string): Promise<void> {
  const long = "a".repeat(200);
  await writeFile(
    join(dir, ".gitignore"),
    [`${"*a".repeat(100)}b`, `${"**/".repeat(100)}z`, "[".repeat(900)].join("\n"),
  );
  await plantLong(dir);
  await writeFile(join(dir, long), "x".repeat(10_000));
  let deep = dir;
  for (let depth = 0; depth < 12; depth++) {
    deep = join(deep, `${"a".repeat(60)}${depth}`);
    await mkdir(deep);
    await writeFile(join(deep, long), "aaaa\n");
  }
}

/** Tools that write may have changed or moved it. */
async function plantLong(dir: string): Promise<void> {
  await writeFile(join(dir, LONG), `${"a".repeat(30_000)}\n`.repeat(20));
}

type Input = Record<string, unknown>;
type Schema = z.core.JSONSchema.BaseSchema;

/** What stands for a text that is not hostile: paths lead to a file with content. */
const HARMLESS: Input = { path: LONG, from: LONG, patch: patchOf("a") };

/** Every call that puts one hostile text into one argument, however deep in it, the others filled with what is harmless. */
function hostileCalls({ endpoints }: Called): { readonly name: string; readonly input: unknown }[] {
  return endpoints.flatMap(({ tool }) => {
    const schema = z.toJSONSchema(tool.input, { io: "input" });
    return placesIn(schema).flatMap((put) => HOSTILE.map((text) => ({ name: tool.name, input: put(text) })));
  });
}

/** For each text in a value of this schema, what makes such a value with another text there. */
function placesIn(schema: Schema): ((text: string) => unknown)[] {
  if (schema.enum !== undefined) return [];
  if (schema.type === "string") return [(text) => text];
  if (schema.type === "array") return placesIn(itemOf(schema)).map((put) => (text) => [put(text)]);
  if (schema.type !== "object") return [];
  return propertiesOf(schema).flatMap(([key, property]) => {
    const inside = placesIn(property);
    const puts = key === "patch" ? [...inside, patchOf] : inside;
    return puts.map((put) => (text: string) => ({ ...harmless(schema), [key]: put(text) }));
  });
}

/** A value of this schema that does nothing special. */
function harmless(schema: Schema): Input {
  const { required = [] } = schema;
  return Object.fromEntries(
    propertiesOf(schema)
      .filter(([key]) => required.includes(key))
      .map(([key, property]) => [key, HARMLESS[key] ?? plain(property)]),
  );
}

function plain(schema: Schema): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.type === "array") return [plain(itemOf(schema))];
  return schema.type === "object" ? harmless(schema) : "a";
}

function propertiesOf({ properties = {} }: Schema): [string, Schema][] {
  return Object.entries(properties).map(([key, property]) => [
    key,
    typeof property === "boolean" ? {} : property,
  ]);
}

function itemOf({ items }: Schema): Schema {
  return typeof items === "object" && !Array.isArray(items) ? items : {};
}

/** A patch that a file with content takes or not, by what the text is. */
function patchOf(text: string): string {
  const lines = text.split("\n").map((line) => `-${line}\n`);
  return `--- a/${LONG}\n+++ b/${LONG}\n@@ -1,${lines.length} +1 @@\n${lines.join("")}+${text.slice(0, 1_000)}\n`;
}

/**
 * The longest time in which nothing else got its turn, in milliseconds. Node's own monitor does not count a block that
 * begins before its first tick or ends after its last one.
 */
function watchLoop(): { begin(): void; longest(): number; [Symbol.dispose](): void } {
  let [last, longest] = [performance.now(), 0];
  const tick = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(tick, 5);
  return {
    begin: () => void ([last, longest] = [performance.now(), 0]),
    longest() {
      tick();
      return longest;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

describe.each(servers.map((server) => [server.name, server] as const))("the %s server", (_name, server) => {
  test("lets other calls through while hostile text is matched", { timeout: 300_000 }, async () => {
    await using called = await callable(server);
    await plant(called.dir);
    const calls = hostileCalls(called);
    expect(calls.length).toBeGreaterThan(HOSTILE.length);
    using watch = watchLoop();
    const slow: string[] = [];
    const start = performance.now();
    for (const { name, input } of calls) {
      await plantLong(called.dir);
      watch.begin();
      const answer = await called.call(name, input, AbortSignal.timeout(3_000));
      const worst = watch.longest();
      expect(answer.error, JSON.stringify(input).slice(0, 200)).not.toBe("internal");
      if (worst > BOUND_MS)
        slow.push(`${name} ${JSON.stringify(input).slice(0, 120)}: ${Math.round(worst)} ms`);
    }
    console.log(`${calls.length} calls in ${Math.round(performance.now() - start)} ms`);
    expect(slow).toEqual([]);
  });
});
