// Node 20 runs no TypeScript: one file and all it imports are bundled, and the bundle is imported.
import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
/** Below node_modules, so that the bundle finds the packages that it does not hold. */
const BUNDLES = join(ROOT, "node_modules/.cache/plumbline-scripts");

/** Imports a TypeScript file of the project. */
export async function loadTypescript(file) {
  const outfile = join(BUNDLES, `${basename(file, ".ts")}-${process.pid}.mjs`);
  mkdirSync(BUNDLES, { recursive: true });
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    logLevel: "warning",
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile);
  }
}
