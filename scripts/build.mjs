// Bundles the command into one file, which starts faster than many small ones, and the workers beside it.
import { spawnSync } from "node:child_process";
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { copyGrammars } from "./copy-grammars.mjs";

const out = new URL("../dist/", import.meta.url).pathname;
/** Made by scripts/train-embeddings. */
const wordTable = new URL("../shared/model/table/code-words.bin", import.meta.url);
const parserAsScript = new URL("../node_modules/web-tree-sitter/web-tree-sitter.cjs", import.meta.url)
  .pathname;
/** A command that starts just now may still want what the last build made. */
const KEPT_MS = 60_000;

const common = {
  metafile: true,
  write: false,
  outdir: out,
  bundle: true,
  // prompts are files of their own
  loader: { ".md": "text" },
  // Names stay: stack traces must show them, and keeping them any other way costs time in every call.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: "linked",
  sourcesContent: false,
  platform: "node",
  // jsonc-parser's CommonJS file hides its imports from a bundler.
  mainFields: ["module", "main"],
  target: "node20",
  // ripgrep finds its program beside its own package; the embedded git is loaded only where there is no other; the rest
  // is native and may be missing.
  external: ["@vscode/ripgrep", "isomorphic-git", "better-sqlite3", "better-sqlite3-12", "node-llama-cpp"],
  alias: { "@modelcontextprotocol/server/_shims": "./shared/mcp/sdk-shims.ts" },
  logLevel: "warning",
};

// CommonJS, since Node 20 takes V8's memory of a script, and not of a module.
const main = await build({
  ...common,
  entryPoints: { plumbline: "servers/cli.ts" },
  entryNames: "[name]-[hash]",
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  define: { "import.meta.url": "__url" },
  // a script that V8 remembers would look for packages in the working directory; `require` looks beside the bundle
  supported: { "dynamic-import": false },
  // its other form makes a `require` of its own by a dynamic import
  alias: { ...common.alias, "web-tree-sitter": parserAsScript },
  banner: { js: '"use strict";const __url = require("node:url").pathToFileURL(__filename).href;' },
});
const bundle = namesOf(main).find((name) => name.endsWith(".cjs"));
const workers = await build({
  ...common,
  entryPoints: {
    "run-worker": "shared/process/run-worker.ts",
    "walk-worker": "shared/workspace/walk-worker.ts",
    "diff-worker": "shared/edit/diff-worker.ts",
    "template-worker": "instructions/template/template-worker.ts",
    "index-worker": "servers/search/index/index-worker.ts",
    "make-worker": "servers/search/index/make-worker.ts",
    "gguf-worker": "shared/model/gguf-worker.ts",
  },
  format: "esm",
  banner: {
    // Some bundled packages are CommonJS and call require().
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
const launcher = await build({
  ...common,
  entryPoints: { cli: "scripts/launch/cli.mjs" },
  format: "esm",
  define: { BUNDLE: JSON.stringify(`./${bundle}`) },
  banner: { js: "#!/usr/bin/env node" },
});
for (const each of [main, workers]) await write(each);
await copyGrammars(join(out, "grammars"));
await write({ outputFiles: [{ path: join(out, "code-words.bin"), contents: await readFile(wordTable) }] });
await remember(join(out, bundle));
// last, since it names the others
await write(launcher);
await chmod(join(out, "cli.js"), 0o755);
// as new as what it was made of, for those who ask whether it is stale
await utimes(join(out, "cli.js"), new Date(), new Date());
await removeOld(
  new Set([...[main, workers, launcher].flatMap(namesOf), `${bundle}.cache`, "grammars", "code-words.bin"]),
);

/** Each file at once or not at all, and only when it changed: a command may start just now. */
async function write({ outputFiles }) {
  await mkdir(out, { recursive: true });
  for (const { path, contents } of outputFiles) {
    const old = await readFile(path).catch(() => undefined);
    if (old !== undefined && old.equals(contents)) continue;
    const made = `${path}.${process.pid}`;
    await writeFile(made, contents);
    await rename(made, path);
  }
}

function namesOf({ metafile }) {
  return Object.keys(metafile.outputs).map((file) => basename(file));
}

/** Runs a server once, so that V8's memory holds what a start compiles. Without it a start is only slower. */
async function remember(file) {
  const nowhere = await mkdtemp(join(tmpdir(), "plumbline-build-"));
  const folders = {
    PLUMBLINE_CONFIG_DIR: nowhere,
    PLUMBLINE_STATE_DIR: nowhere,
    PLUMBLINE_CACHE_DIR: nowhere,
  };
  const hello = {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "build", version: "1.0.0" },
  };
  const messages = [
    { jsonrpc: "2.0", id: 1, method: "initialize", params: hello },
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", id: 2, method: "tools/list" },
    {
      jsonrpc: "2.0",
      id: 3,
      method: "tools/call",
      params: { name: "list_directory", arguments: { path: "." } },
    },
  ];
  const script = new URL("launch/remember.mjs", import.meta.url).pathname;
  const { status } = spawnSync(process.execPath, [script, file, "serve", "core", "--root", nowhere], {
    input: messages.map((message) => `${JSON.stringify(message)}\n`).join(""),
    env: { ...process.env, ...folders },
    stdio: ["pipe", "ignore", "inherit"],
    timeout: 60_000,
  });
  await rm(nowhere, { recursive: true, force: true });
  if (status !== 0) console.warn("what V8 compiled could not be kept: the command will start slower");
}

async function removeOld(made) {
  for (const name of (await readdir(out)).filter((each) => !made.has(each))) {
    const path = join(out, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
    if (age > KEPT_MS) await rm(path, { recursive: true, force: true });
  }
}
