import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundlesFolder, bundleTypescript } from "./bundle-typescript.mjs";

/** Runs a TypeScript file with arguments, and options of Node's; the exit code. `folder` is the file's directory to itself. */
export async function runTypescript(file, args, { options = [], folder = dirname(file) } = {}) {
  const bundle = mkdtempSync(join(bundlesFolder(), "run-"));
  try {
    const outfile = join(bundle, "main.mjs");
    await bundleTypescript(file, outfile, { define: { "import.meta.dirname": JSON.stringify(folder) } });
    return spawnSync(process.execPath, [...options, outfile, ...args], { stdio: "inherit" }).status ?? 1;
  } finally {
    rmSync(bundle, { recursive: true, force: true });
  }
}
