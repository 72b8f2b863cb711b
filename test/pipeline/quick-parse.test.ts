import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { catalog } from "../../servers/catalog.ts";
import { quickParser } from "../../shared/pipeline/quick-parse.ts";

const servers = await Promise.all(Object.values(catalog).map((load) => load()));
const tools = servers.flatMap(({ tools }) => tools);

const value = fc.oneof(
  fc.constantFrom<unknown>("a.txt", "text", "", 1, 0, -1, 2.5, 500, 20_000, 1e13, true, false, null, [], {}),
  fc.array(fc.constantFrom<unknown>("a", 1, null, {}), { maxLength: 3 }),
  fc.constantFrom<unknown>([{ oldText: "a", newText: "b" }], [{ oldText: "a" }], ["a", "b"]),
  fc.jsonValue({ maxDepth: 2 }),
);

describe.each(tools.map((tool) => [tool.name, tool.input] as const))("%s", (_, schema) => {
  const quick = quickParser(schema);
  const key = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...Object.keys(schema.shape)) },
    fc.constantFrom("other", "__proto__", "constructor", ""),
  );

  test("takes what its schema takes, as that does, and nothing else", () => {
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 6 }), (input) => {
        // From JSON, as it comes from a client.
        const given: unknown = JSON.parse(JSON.stringify(input));
        const parsed = schema.safeParse(given);
        expect(quick(given)).toStrictEqual(parsed.success ? parsed.data : undefined);
      }),
      { numRuns: 300 },
    );
  });
});

test.each([
  ["with other keys allowed", z.object({ a: z.string() })],
  ["with a rule about all of it", z.strictObject({ a: z.string() }).refine(() => true)],
  ["with a field that something is made of when it is absent", z.strictObject({ a: z.string().catch("x") })],
])("a schema %s is left to itself", (_, schema) => {
  expect(quickParser(schema)({})).toBeUndefined();
});

test.each([[[]], ["text"], [null], [undefined], [1]])("%j is no object", (input) => {
  expect(quickParser(z.strictObject({ a: z.string().optional() }))(input)).toBeUndefined();
});

test("a default is made anew for each call", () => {
  const quick = quickParser(z.strictObject({ a: z.array(z.string()).default([]) }));
  expect(quick({})).toEqual({ a: [] });
  expect(quick({})?.["a"]).not.toBe(quick({})?.["a"]);
});
