// Builds dist/ when it is missing or older than what it is made of.
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const SOURCES = ["servers", "shared", "hooks", "instructions", "scripts/launch"];
const FILES = ["package.json", "package-lock.json", "scripts/build.mjs"];

/** Resolves when dist/ is as new as the sources. Throws when the build fails; its words are on stderr then. */
export function buildIfStale() {
  const built = modified("dist/cli.js");
  const folders = SOURCES.flatMap((folder) => files(folder).map((name) => join(folder, name)));
  if (built > 0 && [...folders, ...FILES].every((path) => modified(path) <= built)) return;
  execFileSync(process.execPath, ["scripts/build.mjs"], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** When a file or folder last changed; 0 when it is not there. */
function modified(path) {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function files(folder) {
  return modified(folder) === 0 ? [] : readdirSync(join(ROOT, folder), { recursive: true });
}
