// What stands in README.md between `<!-- name -->` and `<!-- /name -->` is made by a program.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const README = join(ROOT, "README.md");

/** Puts `markdown` into a block. True when that changed the file. Throws when there is no such block. */
export function writeBlock(name, markdown) {
  const { before, after } = replace(name, markdown);
  if (before === after) return false;
  writeFileSync(README, after);
  return true;
}

/** True when a block already holds `markdown`. */
export function blockHolds(name, markdown) {
  const { before, after } = replace(name, markdown);
  return before === after;
}

/** Markdown as the project's formatter writes it. */
export function formatMarkdown(markdown) {
  const command = [join(ROOT, "node_modules/oxfmt/bin/oxfmt"), "--stdin-filepath", "README.md"];
  return execFileSync(process.execPath, command, { cwd: ROOT, input: markdown, encoding: "utf8" });
}

function replace(name, markdown) {
  const before = readFileSync(README, "utf8");
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = before.indexOf(open);
  const to = before.indexOf(close, from);
  if (from < 0 || to < 0) throw new Error(`README.md lacks ${open} and ${close}`);
  const after = `${before.slice(0, from + open.length)}\n\n${formatMarkdown(markdown).trim()}\n\n${before.slice(to)}`;
  return { before, after };
}
