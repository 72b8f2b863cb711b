// node remember.mjs BUNDLE ARGUMENTS...: runs the command once and keeps, beside the bundle, what V8 compiled for it.
import { renameSync, writeFileSync } from "node:fs";
import { compile } from "./compile.mjs";

const [, , bundle, ...args] = process.argv;
process.argv = [process.argv[0], bundle, ...args];
const { script, run } = compile(bundle);
run();
process.on("exit", () => {
  const made = `${bundle}.cache.${process.pid}`;
  writeFileSync(made, script.createCachedData());
  renameSync(made, `${bundle}.cache`);
});
