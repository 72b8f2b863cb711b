// node scripts/node24.mjs [options of vitest]: the tests once more on Node 24, in a copy of the tracked files.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { node24Environment } from "./node24-environment.mjs";

const ROOT = join(import.meta.dirname, "..");
/**
 * Long tables in which git, a parser or our own rules do the work, and Node's version changes nothing; test/e2e calls every
 * server on both. Below test/.
 */
const NOT_AGAIN = [
  "attack/{git,search,hooks,instructions}*.test.ts",
  "git/*.test.ts",
  "hooks/{contract*,match/*,trust/*}.test.ts",
  "instructions/{find,template,prompts}/**/*.test.ts",
  "{edit,policy}/**/*.test.ts",
  "search/{parse,graph,rank,outline,dependencies,todos}/**/*.test.ts",
  "scripts/{corpus,packages,train-*,bench-*}.test.ts",
];

/** npm leaves out what the Node that it runs on is too old for. */
const NEWER = "better-sqlite3";
const OLDER = "better-sqlite3-12";

const folder = mkdtempSync(join(tmpdir(), "plumbline-node24-"));
try {
  const env = node24Environment(folder);
  if (env === undefined) console.log(`skipped: no Node 24 for ${process.platform}-${process.arch}`);
  else process.exitCode = testWith(env, join(folder, "copy"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The exit code of vitest. Throws when the packages cannot be installed. */
function testWith(env, copy) {
  copyTracked(copy);
  sharePackages(copy);
  addNewer(copy, env);
  const inherit = { cwd: copy, env, stdio: ["ignore", "inherit", "inherit"] };
  execFileSync("npm", ["run", "build"], inherit);
  const options = { cwd: copy, env, stdio: "inherit" };
  console.log(`Node ${execFileSync("node", ["--version"], { env, encoding: "utf8" }).trim()}`);
  const vitest = join(copy, "node_modules/vitest/vitest.mjs");
  const left = NOT_AGAIN.flatMap((pattern) => ["--exclude", pattern]);
  return spawnSync("node", [vitest, "run", ...left, ...process.argv.slice(2)], options).status ?? 1;
}

/** The packages that are installed here, by hard links. */
function sharePackages(copy) {
  const from = join(ROOT, "node_modules");
  // no hard links from one disk to another
  if (spawnSync("cp", ["-al", from, copy]).status !== 0) execFileSync("cp", ["-a", from, copy]);
  rmSync(join(copy, "node_modules", OLDER), { recursive: true });
}

function addNewer(copy, env) {
  const { optionalDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const folder = mkdtempSync(join(dirname(copy), "newer-"));
  const wanted = `${NEWER}@${optionalDependencies[NEWER]}`;
  const args = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", wanted];
  execFileSync("npm", args, { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
  const own = join(copy, "node_modules", NEWER);
  rmSync(own, { recursive: true, force: true });
  renameSync(join(folder, "node_modules", NEWER), own);
}

function copyTracked(copy) {
  const listed = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" });
  for (const name of listed.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(copy, name)), { recursive: true });
    cpSync(join(ROOT, name), join(copy, name));
  }
}
