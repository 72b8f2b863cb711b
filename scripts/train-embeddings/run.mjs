// Bundles the training program and runs one of its steps: node scripts/train-embeddings/run.mjs <step> [--option=value]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
// below node_modules, so that packages are found from there
const cache = join(here, "../../node_modules/.cache");
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, "train-embeddings-"));
try {
  await build({
    entryPoints: [join(here, "main.ts")],
    outfile: join(folder, "main.mjs"),
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "esm",
    define: { "import.meta.dirname": JSON.stringify(here) },
    logLevel: "warning",
  });
  const options = ["--max-old-space-size=8000", join(folder, "main.mjs"), ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, options, { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
