// Node 20 runs no TypeScript: a program of several files is bundled, and runs as a process of its own.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

/** Below node_modules, so that the bundle finds the packages that it does not hold. */
const BUNDLES = join(import.meta.dirname, "../node_modules/.cache/plumbline-scripts");

/** Runs a TypeScript file with arguments, and options of Node's; the exit code. `folder` is the file's directory to itself. */
export async function runTypescript(file, args, { options = [], folder = dirname(file) } = {}) {
  mkdirSync(BUNDLES, { recursive: true });
  const bundle = mkdtempSync(join(BUNDLES, "run-"));
  try {
    const outfile = join(bundle, "main.mjs");
    await build({
      entryPoints: [file],
      outfile,
      bundle: true,
      packages: "external",
      platform: "node",
      target: "node20",
      format: "esm",
      define: { "import.meta.dirname": JSON.stringify(folder) },
      logLevel: "warning",
    });
    return spawnSync(process.execPath, [...options, outfile, ...args], { stdio: "inherit" }).status ?? 1;
  } finally {
    rmSync(bundle, { recursive: true, force: true });
  }
}
