// npm run bench -- [--readme] [--quick]: our server beside its peers and the physical limits, in one run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildIfStale } from "../fresh-build.mjs";
import { formatMarkdown, writeBlock } from "../readme-block.mjs";
import { Client } from "./client.mjs";
import { measureClients } from "./clients.mjs";
import { machine } from "./figures.mjs";
import { makeFixtures } from "./fixtures.mjs";
import { installPeers } from "./install-peers.mjs";
import { measureOperations, measureStarts } from "./measure.mjs";
import { details, judge, summary } from "./report.mjs";
import { OURS, servers } from "./servers.mjs";

const HERE = import.meta.dirname;
const say = (line) => process.stderr.write(`${line}\n`);
const quick = process.argv.includes("--quick");

installPeers(say);
buildIfStale();
say("fixtures");
const { fs, bigLines } = makeFixtures();
const home = mkdtempSync(join(tmpdir(), "plumbline-bench-home-"));
try {
  const entries = await startable(servers({ fs, home, bigLines }));
  const starts = await measureStarts(entries, { times: quick ? 3 : 15, say });
  const operations = await measureOperations(entries, {
    fs,
    calls: quick ? 20 : 100,
    budgetMs: quick ? 1_500 : 6_000,
    say,
  });
  const clients = await measureClients(entries, { fs, calls: quick ? 10 : 40, blocks: quick ? 1 : 3, say });
  report({ starts, operations: { ...operations, ...clients } });
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** Leaves out peers that do not come up here. Our own server must. */
async function startable(entries) {
  const able = [];
  for (const entry of entries) {
    try {
      await (await Client.start(entry)).stop();
      able.push(entry);
    } catch (error) {
      if (entry.name === OURS) throw error;
      say(`${entry.name} does not start here: ${error.message}`);
    }
  }
  return able;
}

function report(figures) {
  const rows = judge(figures);
  const table = `${heading(new Date())}\n\n${summary(rows)}`;
  console.log(table);
  mkdirSync(join(HERE, "results"), { recursive: true });
  const file = join(HERE, "results", `${new Date().toISOString().slice(0, 10)}.md`);
  writeFileSync(file, formatMarkdown(`${table}\n\n${details(figures)}\n`));
  say(`written: ${file}`);
  if (process.argv.includes("--readme")) writeBlock("bench", table);
  if (rows.some(({ verdict }) => verdict === "FAIL")) process.exitCode = 1;
}

function heading(date) {
  return `Measured on ${date.toISOString().slice(0, 10)} (${machine()}); ratios are of medians of the same run.`;
}
