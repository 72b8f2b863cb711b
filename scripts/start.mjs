// npm start -- [DIR] [options of serve]: every server over HTTP on a folder, by default the one where npm was called.
// Nothing is imported that an old Node could not read before it is told that it is too old.
import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const CLI = join(ROOT, "dist/cli.js");
const [first, ...others] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith("-");
const folder = resolve(process.env.INIT_CWD ?? process.cwd(), named ? first : ".");

if (!isNodeNewEnough())
  stop(`Node ${process.versions.node} is too old: 20.19 or newer is needed`, "nvm install 24");
if (!existsSync(join(ROOT, "node_modules/esbuild"))) stop("The packages are not installed", "npm ci");
if (!isFolder(folder)) stop(`There is no folder ${folder}`, "npm start -- /path/to/a/folder");
await build();

// In this very process, so that signals and the exit code are the server's own.
process.argv = [
  process.argv[0],
  CLI,
  "serve",
  "all",
  "--http",
  "--root",
  folder,
  ...(named ? others : process.argv.slice(2)),
];
await import(pathToFileURL(CLI).href);

function isNodeNewEnough() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

function isFolder(path) {
  return existsSync(path) && statSync(path).isDirectory();
}

async function build() {
  const { buildIfStale } = await import("./fresh-build.mjs");
  try {
    buildIfStale();
  } catch {
    stop("The build failed, for the reason above", "npm ci");
  }
}

function stop(what, command) {
  console.error(`${what}.\nThis mends it: ${command}`);
  process.exit(2);
}
