// npm run docs: the README's table of tools, from the tools themselves; --check fails when it is out of date.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { buildIfStale } from "./fresh-build.mjs";
import { blockHolds, writeBlock } from "./readme-block.mjs";

buildIfStale();
const cli = join(import.meta.dirname, "../dist/cli.js");
const table = execFileSync(process.execPath, [cli, "tools", "--markdown"], { encoding: "utf8" });
if (!process.argv.includes("--check")) {
  console.log(writeBlock("tools", table) ? "README.md: new table of tools" : "README.md is up to date");
} else if (!blockHolds("tools", table)) {
  console.error("The table of tools in README.md is out of date. Run: npm run docs");
  process.exitCode = 1;
}
