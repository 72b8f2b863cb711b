// npm run bench:instructions -- [--readme]: what it takes to load the instructions for a file, in a tree of 20,000 files
// with 200 instruction files, from a fresh process and from one that runs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { buildIfStale } from "../fresh-build.mjs";
import { formatMarkdown, writeBlock } from "../readme-block.mjs";
import { Client } from "./client.mjs";

const COMMAND = join(import.meta.dirname, "../../dist/cli.js");
const PACKAGES = 40;
const FOLDERS = 10;
const FILES = 50;
const PROCESSES = 10;
const CALLS = 200;
const TARGETS = { cold: 150, warm: 5 };

buildIfStale();
const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-instructions-"));
try {
  await report(await measure(plant()));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A monorepo: 40 packages of 10 folders of 50 files; five instruction files in each package. */
function plant() {
  const root = join(folder, "project");
  const prose = (about) =>
    `# ${about}\n\n${`Prefer what ${about} does elsewhere. `.repeat(40)}\n\n@docs/style.md\n`;
  const rule = (globs, about) => `---\npaths: ["${globs}"]\ntags: [bench]\n---\n${prose(about)}`;
  const put = (path, text) => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  mkdirSync(join(root, ".git"), { recursive: true });
  const targets = [];
  for (let each = 0; each < PACKAGES; each += 1) {
    const home = `packages/p${each}`;
    const files = Array.from(
      { length: FOLDERS * FILES },
      (_, file) => `${home}/src/part${file % FOLDERS}/file${file}.ts`,
    );
    for (const path of files) put(path, "export {};\n");
    targets.push(...files.slice(0, FOLDERS));
    put(`${home}/docs/style.md`, "Short sentences.\n");
    // the root's own are 40 of the 200
    put(
      each === 0 ? "AGENTS.md" : `.claude/rules/r${each}.md`,
      each === 0 ? prose("the root") : rule(`packages/p${each}/**`, `p${each}`),
    );
    put(`${home}/AGENTS.md`, prose(home));
    put(`${home}/CLAUDE.md`, "@AGENTS.md\n");
    put(`${home}/.claude/rules/tests.md`, rule("src/**/*.ts", `${home} sources`));
    put(`${home}/src/part0/AGENTS.md`, prose(`${home} part0`));
  }
  return { root, targets };
}

async function measure({ root, targets }) {
  const home = join(folder, "home");
  mkdirSync(home);
  const env = {
    HOME: home,
    PLUMBLINE_CONFIG_DIR: home,
    PLUMBLINE_STATE_DIR: home,
    PLUMBLINE_CACHE_DIR: home,
  };
  const server = { command: process.execPath, args: [COMMAND, "serve", "instructions", "--root", root], env };
  const load = async (client, target) => {
    const from = performance.now();
    const { result, at } = await client.request("tools/call", {
      name: "load_instructions",
      arguments: { target },
    });
    const [{ text }] = result.content;
    if (result.isError || !text.includes("glob src/**/*.ts")) throw new Error(text);
    return at - from;
  };
  const figures = { cold: [], warm: [] };
  // the first one reads the program from the disk
  for (let each = -1; each < PROCESSES; each += 1) {
    const client = await Client.start(server);
    const ms = await load(client, targets[(each + 1) * 7]);
    if (each >= 0) figures.cold.push(ms);
    await client.stop();
  }
  const client = await Client.start(server);
  for (const target of targets.slice(CALLS)) await load(client, target);
  for (const target of targets.slice(0, CALLS)) figures.warm.push(await load(client, target));
  await client.stop();
  return figures;
}

async function report(figures) {
  const rows = [
    ["the first call of a fresh process", "cold", `${PROCESSES} processes`],
    ["a later call, for another file each time", "warm", `${CALLS} calls`],
  ].map(([what, name, count]) => {
    const [ms, target] = [medianOf(figures[name]), TARGETS[name]];
    return { what, count, ms, target, verdict: ms <= target ? "PASS" : "FAIL" };
  });
  const lines = rows.map(
    ({ what, count, ms, target, verdict }) =>
      `| ${what} | ${count} | ${ms.toFixed(1)} ms | <= ${target} ms | ${verdict} |`,
  );
  const machine = `${availableParallelism()} cores, ${process.platform}-${process.arch}, Node ${process.versions.node}`;
  const head = `Medians of \`load_instructions\` over stdio, in 20,000 files with 200 instruction files, on ${new Date().toISOString().slice(0, 10)} (${machine}).`;
  const table = [head, "", "| what | of | p50 | target | |", "|---|---|---|---|---|", ...lines].join("\n");
  console.log(formatMarkdown(table));
  if (process.argv.includes("--readme")) writeBlock("bench-instructions", table);
  if (rows.some(({ verdict }) => verdict === "FAIL")) process.exitCode = 1;
}

function medianOf(all) {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
}
