// node scripts/tokens.mjs: what each server's list of tools costs a model at the start of every session, in
// tokens of four characters, against its budget.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "./bench/client.mjs";
import { buildIfStale } from "./fresh-build.mjs";

const ROOT = join(import.meta.dirname, "..");
const budgets = JSON.parse(readFileSync(join(ROOT, "test/contract/budgets.json"), "utf8"));

buildIfStale();
// A folder that is nobody's: no settings, no audit of it in the person's own state.
const nowhere = mkdtempSync(join(tmpdir(), "plumbline-tokens-"));
const env = { PLUMBLINE_CONFIG_DIR: nowhere, PLUMBLINE_STATE_DIR: nowhere, PLUMBLINE_CACHE_DIR: nowhere };
try {
  for (const [server, budget] of Object.entries(budgets)) {
    const tools = await listTools(server);
    const tokens = Math.ceil(JSON.stringify(tools).length / 4);
    console.log(`${server}: ${tokens} of ${budget} tokens for ${tools.length} tools`);
    if (tokens > budget) process.exitCode = 1;
  }
} finally {
  rmSync(nowhere, { recursive: true, force: true });
}

async function listTools(server) {
  const args = [join(ROOT, "dist/cli.js"), "serve", server, "--root", nowhere];
  const client = await Client.start({ command: process.execPath, args, env });
  const { result } = await client.request("tools/list", {});
  await client.stop();
  return result.tools;
}
