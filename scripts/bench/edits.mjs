// Work that changes files: each server has a folder of its own, and what it says it did is looked at on the disk.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Calls at once. */
export const AT_ONCE = 16;
const LINES = 400;
const CONTENT_2K = `${"one line of a new file, written by a tool\n".repeat(49)}END\n`;

/** What changes files for one server: `edit(path, from, to)` and `write(path, content)` give `[tool, arguments]`. */
export function changing(name, fs, { edit, write }) {
  const folder = join(fs, "writes", name.replaceAll(/\W+/gu, "-"));
  const edited = Array.from({ length: AT_ONCE }, (_, slot) => join(folder, `edit-${slot}.txt`));
  const counters = edited.map(() => 0);
  let written = 0;
  prepare(folder, edited);
  const editOne = async (call, slot) => {
    const from = lineOf(counters[slot]);
    const to = lineOf((counters[slot] += 1));
    await call(...edit(edited[slot], from, to));
    return () =>
      mustHold(edited[slot], (text) => text.includes(`${to}\n`) && text.split("\n").length === LINES + 1);
  };
  const writeOne = async (call) => {
    const path = join(folder, `new-${(written += 1)}.txt`);
    await call(...write(path, CONTENT_2K));
    return () => {
      mustHold(path, (text) => text === CONTENT_2K);
      rmSync(path);
    };
  };
  const slots = edited.map((_, slot) => slot);
  return {
    edit_line: async (call) => (await editOne(call, 0))(),
    write_2kb: async (call) => (await writeOne(call))(),
    edit_16: async (call) => check(await Promise.all(slots.map((slot) => editOne(call, slot)))),
    write_16: async (call) => check(await Promise.all(slots.map(() => writeOne(call)))),
  };
}

function prepare(folder, edited) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const lines = Array.from({ length: LINES }, (_, line) =>
    line === 200 ? lineOf(0) : `setting_${line} = ${line * 7}`,
  );
  for (const path of edited) writeFileSync(path, `${lines.join("\n")}\n`);
}

function lineOf(count) {
  return `counter = ${String(count).padStart(8, "0")}`;
}

function check(checks) {
  for (const each of checks) each();
}

/** A server that says "done" and did not is no rival. */
function mustHold(path, isRight) {
  if (!isRight(readFileSync(path, "utf8"))) throw new Error(`${path} does not hold what was written`);
}
