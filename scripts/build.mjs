// Bundles the command into one file, which starts faster than many small ones, and the workers beside it.
import { chmod, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

const out = new URL("../dist/", import.meta.url).pathname;
const { metafile } = await build({
  metafile: true,
  entryPoints: {
    cli: "servers/cli.ts",
    "walk-worker": "shared/workspace/walk-worker.ts",
    "diff-worker": "shared/edit/diff-worker.ts",
    "template-worker": "instructions/template/template-worker.ts",
  },
  outdir: out,
  bundle: true,
  // prompts are files of their own
  loader: { ".md": "text" },
  // Names stay: stack traces must show them, and keeping them any other way costs time in every call.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: "linked",
  sourcesContent: false,
  format: "esm",
  platform: "node",
  // jsonc-parser's CommonJS file hides its imports from a bundler.
  mainFields: ["module", "main"],
  target: "node20",
  // ripgrep finds its program beside its own package; the embedded git is loaded only where there is no other.
  external: ["@vscode/ripgrep", "isomorphic-git"],
  alias: { "@modelcontextprotocol/server/_shims": "./shared/mcp/sdk-shims.ts" },
  banner: {
    // Some bundled packages are CommonJS and call require().
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: "warning",
});
await chmod(join(out, "cli.js"), 0o755);
// Only now, so that a command that runs from here loses nothing while it is built anew.
const made = new Set(Object.keys(metafile.outputs).map((file) => basename(file)));
for (const file of await readdir(out)) if (!made.has(file)) await rm(join(out, file), { recursive: true });
