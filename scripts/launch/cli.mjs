// What `plumbline` starts: the bundle beside this file, with V8's memory of it. The build fills in the name, which holds a
// hash of the bundle, so that the two always belong together.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile } from "./compile.mjs";

const file = fileURLToPath(new URL(BUNDLE, import.meta.url));
compile(file, remembered(`${file}.cache`)).run();

function remembered(path) {
  try {
    return readFileSync(path);
  } catch {
    // a build of somewhere else, or one that could not run what it built: only slower
    return undefined;
  }
}
