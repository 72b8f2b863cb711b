import { symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { catalog } from "../../servers/catalog.ts";
import type { Endpoint } from "../../shared/call.ts";
import { ToolError } from "../../shared/errors.ts";
import { worstEffect, type View } from "../../shared/tool.ts";
import { damagingInputs, showingInputs, takesPath } from "../support/attack-inputs.ts";
import { plantAttacks, type Attack } from "../support/links.ts";
import { callable, type Called } from "../support/call-tool.ts";
import { snapshot } from "../support/tree.ts";
import { temporary, type Ground } from "../support/workspace.ts";

const RUNS = Number(process.env["PLUMB_RUNS"] ?? 60);
const HASH = "0123456789abcdef";

const FILES = { "a.txt": "one\n", "dir/b.txt": "two\n", "dir/in/c.txt": "three\n", "empty/": "" };
const PATCHES = [
  "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+eins\n--- /dev/null\n+++ b/new/n\n@@ -0,0 +1 @@\n+n\n",
  "diff --git a/a.txt b/to.txt\nrename from a.txt\nrename to to.txt\n",
  "diff --git a/a.txt b/to.txt\ncopy from a.txt\ncopy to to.txt\n--- a/a.txt\n+++ b/to.txt\n@@ -1 +1 @@\n-one\n+eins\n",
  "--- a/a.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n",
];

/** Every server of the catalogue, each with a state of its own. */
async function openAll({ root, scope }: Ground): Promise<readonly Called[]> {
  return await Promise.all(
    Object.values(catalog).map(async (load) => {
      const called = await callable(await load(), { roots: [root] });
      scope.defer(() => called[Symbol.asyncDispose]());
      return called;
    }),
  );
}

/** Arguments that mean something here: paths in every form, globs, patches, changes that can be taken back. */
async function stringsFor(): Promise<readonly string[]> {
  const ids: string[] = [];
  const change = async (name: string, input: object): Promise<void> => {
    const [said = ""] = (await servers[0]?.texts(name, input)) ?? [];
    ids.push(/[0-9a-f]{8}(?=[\]:])/.exec(said)?.[0] ?? "none");
  };
  await change("delete_path", { path: "dir/in" });
  await change("move_path", { from: "dir", to: "moved" });
  await change("move_path", { from: "moved", to: "dir" });
  expect(ids).not.toContain("none");
  const whole = Object.keys(FILES).map((path) => join(ground.root, path));
  const uris = whole.map((path) => `file://${path}`);
  const others = [
    ".",
    "dir",
    "link/b.txt",
    "missing",
    "../outside/secret.txt",
    "*.txt",
    "!*.txt",
    HASH,
    "b25l",
  ];
  return [...Object.keys(FILES), ...whole, ...uris, ...others, ...PATCHES, ...ids];
}

/** Values that a schema may take, and some that it refuses. */
function valueOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return valueOf(schema.unwrap());
  if (schema instanceof z.ZodPipe) return valueOf(schema.in);
  if (schema instanceof z.ZodString)
    return fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...strings) },
      { weight: 1, arbitrary: fc.string() },
    );
  if (schema instanceof z.ZodNumber) return fc.integer({ min: 0, max: 300 });
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodArray) return fc.array(valueOf(schema.element), { minLength: 1, maxLength: 3 });
  if (schema instanceof z.ZodObject) return inputOf(schema);
  return fc.jsonValue();
}

function inputOf(schema: z.ZodObject): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries(schema.shape);
  return fc.record(Object.fromEntries(entries.map(([name, each]) => [name, valueOf(each)])), {
    requiredKeys: entries.filter(([, each]) => each._zod.optin === undefined).map(([name]) => name),
  });
}

async function viewsOf({ tool }: Endpoint, input: unknown): Promise<readonly View[]> {
  return await tool.views.of(input, { signal: new AbortController().signal });
}

/** What a hook is given; nothing for a path that the engine refuses. */
function claudeInput({ tool, path, input }: View): Record<string, unknown> | undefined {
  if (path === undefined) return input;
  const absolute = absoluteOf(path);
  if (absolute === undefined) return undefined;
  return { [tool === "Grep" || tool === "Glob" ? "path" : "file_path"]: absolute, ...input };
}

function absoluteOf(path: string): string | undefined {
  try {
    const located = servers[0]?.workspace.locate(path);
    return located && join(located.root.path, ...located.parts);
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

/** Every call with which a tool could be led there, with arguments that its schema takes. */
function attacksOn(endpoint: Endpoint, attacks: readonly Attack[], root: string) {
  return attacks.flatMap(({ path }) =>
    [
      ...showingInputs(endpoint, path, root),
      ...damagingInputs(endpoint, path, { root, change: "00000000" }),
    ].flatMap((given) => {
      const input = endpoint.tool.input.safeParse(given).data;
      return input === undefined ? [] : [{ endpoint, input }];
    }),
  );
}

/** Paths as the caller wrote them, and the folder of one that is listed for its facts. */
function written({ tool }: Endpoint, input: unknown): string[] {
  const { paths = [], reads = [] } = tool.touches(input);
  return [...paths, ...reads, ...paths.map((path) => dirname(path))];
}

function isInside(root: string, path: string): boolean {
  return `${resolve(root, path)}/`.startsWith(`${root}/`);
}

const ground = await temporary(FILES);
symlinkSync("dir", join(ground.root, "link"));
const servers = await openAll(ground);
const endpoints = servers.flatMap((server) => server.endpoints);
const strings = await stringsFor();
afterAll(async () => {
  await ground[Symbol.asyncDispose]();
});

describe.each(endpoints.map((endpoint) => [endpoint.tool.name, endpoint] as const))(
  "%s",
  (name, endpoint) => {
    const { tool } = endpoint;

    test("shows each call under names that it announced, and what a hook left alone comes back as it was", async () => {
      let checked = 0;
      await fc.assert(
        fc.asyncProperty(inputOf(tool.input), async (given) => {
          const parsed = tool.input.safeParse(given);
          if (!parsed.success) return;
          checked += 1;
          for (const view of await viewsOf(endpoint, parsed.data)) {
            expect(tool.views.as).toEqual(expect.arrayContaining([view.tool, ...(view.also ?? [])]));
            const unchanged = claudeInput(view);
            if (view.rewrite === undefined || unchanged === undefined) continue;
            expect(tool.input.parse(view.rewrite(unchanged))).toEqual(parsed.data);
          }
        }),
        { numRuns: RUNS },
      );
      expect(checked).toBeGreaterThan(0);
    });

    test("is seen by guards of writing when it can write", () => {
      const guarded = tool.views.as.filter((each) => ["Write", "Edit", "Bash"].includes(each));
      expect(guarded.length > 0 || worstEffect(tool.effect) === "read", name).toBe(true);
    });
  },
);

test("looking at what a call is about changes nothing, opens no file and leads nowhere else", async () => {
  await using attacked = await temporary();
  const { root } = attacked;
  const attacks = plantAttacks(attacked);
  const taking = (await openAll(attacked)).flatMap((server) => server.endpoints).filter(takesPath);
  expect(taking.length).toBeGreaterThan(10);
  const before = snapshot(root);
  for (const { endpoint, input } of taking.flatMap((each) => attacksOn(each, attacks, root))) {
    const views = await viewsOf(endpoint, input);
    const given = written(endpoint, input);
    const others = views.map(({ path = "" }) => path).filter((path) => !given.includes(path));
    expect(others.filter((path) => !isInside(root, path))).toEqual([]);
    expect(JSON.stringify(views)).not.toContain("SECRET-NAME");
  }
  // a directory that was looked through has another time of access only
  expect(snapshot(root)).toEqual(before);
}, 120_000);
