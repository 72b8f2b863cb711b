// File ranking on annotations of others: node scripts/bench/search/annotations.mjs --annotations DIR --repositories DIR [--table FILE] [--cache FOLDER]
import { join } from "node:path";
import { runTypescript } from "../../run-typescript.mjs";

const here = import.meta.dirname;
process.exitCode = await runTypescript(join(here, "fit/judge-annotations.ts"), process.argv.slice(2), {
  folder: here,
});
