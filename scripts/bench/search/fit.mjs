// Fits the last ranking on the dev queries: node scripts/bench/search/fit.mjs [--table FILE] [--cache FOLDER] [--fit] [--misses] [--only ids] [--annotations DIR --repositories DIR]
import { join } from "node:path";
import { runTypescript } from "../../run-typescript.mjs";

const here = import.meta.dirname;
process.exitCode = await runTypescript(join(here, "fit/main.ts"), process.argv.slice(2), { folder: here });
