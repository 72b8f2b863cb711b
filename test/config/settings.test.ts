import { mkdir, rename, symlink } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { override } from "../../shared/config/key-rules.ts";
import { settingsSchema } from "../../shared/config/keys.ts";
import { keyTable } from "../../shared/config/leaves.ts";
import { variableOf } from "../../shared/config/layer.ts";
import { machine } from "./machine.ts";

const PROJECT = "home/project/.plumbline/config.json";
const USER = "home/config/config.json";

/** For each key: what the person says, and what a hostile project would like instead. */
const WIDER: Record<string, { person: unknown; project: unknown }> = {
  roots: { person: ["PROJECT"], project: ["/"] },
  readOnly: { person: true, project: false },
  tools: { person: ["read_file"], project: ["read_file", "delete_path"] },
  ask: { person: "deny", project: "host" },
  rules: {
    person: [{ decision: "deny", tool: "shell.*" }],
    project: [{ decision: "allow", tool: "shell.*" }],
  },
  allowSecrets: { person: [], project: ["**"] },
  protect: { person: ["*.lock"], project: [] },
  fsync: { person: true, project: false },
  "trash.days": { person: 30, project: 1 },
  "trash.maxBytes": { person: 1_000_000, project: 1 },
  "limits.callsPerMinute": { person: 10, project: 1_000_000 },
  "limits.concurrent": { person: 1, project: 1_000_000 },
  "limits.deadlineMs": { person: 1_000, project: 1_000_000 },
  "hooks.importClaude": { person: "never", project: "always" },
  "hooks.trusted": { person: [], project: ["a".repeat(64)] },
  "hooks.failClosed": { person: true, project: false },
  "hooks.allowedUrls": { person: [], project: ["*"] },
  "hooks.variables": { person: [], project: ["TOKEN"] },
  announce: { person: true, project: false },
  inject: { person: false, project: true },
  "http.host": { person: "127.0.0.1", project: "0.0.0.0" },
  "http.port": { person: 7_000, project: 7_001 },
  "http.token": { person: "a token of the person's", project: "a token of the project's" },
  "http.allowedHosts": { person: [], project: ["evil.example"] },
  "http.legacySse": { person: false, project: true },
  "http.maxSessions": { person: 1, project: 1_000 },
  "http.sessionIdleMinutes": { person: 1, project: 1_000 },
  "http.maxBodyBytes": { person: 1, project: 1_000 },
  "audit.maxBytes": { person: 1_000, project: 1 },
  "audit.keep": { person: 10, project: 1 },
  containment: { person: "handles", project: "compare" },
};

const keys = keyTable(settingsSchema).leaves;

test("every key declares who may set it, and is tried below", () => {
  expect([...keys.values()].filter((leaf) => leaf.rule === undefined).map((leaf) => leaf.path)).toEqual([]);
  expect([...keys.keys()]).toEqual(Object.keys(WIDER));
});

test.each(Object.entries(WIDER))("a project's file cannot widen %s", async (path, { person, project }) => {
  await using here = await machine();
  const said = path === "roots" ? [here.project] : person;
  await here.write(USER, nest(path, said));
  await here.write(PROJECT, nest(path, project));
  if (keys.get(path)?.rule?.who === "person") {
    await expect(here.settings()).rejects.toThrow(
      new RegExp(`config.json: "${path}" is for you alone to set`),
    );
  } else {
    expect(at(await here.settings(), path)).toEqual(said);
  }
});

test.each(Object.entries(WIDER).filter(([path]) => keys.get(path)?.rule?.who === "narrow"))(
  "a project's file cannot widen the default of %s",
  async (path, { project }) => {
    await using here = await machine();
    const before = at(await here.settings(), path);
    await here.write(PROJECT, nest(path, path === "tools" ? [] : project));
    expect(at(await here.settings(), path)).toEqual(path === "tools" ? [] : before);
  },
);

test("a project's file may be stricter than the person", async () => {
  await using here = await machine();
  await here.write(USER, { tools: ["read_file", "stat_path"], protect: ["a"], limits: { concurrent: 8 } });
  await here.write(PROJECT, {
    readOnly: true,
    tools: ["stat_path", "delete_path"],
    ask: "deny",
    protect: ["b"],
    limits: { concurrent: 2, deadlineMs: 5_000 },
    rules: [
      { decision: "deny", tool: "filesystem.*", path: "secret/**" },
      { decision: "allow", tool: "*" },
    ],
  });
  const settings = await here.settings();
  expect(settings).toMatchObject({
    readOnly: true,
    tools: ["stat_path"],
    ask: "deny",
    protect: ["a", "b"],
    limits: { concurrent: 2, deadlineMs: 5_000, callsPerMinute: 60_000 },
    rules: [{ decision: "deny", tool: "filesystem.*", path: "secret/**" }],
  });
  expect(settings.origins.get("readOnly")).toEqual({ kind: "project", name: join(here.folder, PROJECT) });
  expect(settings.warnings).toEqual([
    `${join(here.folder, PROJECT)}: a project cannot allow calls; 1 rule(s) left out`,
  ]);
});

test("flags beat the environment, which beats the person's file", async () => {
  await using here = await machine();
  await here.write(USER, { http: { port: 1, host: "a", maxSessions: 3 }, ask: "host" });
  const settings = await here.settings({
    flags: { "http.port": "2", ask: "deny" },
    env: {
      PLUMBLINE_HTTP_PORT: "4",
      PLUMBLINE_HTTP_HOST: "b",
      PLUMBLINE_READ_ONLY: "yes",
      PLUMBLINE_TOOLS: "a,b",
    },
  });
  expect(settings).toMatchObject({
    http: { port: 2, host: "b", maxSessions: 3, legacySse: false },
    ask: "deny",
    readOnly: true,
    tools: ["a", "b"],
  });
  expect(Object.fromEntries(settings.origins)).toMatchObject({
    "http.port": { kind: "flag", name: "--port" },
    "http.host": { kind: "environment", name: "PLUMBLINE_HTTP_HOST" },
    "http.maxSessions": { kind: "user", name: join(here.folder, USER) },
  });
});

test("every key can be set by an environment variable of its own name", () => {
  const names = [...keys.keys()].map(variableOf);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(
    expect.arrayContaining(["PLUMBLINE_ROOT", "PLUMBLINE_READ_ONLY", "PLUMBLINE_LIMITS_CALLS_PER_MINUTE"]),
  );
});

test("PLUMBLINE_ROOT is a list as PATH is one, and a stray variable is named", async () => {
  await using here = await machine();
  await mkdir(join(here.folder, "home", "other"));
  const settings = await here.settings({
    cwd: "/",
    env: {
      PLUMBLINE_ROOT: [here.project, join(here.places.home, "other")].join(delimiter),
      PLUMBLINE_READONLY: "1",
    },
  });
  expect(settings.roots).toEqual([here.project, join(here.places.home, "other")]);
  expect(settings.warnings).toEqual(["PLUMBLINE_READONLY is set, but there is no such key"]);
});

test.each([
  ['{ "readOnyl": true }', '"readOnyl" is not a key, did you mean "readOnly"?'],
  ['{ "limits": { "concurent": 1 } }', '"limits.concurent" is not a key, did you mean "limits.concurrent"?'],
  ['{ "readOnly": "yes" }', '"readOnly": expected boolean, received string'],
  ['{ "limits": 3 }', '"limits" expected an object'],
  ['{ "tools": ["read_file", 7] }', '"tools" at [1]: expected string, received number'],
  ['{ "ask": "always" }', '"ask": expected one of "host"|"elicit"|"deny"'],
  ['{ "rules": [{ "tool": "a.*" }] }', '"rules" at [0].decision: expected one of "allow"|"ask"|"deny"'],
  [
    '{ "rules": [{ "decision": "deny" }] }',
    '"rules" at [0]: expected a rule that names a tool, a path or the first words of a command',
  ],
  ['{\n  "readOnly": true,\n}', ":2:19: a comma after the last item is not JSON"],
  ["{\n  // mine\n}", ":2:3: comments are not JSON"],
  ["", ":1:1: the file ends too early"],
  ["[]", '"" expected an object'],
])("a wrong file %j is refused with its name and %s", async (text, message) => {
  await using here = await machine();
  for (const path of [USER, PROJECT]) {
    const file = await here.write(path, text);
    const told = await here.settings().then(String, String);
    expect(told).toBe(`StartupError: ${message.startsWith(":") ? file : `${file}: `}${message}`);
    await rename(file, `${file}.old`);
  }
});

test("a wrong flag or variable is refused by its name", async () => {
  await using here = await machine();
  await expect(here.settings({ flags: { "http.port": "many" } })).rejects.toThrow(
    "--port: expected number, received string",
  );
  await expect(here.settings({ env: { PLUMBLINE_ASK: "x" } })).rejects.toThrow(
    "PLUMBLINE_ASK: expected one of",
  );
});

test("a project's file is not read through a link, a FIFO, or beyond its size", async () => {
  await using here = await machine();
  const outside = await here.write("outside/config.json", { readOnly: true });
  await symlink(join(here.folder, "outside"), join(here.project, ".plumbline"));
  await expect(here.settings()).rejects.toThrow("must be a plain file");

  await using second = await machine();
  await mkdir(join(second.project, ".plumbline"));
  await symlink(outside, join(second.project, ".plumbline", "config.json"));
  await expect(second.settings()).rejects.toThrow("must be a plain file");

  await using third = await machine();
  await third.write(PROJECT, `{"protect": ["${"x".repeat(300_000)}"]}`);
  await expect(third.settings()).rejects.toThrow("is larger than 256 KiB");
});

test("a server's options are keys under its name: a project may set them, unless they say otherwise", async () => {
  await using here = await machine();
  const options = z.strictObject({
    watch: z.boolean().default(true),
    depth: override(z.int().default(3)),
  });
  await here.write(USER, { demo: { watch: true, depth: 4 }, other: { anything: [1] } });
  await here.write(PROJECT, { demo: { watch: false } });
  const servers = { demo: options, other: undefined };
  const settings = await here.settings({ servers, env: { PLUMBLINE_OTHER_X: "1" } });
  expect(settings.options).toEqual({ demo: { watch: false, depth: 4 } });
  expect(settings.warnings).toEqual([]);
  expect((await here.settings({ servers, flags: { "demo.depth": "9" } })).options["demo"]).toEqual({
    watch: false,
    depth: 9,
  });
  await expect(here.settings({ servers: { demo: options } })).rejects.toThrow('"other" is not a key');
  await here.write(USER, { demo: { wacth: true } });
  await expect(here.settings({ servers })).rejects.toThrow(
    '"demo.wacth" is not a key, did you mean "demo.watch"?',
  );
});

function nest(path: string, value: unknown): unknown {
  return path.split(".").reduceRight<unknown>((below, key) => ({ [key]: below }), value);
}

function at(settings: object, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) => (typeof value === "object" ? Reflect.get(value ?? {}, key) : undefined),
      settings,
    );
}
