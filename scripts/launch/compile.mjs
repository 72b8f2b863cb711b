import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { Script, constants } from "node:vm";

/**
 * Compiles the bundle at `file`, with what V8 remembered of it when there is some: parsing two megabytes is a third of
 * a start. V8 refuses what another version of Node left, and then compiles as ever. Returns `{ script, run }`.
 */
export function compile(file, cachedData) {
  const source = readFileSync(file, "utf8");
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = { exports: {} };
  const run = () =>
    script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  return { script, run };
}
