import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf } from "../support/imports.ts";

const ROOT = join(import.meta.dirname, "../..");
const SOURCES = ["shared", "hooks", "instructions", "servers"];
const MAX_LINES = 250;

/** What a file may import, by where it lies: the first row that fits. `*` stands for one folder name. */
const LAYERS: readonly { of: string; may: readonly string[]; not?: readonly string[] }[] = [
  { of: "shared/mcp/", may: ["shared/"] },
  { of: "shared/", may: ["shared/"], not: ["shared/mcp/"] },
  { of: "hooks/", may: ["hooks/", "shared/"], not: ["shared/mcp/"] },
  { of: "instructions/", may: ["instructions/", "shared/"], not: ["shared/mcp/"] },
  { of: "servers/commands/", may: ["servers/", "shared/", "hooks/", "instructions/"] },
  {
    of: "servers/*/tools/",
    may: ["servers/*/", "shared/", "hooks/", "instructions/"],
    not: ["shared/mcp/", "servers/*/tools/"],
  },
  { of: "servers/*/", may: ["servers/*/", "shared/", "hooks/", "instructions/"], not: ["shared/mcp/"] },
  { of: "servers/", may: ["servers/", "shared/", "hooks/", "instructions/"] },
];

/** A thing that only some folders may touch, so that one place holds all the care that it needs. */
const DOORS: readonly { to: RegExp; in: readonly string[] }[] = [
  { to: /^@modelcontextprotocol\//u, in: ["shared/mcp/"] },
  { to: /^(?:node:child_process|node:cluster|execa)$/u, in: ["shared/process/"] },
  {
    to: /^node:fs(?:$|\/)/u,
    in: [
      "shared/workspace/",
      "shared/config/",
      "shared/audit/",
      "shared/policy/",
      // The token lies in a file of its own.
      "shared/mcp/auth.ts",
      // A folder of our own for git, and when something that git reads changed.
      "shared/git/own-folder.ts",
      "shared/git/repository-lock.ts",
      "shared/git/guarded-common.ts",
      "shared/git/person-settings.ts",
      "shared/git/inner-git.ts",
      "shared/git/looks.ts",
      // An index aside, and the file that leads from a new work tree to its repository.
      "shared/git/attributes-at.ts",
      "shared/git/link-worktree.ts",
      // The person's own model, read where it lies.
      "shared/model/gguf-worker.ts",
      // The table that comes with the package.
      "shared/model/open-static-table.ts",
      "servers/commands/",
      // Which database is the current one, and who may write it: files of our own in the cache.
      "servers/search/store/generations.ts",
      "servers/search/store/lease.ts",
      "servers/search/store/model-vectors.ts",
      // Grammars lie beside the bundle.
      "servers/search/parse/grammars.ts",
    ],
  },
  { to: /^node:worker_threads$/u, in: ["shared/workspace/", "shared/process/"] },
  { to: /^better-sqlite3(?:-12)?$/u, in: ["shared/sqlite/"] },
  { to: /^vscode-(?:jsonrpc|languageserver-protocol)(?:$|\/)/u, in: ["shared/lsp/"] },
  // createRequire would open every other door.
  { to: /^node:module$/u, in: [] },
];

/** Each forbidden import of a file, as `file:line -> target`. */
function breachesOf(file: string, source: string): string[] {
  return importsOf(file, source)
    .map(({ specifier, line }) => ({ line, target: targetOf(file, specifier) }))
    .filter(({ target }) => !mayImport(file, target))
    .map(({ line, target }) => `${file}:${line} -> ${target}`);
}

/** A path from the project's root for our own files, the canonical name for anything else. */
function targetOf(file: string, specifier: string | undefined): string {
  if (specifier === undefined) return "./(computed)";
  if (specifier.startsWith(".")) return `./${posix.join(posix.dirname(file), specifier)}`;
  return builtinModules.includes(specifier) ? `node:${specifier}` : specifier;
}

function mayImport(file: string, target: string): boolean {
  if (/^\/|^file:/u.test(target)) return false;
  if (!target.startsWith("./")) {
    return DOORS.every((door) => !door.to.test(target) || door.in.some((place) => file.startsWith(place)));
  }
  const layer = LAYERS.find(({ of }) => fits(file, of, file));
  const inside = (folder: string): boolean => fits(target.slice(2), folder, file);
  return layer !== undefined && layer.may.some(inside) && !(layer.not ?? []).some(inside);
}

/** True when `path` lies in `folder`, where `*` is the server to which `file` belongs. */
function fits(path: string, folder: string, file: string): boolean {
  const own = /^servers\/([^/]+)\//u.exec(file)?.[1];
  if (folder.includes("*") && own === undefined) return false;
  return path.startsWith(folder.replace("*", own ?? ""));
}

async function sources(): Promise<{ file: string; text: string }[]> {
  const found: { file: string; text: string }[] = [];
  for (const folder of SOURCES.filter((each) => existsSync(join(ROOT, each)))) {
    const names = await readdir(join(ROOT, folder), { recursive: true });
    for (const name of names.filter((each) => each.endsWith(".ts"))) {
      const file = posix.join(folder, name.replaceAll("\\", "/"));
      found.push({ file, text: await readFile(join(ROOT, file), "utf8") });
    }
  }
  return found;
}

test("no file imports what its place forbids", async () => {
  const files = await sources();
  expect(files.length).toBeGreaterThan(10);
  expect(files.flatMap(({ file, text }) => breachesOf(file, text))).toEqual([]);
});

test("a file over 250 lines gives its reason in one line", async () => {
  const long = (await sources()).filter(
    ({ text }) =>
      text.split("\n").length - 1 > MAX_LINES &&
      !/^\/\/ (?:Long because|oxlint-disable max-lines --) .+/mu.test(text),
  );
  expect(long.map(({ file }) => file)).toEqual([]);
});

describe("the check itself", () => {
  test.each([
    ["shared upward", "shared/tool.ts", 'import a from "../servers/serve.ts"'],
    ["shared to hooks", "shared/audit/a.ts", 'import a from "../../hooks/match.ts"'],
    ["shared to the protocol", "shared/call.ts", 'import { a } from "./mcp/mount.ts"'],
    ["hooks to instructions", "hooks/a.ts", 'import a from "../instructions/b.ts"'],
    ["hooks to a server", "hooks/a.ts", 'import a from "../servers/git/b.ts"'],
    ["a sibling server", "servers/git/a.ts", 'import a from "../filesystem/b.ts"'],
    ["a sibling whose name begins the same", "servers/git/a.ts", 'import a from "../github/b.ts"'],
    ["a server to the protocol", "servers/git/a.ts", 'import a from "../../shared/mcp/b.ts"'],
    ["a server to serve.ts", "servers/git/a.ts", 'import a from "../serve.ts"'],
    ["a tool to a tool", "servers/git/tools/a.ts", 'import b from "./b.ts"'],
    ["a command to scripts", "servers/commands/a.ts", 'import b from "../../scripts/b.mjs"'],
    ["serve.ts to tests", "servers/serve.ts", 'import b from "../test/support/b.ts"'],
    ["out of the project", "servers/serve.ts", 'import b from "../../elsewhere/b.ts"'],
    ["an absolute path", "servers/serve.ts", 'import b from "/tmp/b.ts"'],
    ["the SDK in a server", "servers/git/a.ts", 'import a from "@modelcontextprotocol/server"'],
    ["the SDK in serve.ts", "servers/serve.ts", 'import a from "@modelcontextprotocol/node"'],
    ["a child process", "servers/git/a.ts", 'import { spawn } from "node:child_process"'],
    ["a child process without the prefix", "servers/git/a.ts", 'import { spawn } from "child_process"'],
    ["execa", "shared/git/a.ts", 'import { execa } from "execa"'],
    ["the disk", "servers/filesystem/tools/a.ts", 'import { open } from "node:fs/promises"'],
    ["the disk in shared", "shared/status/a.ts", 'import fs from "fs"'],
    ["a thread", "servers/filesystem/a.ts", 'import { Worker } from "node:worker_threads"'],
    ["SQLite", "servers/memory/a.ts", 'import Database from "better-sqlite3"'],
    ["LSP", "servers/validation/a.ts", 'import a from "vscode-jsonrpc/node"'],
    ["createRequire", "servers/git/a.ts", 'import { createRequire } from "node:module"'],
    ["types only", "servers/git/a.ts", 'import type { Stats } from "node:fs"'],
    ["a side effect", "servers/git/a.ts", 'import "../serve.ts"'],
    ["a dynamic import", "servers/git/a.ts", 'await import("../serve.ts")'],
    ["a computed import", "servers/catalog.ts", "await import(name)"],
    ["a template", "servers/catalog.ts", "await import(`./${name}.ts`)"],
    ["a re-export", "servers/git/a.ts", 'export { a } from "../serve.ts"'],
    ["a re-export of all", "servers/git/a.ts", 'export * from "../serve.ts"'],
    ["a type in place", "servers/git/a.ts", 'type A = import("../serve.ts").A'],
  ])("fails on %s", (_, file, source) => {
    expect(breachesOf(file, source)).toHaveLength(1);
  });

  test.each([
    [
      "shared/mcp/mount.ts",
      'import { A } from "@modelcontextprotocol/server"; import { b } from "../call.ts"',
    ],
    ["shared/process/run.ts", 'import { execa } from "execa"'],
    ["shared/workspace/open.ts", 'import { open } from "node:fs/promises"; import "./safe-path.ts"'],
    ["servers/git/tools/git-log.ts", 'import { tool } from "../deps.ts"; import * as z from "zod"'],
    ["servers/git/server.ts", 'import gitLog from "./tools/git-log.ts"; import "../../hooks/match.ts"'],
    ["servers/catalog.ts", 'await import("./git/server.ts"); await import("../shared/mcp/mount.ts")'],
    ["servers/commands/serve.ts", 'import "../serve.ts"; import "node:fs"; import "../git/server.ts"'],
  ])("passes what %s may import", (file, source) => {
    expect(breachesOf(file, source)).toEqual([]);
  });
});
