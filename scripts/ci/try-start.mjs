// node scripts/ci/try-start.mjs "npm ci && npm start -- DIR": runs the README's first line on a folder of its own and uses
// what it starts: /healthz, one call with the token, and a clean end.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const START_LIMIT_MS = 300_000;
const END_LIMIT_MS = 10_000;
const folder = mkdtempSync(join(tmpdir(), "plumbline-start-"));
const project = mkdtempSync(join(folder, "project-"));
const state = join(folder, "state");
writeFileSync(join(project, "hello.txt"), "a line to be read\n");

const command = process.argv[2].replace(/(npm start -- ).*/u, `$1'${project}' --port 0`);
console.log(command);
const child = spawn("bash", ["-c", command], {
  // Its own group: what npm starts must end with it.
  detached: true,
  env: {
    ...process.env,
    PLUMBLINE_STATE_DIR: state,
    PLUMBLINE_CONFIG_DIR: folder,
    PLUMBLINE_CACHE_DIR: folder,
  },
  stdio: ["ignore", "pipe", "pipe"],
});
let output = "";
for (const stream of [child.stdout, child.stderr]) {
  stream.on("data", (data) => {
    output += data;
    process.stdout.write(data);
  });
}
try {
  const base = await address();
  await use(base);
  process.kill(-child.pid, "SIGTERM");
  await end(base);
} finally {
  stopGroup();
  rmSync(folder, { recursive: true, force: true });
}

/** Where it listens, from its own words. */
async function address() {
  const until = Date.now() + START_LIMIT_MS;
  while (Date.now() < until) {
    const found = /http:\/\/127\.0\.0\.1:\d+/u.exec(output)?.[0];
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    await sleep(200);
  }
  throw new Error("it printed no address");
}

async function use(base) {
  const health = await fetch(`${base}/healthz`);
  if (!health.ok) throw new Error(`/healthz answers ${health.status}`);
  const closed = await fetch(`${base}/mcp`, { method: "POST", body: "{}" });
  if (closed.status !== 401) throw new Error(`without a token /mcp answers ${closed.status}`);
  const client = new Client({ name: "ci", version: "1.0.0" });
  const headers = { Authorization: `Bearer ${token()}` };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${base}/mcp`), { requestInit: { headers } }),
  );
  const answer = await client.callTool({ name: "read_file", arguments: { path: "hello.txt" } });
  await client.close();
  const text = JSON.stringify(answer.content);
  if (!text.includes("a line to be read")) throw new Error(`read_file answers ${text}`);
  console.log("healthz, a refusal without the token, and a call with it: as they should be");
}

/** npm and its shell die of the signal at once; the server is gone when nobody answers. */
async function end(base) {
  const until = Date.now() + END_LIMIT_MS;
  while (Date.now() < until) {
    const alive = await fetch(`${base}/healthz`).catch(() => undefined);
    if (alive === undefined) return;
    await sleep(100);
  }
  throw new Error("the server did not end by itself");
}

function token() {
  const name = readdirSync(state, { recursive: true }).find((each) => /token/u.test(each));
  if (name === undefined) throw new Error(`no token file in ${readdirSync(state).join(", ")}`);
  return readFileSync(join(state, name), "utf8").trim();
}

function stopGroup() {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended: that is what was wanted.
  }
}
