// Fits the last ranking on the dev queries: node scripts/bench/search/fit.mjs [--table FILE | --no-table] [--cache FOLDER] [--fit]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
// beside the sources, so that packages are found from there
const folder = mkdtempSync(join(here, ".fit-"));
try {
  await build({
    entryPoints: [join(here, "fit", "main.ts")],
    outfile: join(folder, "main.mjs"),
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    define: { "import.meta.dirname": JSON.stringify(here) },
    logLevel: "warning",
  });
  const run = [join(folder, "main.mjs"), ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, run, { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
