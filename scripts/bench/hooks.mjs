// npm run bench:hooks -- [--readme]: what hooks cost a call, each beside a call without hooks and the hook's own
// process, all in one run and in turns.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { buildIfStale } from "../fresh-build.mjs";
import { formatMarkdown, writeBlock } from "../readme-block.mjs";
import { Client } from "./client.mjs";

const COMMAND = join(import.meta.dirname, "../../dist/cli.js");
/** Calls of each kind in one turn, and turns; the others go in between. */
const TURN = 20;
const TURNS = 30;
const TRIVIAL = "true";

/** Handlers of a person who has many, and none about reading. */
const others = Array.from({ length: 10 }, (_, each) => ({
  matcher: each % 2 === 0 ? "Bash" : "^mcp__other__",
  hooks: [{ type: "command", command: `./guard-${each}.sh` }],
}));
const CONFIGURATIONS = {
  none: {},
  unmatched: { hooks: { PreToolUse: others, PostToolUse: others } },
  one: { hooks: { PreToolUse: [{ matcher: "Read", hooks: [{ type: "command", command: TRIVIAL }] }] } },
};

buildIfStale();
const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-hooks-"));
try {
  await report(await measure());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  const root = join(folder, "project");
  mkdirSync(root);
  writeFileSync(join(root, "small.txt"), "small\n".repeat(300));
  const clients = {};
  for (const [name, configuration] of Object.entries(CONFIGURATIONS)) {
    const home = join(folder, name);
    mkdirSync(home);
    writeFileSync(join(home, "hooks.json"), JSON.stringify(configuration));
    const env = { PLUMBLINE_CONFIG_DIR: home, PLUMBLINE_STATE_DIR: home, PLUMBLINE_CACHE_DIR: home };
    const args = [COMMAND, "serve", "filesystem", "--root", root];
    clients[name] = await Client.start({ command: process.execPath, args, env });
  }
  const read = { name: "read_file", arguments: { path: "small.txt" } };
  const call = (name) => async () => {
    const { result } = await clients[name].request("tools/call", read);
    if (result.isError) throw new Error(JSON.stringify(result.content));
  };
  const work = {
    ...Object.fromEntries(Object.keys(clients).map((name) => [name, call(name)])),
    process: bareProcess,
  };
  const figures = Object.fromEntries(Object.keys(work).map((name) => [name, []]));
  for (let turn = -1; turn < TURNS; turn += 1) {
    for (const [name, once] of Object.entries(work)) {
      const times = await takeTurn(once);
      // the first turn warms up
      if (turn >= 0) figures[name].push(...times);
    }
  }
  for (const client of Object.values(clients)) await client.stop();
  return figures;
}

async function takeTurn(once) {
  const times = [];
  for (let each = 0; each < TURN; each += 1) {
    const from = performance.now();
    await once();
    times.push(performance.now() - from);
  }
  return times;
}

/** The trivial hook's process without us: started, told something, ended. */
function bareProcess() {
  return new Promise((resolve, reject) => {
    // without SHLVL bash takes a pipe of Node for a remote login, and reads ~/.bashrc
    const env = { ...process.env, SHLVL: "1" };
    const child = spawn("bash", ["-c", TRIVIAL], { stdio: "pipe", detached: true, env });
    child.on("error", reject);
    child.on("close", resolve);
    child.stdout.resume();
    child.stderr.resume();
    child.stdin.on("error", () => {});
    child.stdin.end("{}");
  });
}

async function report(figures) {
  const median = Object.fromEntries(
    Object.entries(figures).map(([name, all]) => [
      name,
      all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)],
    ]),
  );
  const unmatched = median.unmatched - median.none;
  const added = median.one - median.none;
  const ours = added - median.process;
  const rows = [
    ["a call without hooks", median.none, "", ""],
    ["more with 20 hooks of which none matches", unmatched, "<= 0.2 ms", unmatched <= 0.2 ? "PASS" : "FAIL"],
    ["more with one hook that does nothing", added, "", ""],
    ["of that the hook's own process", median.process, "", ""],
    ["of that ours", ours, "<= 5 ms", ours <= 5 ? "PASS" : "FAIL"],
  ];
  const lines = rows.map(
    ([what, ms, target, verdict]) => `| ${what} | ${ms.toFixed(3)} ms | ${target} | ${verdict} |`,
  );
  const machine = `${availableParallelism()} cores, ${process.platform}-${process.arch}, Node ${process.versions.node}`;
  const head = `Medians of ${figures.none.length} calls each, in turns, on ${new Date().toISOString().slice(0, 10)} (${machine}).`;
  const table = [head, "", "| what | p50 | target | |", "|---|---|---|---|", ...lines].join("\n");
  console.log(formatMarkdown(table));
  if (process.argv.includes("--readme")) writeBlock("bench-hooks", table);
  if (rows.some(([, , , verdict]) => verdict === "FAIL")) process.exitCode = 1;
}
