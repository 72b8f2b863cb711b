import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { commandFits } from "../../../hooks/match/bash-rule.ts";
import { readShellLine } from "../../../hooks/match/shell-line.ts";
import { temporary } from "../../support/workspace.ts";

/** Pieces of which lines are made that a reader may see otherwise than bash does. */
const PIECES = [
  "git| |'|\"|`|$(|)|(|\\|;|<|>|#|{ |; }|{a,git}|$x|${y:-git}|echo |if true; then |; fi|! |X=1 |2>&1|&>a".split(
    "|",
  ),
  "<(|>(|<<<|time |command |eval |bash -c |case a in a) |;; esac|f() |[[ a |]]|((1))|a|exec |&|~|*|$'git'".split(
    "|",
  ),
  [
    "|",
    "||",
    "&&",
    "\n",
    "\\\n",
    "\t",
    "\r",
    "<<E\n",
    "E\n",
    "for i in 1; do ",
    "; done",
    "[ ",
    "]",
    "-c ",
    "sh",
  ],
].flat();

const run = promisify(execFile);

test.skipIf(process.platform === "win32")(
  "a command that is not on a line by our word is not run by bash either",
  async () => {
    await using here = await temporary({ "bin/git": `#!/bin/sh\n: > "$RAN"\n` });
    const [bin, work, ran] = ["bin", "work", "ran"].map((name) => join(here.root, name));
    await chmod(join(bin ?? "", "git"), 0o755);
    // only lines about which something is claimed
    const line = fc
      .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 })
      .map((pieces) => pieces.join(""))
      .filter((text) => text.includes("git") && commandFits("git *", text) === false);
    await fc.assert(
      fc.asyncProperty(line, async (text) => {
        await mkdir(work ?? "");
        const how = { cwd: work, env: { PATH: bin, RAN: ran }, timeout: 5_000 };
        // most are no valid lines
        await run("/bin/bash", ["-c", text], how).catch(() => undefined);
        await rm(work ?? "", { recursive: true });
        expect(existsSync(ran ?? "")).toBe(false);
      }),
      { numRuns: 100 },
    );
  },
  60_000,
);

test("a line is split into its commands, with and without quotes", () => {
  const { commands, isDynamic, isUnclear } = readShellLine(`A=1 npm "run x" > log && (cd 'a b'; ls) # end`);
  expect(commands.map(({ words }) => words.map(({ plain }) => plain))).toEqual([
    ["A=1", "npm", "run x"],
    ["cd", "a b"],
    ["ls"],
  ]);
  expect(commands.map(({ words }) => words.map(({ raw }) => raw).join(" "))).toEqual([
    'A=1 npm "run x"',
    "cd 'a b'",
    "ls",
  ]);
  expect([isDynamic, isUnclear]).toEqual([false, false]);
});
