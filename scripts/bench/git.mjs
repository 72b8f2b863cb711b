// npm run bench:git -- [--readme] [--quick] [--only ROW,...]: our git server beside its peers and git itself, in one run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildIfStale } from "../fresh-build.mjs";
import { formatMarkdown, writeBlock } from "../readme-block.mjs";
import { Client } from "./client.mjs";
import { machine, oneLine } from "./figures.mjs";
import { makeRepositories } from "./git/fixtures.mjs";
import { measureOperations } from "./git/measure.mjs";
import { OPERATIONS } from "./git/operations.mjs";
import { details, judge, summary } from "./git/report.mjs";
import { OURS, servers } from "./git/servers.mjs";
import { installPeers } from "./install-peers.mjs";
import { measureStarts } from "./measure.mjs";

const HERE = import.meta.dirname;
const say = (line) => process.stderr.write(`${line}\n`);
const quick = process.argv.includes("--quick");
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
const operations = chosen();

installPeers(say);
buildIfStale();
const home = mkdtempSync(join(tmpdir(), "plumbline-bench-home-"));
try {
  const env = person();
  say("repositories");
  const places = makeRepositories(env);
  const { able, absent } = await startable(servers(places, { home, env }));
  const effort = quick
    ? { calls: 24, budgetMs: 1_200, blocks: 2, blockMs: 250 }
    : { calls: 120, budgetMs: 6_000, blocks: 5, blockMs: 800 };
  const starts = only === undefined ? await measureStarts(able, { times: quick ? 3 : 15, say }) : undefined;
  report({
    starts,
    operations: await measureOperations(able, { operations, places, env, effort, say }),
    absent,
  });
} finally {
  rmSync(home, { recursive: true, force: true });
}

function chosen() {
  const names = only?.split(",") ?? Object.keys(OPERATIONS);
  const unknown = names.find((name) => !Object.hasOwn(OPERATIONS, name));
  if (unknown !== undefined) {
    say(`There is no row ${unknown}. These are there: ${Object.keys(OPERATIONS).join(" ")}`);
    process.exit(2);
  }
  return names;
}

/** A person with a name and nothing else, so that nobody's own settings change the figures. */
function person() {
  writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = Bench\n\temail = bench@example.invalid\n");
  return { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, "xdg"), GIT_CONFIG_NOSYSTEM: "1" };
}

/** Leaves out what does not come up here, and says so. */
async function startable(entries) {
  const [able, absent] = [[], []];
  for (const entry of entries) {
    try {
      await (await Client.start(entry)).stop();
      able.push(entry);
    } catch (error) {
      absent.push(`${entry.name} did not start: ${oneLine(error.message)}`);
      say(absent.at(-1));
    }
  }
  return { able, absent };
}

function report({ absent, ...figures }) {
  const rows = judge(figures);
  const date = new Date().toISOString().slice(0, 10);
  const heading = `Measured on ${date} (${machine()}), medians of the same run.`;
  const table = [heading, ...absent, summary(rows)].join("\n\n");
  console.log(formatMarkdown(table));
  if (only === undefined) {
    mkdirSync(join(HERE, "results"), { recursive: true });
    const file = join(HERE, "results", `git-${date}.md`);
    writeFileSync(file, formatMarkdown(`${table}\n\n${details(figures)}\n`));
    say(`written: ${file}`);
    if (process.argv.includes("--readme")) writeBlock("bench:git", table);
  } else {
    console.log(formatMarkdown(details(figures)));
  }
  const isOursAbsent = absent.some((line) => line.startsWith(`${OURS} did not start`));
  if (isOursAbsent || rows.some(({ verdict }) => verdict === "FAIL")) process.exitCode = 1;
}
