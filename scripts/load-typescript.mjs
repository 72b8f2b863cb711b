import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundlesFolder, bundleTypescript } from "./bundle-typescript.mjs";

/** Imports a TypeScript file of the project. */
export async function loadTypescript(file) {
  const outfile = join(bundlesFolder(), `${basename(file, ".ts")}-${process.pid}.mjs`);
  await bundleTypescript(file, outfile, { sourcemap: "inline" });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile);
  }
}
