import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PEERS = join(import.meta.dirname, "peers");

/** Installs what is missing. Peers are compared with, never needed: without them the limits are still measured. */
export function installPeers(say) {
  const { dependencies } = JSON.parse(readFileSync(join(PEERS, "package.json"), "utf8"));
  if (Object.keys(dependencies).every((name) => existsSync(join(PEERS, "node_modules", name)))) return;
  say("installing the peers, once");
  try {
    execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"], {
      cwd: PEERS,
      stdio: ["ignore", "ignore", "inherit"],
      shell: process.platform === "win32",
    });
  } catch {
    say("The peers could not be installed (is there a network?): measuring without those that are missing.");
  }
}
