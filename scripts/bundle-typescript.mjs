// Node 20 runs no TypeScript: one file and all it imports become one that it runs.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** Below node_modules, so that a bundle finds the packages that it does not hold. */
const BUNDLES = join(import.meta.dirname, "../node_modules/.cache/plumbline-scripts");

/** The folder for bundles, made when it is not there. */
export function bundlesFolder() {
  mkdirSync(BUNDLES, { recursive: true });
  return BUNDLES;
}

/** Writes the bundle of a TypeScript file; `more` are options of esbuild. */
export async function bundleTypescript(file, outfile, more = {}) {
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "warning",
    ...more,
  });
}
