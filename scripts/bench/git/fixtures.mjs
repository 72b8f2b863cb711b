// Two repositories, the same on every machine: a small one, and one of 20,000 files and 10,000 commits.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fixtureFolder, pad } from "../fixtures.mjs";

const LAYOUT = "plumbline bench git 2";

/** Branches of each repository besides main. */
export const TOPICS = 30;
/** The lines and the revisions of this file make blame slow. */
export const HOT_FILE = "src/hot.ts";
/** A short file, and one with an edit that is not staged. */
export const [COLD_FILE, EDITED_FILE] = [pathOf(29), pathOf(1)];

/** Makes what is missing and returns `{ folder, small, large }`: all of it, and the two repositories. */
export function makeRepositories(env) {
  const folder = join(fixtureFolder(), "git");
  const [small, large] = [join(folder, "small"), join(folder, "large")];
  const stamp = join(folder, "stamp");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === LAYOUT) return { folder, small, large };
  rmSync(folder, { recursive: true, force: true });
  // In a process of its own: whoever has grown takes longer to start others.
  execFileSync(process.execPath, [join(import.meta.dirname, "make-repositories.mjs"), small, large], { env });
  writeFileSync(stamp, LAYOUT);
  return { folder, small, large };
}

/** A copy of the small repository in which nothing is staged. */
export function copySmall(small, to, env) {
  rmSync(to, { recursive: true, force: true });
  cpSync(small, to, { recursive: true });
  execFileSync("git", ["reset", "-q"], { cwd: to, env });
}

/** The files by number. */
export function pathOf(file) {
  return file === 0
    ? HOT_FILE
    : `src/d${pad(file % 97, 2)}/s${pad(Math.floor(file / 97) % 13, 2)}/f${pad(file, 5)}.ts`;
}
